/**
 * The reassignment of an open question: sent to the question that is open, and what became of it (A12).
 *
 * What the thread's memo shows refuses it before anything is sent, with the code that an answer would get. The signal is
 * durable as soon as the server has it. The client then watches the history until the question has changed, as it does for
 * an answer.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { durationMs } from '../../protocol/duration.ts';
import { MAX_ASSIGNEE_CHARACTERS, MAX_ASSIGNEES } from '../../protocol/limits.ts';
import { REASSIGN_SIGNAL } from '../../protocol/names.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import type { Interrupt, SentReassign } from '../../protocol/shapes.ts';
import { findClosing } from '../reading/closing.ts';
import { wholeInterrupts } from '../reading/whole-questions.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError, refusedAnswer, threadClosed, translate, usedKey } from '../server/errors.ts';
import { poll } from '../server/poll.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { hashOf } from './address.ts';
import { AnswerWatch } from './answer-watch.ts';
import type { ResumeOptions } from './answer.ts';

const WAIT_MS = 5_000;
const PAUSES = { firstPauseMs: 4, maxPauseMs: 250 };
/** The receipt exists once the signal is handled, but its query may take a little longer than the caller wants to wait. */
const RECEIPT_MS = 1_000;

/** The options of `thread.reassign`. */
export interface ReassignOptions {
  /** Reassigns the question only in this run of the thread. @default the current one */
  readonly run?: string | undefined;
  /** Who reassigns it, as the sender claims. */
  readonly actor?: string | undefined;
  /** Makes the call repeatable: one key is one reassignment, however often it is sent. @default a random one */
  readonly key?: string | undefined;
  /** How long to wait for a worker to take it: milliseconds, or text such as '10s'; 0 only sends. @default 5000 */
  readonly wait?: ResumeOptions['wait'];
}

const NAMES: OptionNames<ReassignOptions> = { run: true, actor: true, key: true, wait: true };

/** What became of a reassignment. A refusal is thrown. */
export interface ReassignResult {
  /** `queued`: the server has it, and no worker has handled it yet. */
  readonly outcome: 'reassigned' | 'queued';
  /** The question. */
  readonly id: string;
  /** The key of the reassignment: the caller's, or a random one. */
  readonly key: string;
}

/** @throws `TypeError` when something is wrong. Nothing has been sent then. */
export function assertReassignment(id: string, assignees: readonly string[], options: ReassignOptions): void {
  if (id === undefined) throw refusedOption('the id of the question', 'a non-empty string', id);
  assertText('the id of the question', id);
  assertAssignees(assignees);
  assertOptions(options, '`reassign`', NAMES);
  for (const name of ['run', 'key'] as const) assertText(`\`${name}\``, options[name]);
  const { actor } = options;
  if (actor !== undefined && typeof actor !== 'string') throw refusedOption('`actor`', 'a string', actor);
  if (options.wait !== undefined) durationMs(options.wait, 'wait');
}

/** @throws `TypeError` when it is no list of people and groups. */
export function assertAssignees(assignees: unknown): asserts assignees is readonly string[] {
  if (!Array.isArray(assignees) || assignees.length === 0 || assignees.length > MAX_ASSIGNEES)
    throw refusedOption('`assignees`', `a list of 1 to ${MAX_ASSIGNEES} names`, assignees);
  for (const [i, name] of (assignees as readonly unknown[]).entries()) {
    assertText(`\`assignees[${i}]\``, name ?? null);
    if (String(name).length > MAX_ASSIGNEE_CHARACTERS)
      throw refusedOption(`\`assignees[${i}]\``, `a name of at most ${MAX_ASSIGNEE_CHARACTERS} characters`, name);
  }
}

/**
 * Sends a reassignment, and waits for what becomes of it.
 *
 * @throws The refusal, with its code. `ThreadNotFound`, `ThreadClosed`.
 */
export async function reassignQuestion(
  thread: ThreadHandle,
  { id, assignees, options }: { id: string; assignees: readonly string[]; options: ReassignOptions },
): Promise<ReassignResult> {
  const { wait = WAIT_MS, key = randomUUID(), run, actor } = options;
  const waitMs = durationMs(wait, 'wait');
  const deadline = Date.now() + waitMs;
  const receipt = (runId: string): Promise<ReassignResult | undefined> =>
    received(thread, { runId, key, deadline: deadline + RECEIPT_MS });
  const description = await describe(thread, id, deadline);
  const { runId } = description;
  const question = await findOpen(thread, description, { id, run });
  if (question instanceof HoldpointError) {
    // With the caller's key it may have been sent before. Then its receipt counts, whatever is open now.
    const before = options.key === undefined ? undefined : await receipt(runId);
    if (before) return before;
    throw question;
  }
  const [whole = question] = await wholeInterrupts(thread, description, { of: [question] });
  const sent: SentReassign = {
    id,
    run: question.run,
    assignees,
    ...defined({ actor, hash: hashOf(whole) }),
    key,
    sentAt: new Date().toISOString(),
  };
  using watch = waitMs > 0 ? new AnswerWatch(thread, { key, run: question.run }) : undefined;
  await signal(thread, runId, sent);
  const fate = await watch?.wait({ deadline, signal: undefined });
  switch (fate?.kind) {
    case 'changed':
      if (fate.changed.how === 'reassigned') return { outcome: 'reassigned', id, key };
      return (await receipt(runId)) ?? { outcome: 'queued', id, key };
    case 'accepted':
    case 'handled':
      return (await receipt(runId)) ?? { outcome: 'queued', id, key };
    case 'ended': {
      const error = await thread.notRunning(runId);
      // A thread that goes on in another run may have taken the signal along, as after a reset.
      if (error instanceof HoldpointError && error.code === 'ThreadClosed') throw error;
      return { outcome: 'queued', id, key };
    }
    case 'waiting':
    case undefined:
      return { outcome: 'queued', id, key };
    default:
      return fate satisfies never;
  }
}

/** The thread, once the question is open, or no workflow task is under way that may be about to open it. */
function describe(thread: ThreadHandle, id: string, deadline: number): Promise<ThreadDescription> {
  return poll(
    () => thread.describe(),
    ({ hasWorkflowTask, interrupts }) => !hasWorkflowTask || interrupts.some((one) => one.id === id),
    { ...PAUSES, deadline, signal: undefined },
  );
}

/** The open question, or why there is none. */
async function findOpen(
  thread: ThreadHandle,
  { isRunning, status, interrupts, run: current, runId }: ThreadDescription,
  { id, run = current }: { readonly id: string; readonly run?: string | undefined },
): Promise<Interrupt | HoldpointError> {
  if (!isRunning) return threadClosed(thread.id, status);
  if (run !== current) {
    const message = `Thread \`${thread.id}\` has gone on from run ${run} to ${current}. Look at the open questions again.`;
    return new HoldpointError('NotPending', message);
  }
  const question = interrupts.find((one) => one.id === id);
  if (question) return question;
  const how = (await findClosing(thread, { id, run, runId }))?.how;
  switch (how) {
    case 'answered':
      return new HoldpointError('AlreadyAnswered', `Question \`${id}\` was already answered.`);
    case 'default':
    case 'expired':
      return new HoldpointError('InterruptExpired', `Question \`${id}\` was not answered in time.`);
    case 'withdrawn':
      return new HoldpointError(
        'InterruptWithdrawn',
        `Question \`${id}\` was withdrawn: the code that asked it no longer waits.`,
      );
    case undefined:
      return new HoldpointError(
        'NotPending',
        `No question \`${id}\` of thread \`${thread.id}\` is open. Look at the open questions again.`,
      );
    default:
      return how satisfies never;
  }
}

/** @throws `ThreadClosed`, `NotPending`: the run has ended meanwhile. */
async function signal(thread: ThreadHandle, runId: string, sent: SentReassign): Promise<void> {
  const { client, id } = thread;
  try {
    await client.workflow.getHandle(id, runId).signal(REASSIGN_SIGNAL, sent);
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? await thread.notRunning(runId) : translate(error, id);
  }
}

interface Sent {
  readonly runId: string;
  readonly key: string;
  readonly deadline: number;
}

/** What the receipt says; `undefined` without a receipt. @throws The refusal. */
async function received(thread: ThreadHandle, { runId, key, deadline }: Sent): Promise<ReassignResult | undefined> {
  const receipt = await thread.receipt(runId, key, deadline);
  switch (receipt?.outcome) {
    case 'reassigned':
      return { outcome: 'reassigned', id: receipt.id, key };
    case 'refused':
      throw refusedAnswer(receipt);
    case 'accepted':
    case 'voted':
      throw usedKey(key, receipt);
    case undefined:
      return undefined;
    default:
      return receipt satisfies never;
  }
}
