/**
 * Sending an answer, and learning what became of it (A8).
 *
 * Without an id it looks first which question is open and sends that one's id and run, so that a double click cannot
 * answer the next one (A1). The signal is durable as soon as the server has it. Then the history is watched until the
 * workflow task that handled it is complete, and the run is asked for the receipt: a query that is sent at once would have to be
 * buffered, and the server buffers one for each workflow, so that answers sent together would wait seconds for each
 * other.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/common';
import { RESUME_SIGNAL } from '../protocol/names.ts';
import { durationMs, type Duration } from '../protocol/duration.ts';
import type { OptionNames } from '../protocol/option.ts';
import type { AnswerAddress, Receipt, ResumeAddress } from '../protocol/shapes.ts';
import { ADDRESS_NAMES, assertAddress } from './address.ts';
import { HoldpointError, translate } from './errors.ts';
import type { HistoryEvent } from './history.ts';
import { poll } from './poll.ts';
import type { Described, Target } from './target.ts';

const WAIT_MS = 5_000;
/** How much of the history's end is looked at, and how often. */
const TAIL_EVENTS = 20;
const PAUSES = { firstPauseMs: 4, maxPauseMs: 250 };
/** A receipt is there once the answer is handled; its query may take a little longer than the caller wants to wait. */
const RECEIPT_MS = 1_000;

export interface ResumeOptions extends AnswerAddress {
  /** How long to wait for a worker to take the answer: milliseconds, or text such as '10s'; 0 sends only. @default 5000 */
  readonly wait?: Duration | undefined;
}

const NAMES: OptionNames<ResumeOptions> = { ...ADDRESS_NAMES, wait: true };

/** @throws `TypeError` when an option is wrong; nothing has been sent then. */
export function assertResumeOptions(options: ResumeOptions): void {
  assertAddress(options, '`resume`', NAMES);
  if (options.wait !== undefined) durationMs(options.wait, 'wait');
}

/** What became of an answer; a refusal is thrown. */
export interface ResumeResult {
  /** `queued`: the server has it, and no worker has handled it yet. Repeat the call with the same `key` to learn more. */
  readonly outcome: 'accepted' | 'queued';
  /** The question that it answered, or is addressed to. */
  readonly id: string;
  readonly key: string;
}

export interface AnswerSettings extends ResumeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Looks at the thread before anything is sent; what it throws keeps the answer from it. */
  readonly onDescribed?: (thread: Described) => void;
}

export async function resume(
  target: Target,
  answer: unknown,
  { signal, onDescribed, ...options }: AnswerSettings,
): Promise<ResumeResult> {
  const { wait = WAIT_MS, key = randomUUID(), ...given } = options;
  if (answer === undefined) {
    throw new HoldpointError('InvalidAnswer', 'Expected an answer, got `undefined`; `null` is an answer.');
  }
  target.assertSendable(answer, 'the answer');
  const waitMs = durationMs(wait, 'wait');
  const deadline = Date.now() + waitMs;
  const thread = await describeSettled(target, { deadline: given.id === undefined ? deadline : 0, signal });
  onDescribed?.(thread);
  const { runId } = thread;
  // A key of the caller's may have been used before: then it has its receipt, whatever is open now.
  const earlier = (): Promise<Receipt | null> => target.receipt(runId, key, deadline + RECEIPT_MS);
  const refuse = async (refusal: unknown): Promise<ResumeResult> => {
    const receipt = options.key === undefined ? null : await earlier();
    if (receipt) return settle(receipt, key);
    throw refusal;
  };
  const address = addressOf(target, thread, given);
  if (address instanceof HoldpointError) return refuse(address);
  if (!(await send(target, runId, answer, { ...address, key, sentAt: new Date().toISOString() })))
    return refuse(await target.notRunning(runId));
  const queued: ResumeResult = { outcome: 'queued', id: address.id, key };
  if (waitMs === 0 || !(await handled(target, runId, key, { deadline, signal }))) return queued;
  const receipt = await earlier();
  return receipt ? settle(receipt, key) : queued;
}

/** The result of an accepted answer; throws the refusal. */
export function settle(receipt: Receipt, key: string): ResumeResult {
  if (receipt.outcome === 'accepted') return { outcome: 'accepted', id: receipt.id, key };
  throw new HoldpointError(receipt.code, receipt.message, { problems: receipt.problems });
}

/**
 * The thread, when no workflow task is under way that may be about to open a question: a query shows it a moment before
 * the server does.
 */
function describeSettled(target: Target, waiting: Waiting): Promise<Described> {
  return poll(
    () => target.describe(),
    ({ isBusy, interrupts }) => !isBusy || interrupts.length > 0,
    { ...PAUSES, ...waiting },
  );
}

/** Where the answer goes: always with an id and a run, so that it counts for no other question (A1). */
function addressOf(
  target: Target,
  thread: Described,
  given: AnswerAddress,
): (AnswerAddress & { id: string }) | HoldpointError {
  const { status, interrupts, run } = thread;
  if (status !== 'RUNNING') return target.closed(status);
  if (given.id !== undefined) return { ...given, id: given.id, run: given.run ?? run };
  const [only] = interrupts;
  if (!only) {
    return new HoldpointError(
      'NotPending',
      `Thread \`${target.id}\` asks nothing at the moment. An answer is never kept for a later question.`,
    );
  }
  if (interrupts.length === 1) return { ...given, id: only.id, run: given.run ?? only.run };
  const ids = interrupts.map(({ id }) => `\`${id}\``).join(', ');
  return new HoldpointError(
    'AmbiguousAnswer',
    `Thread \`${target.id}\` asks ${interrupts.length} questions: ${ids}. Say which one with \`id\`.`,
  );
}

/** Sends the signal to that run. `false` when it has ended. */
async function send({ client, id }: Target, runId: string, answer: unknown, address: ResumeAddress): Promise<boolean> {
  try {
    await client.workflow.getHandle(id, runId).signal(RESUME_SIGNAL, answer, address);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw translate(error, id);
  }
}

interface Waiting {
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Whether the workflow task that handled the answer is complete, before the deadline.
 *
 * It looks at the end of the history, again and again: the server's long poll starts at the first event only, and a
 * thread may have thousands.
 */
function handled(target: Target, runId: string, key: string, waiting: Waiting): Promise<boolean> {
  const look = async (): Promise<boolean> => isHandled(target, await target.lastEvents(runId, TAIL_EVENTS), key);
  return poll(look, Boolean, { ...PAUSES, ...waiting });
}

async function isHandled(target: Target, newestFirst: readonly HistoryEvent[], key: string): Promise<boolean> {
  let completed = false;
  for (const event of newestFirst) {
    if (event.workflowTaskCompletedEventAttributes) completed = true;
    if (await isAnswer(target, event, key)) return completed;
  }
  // So much has happened since that it must be. With fewer events it is not in the history yet: it waits for the workflow
  // task that runs.
  return completed && newestFirst.length === TAIL_EVENTS;
}

async function isAnswer({ decode }: Target, event: HistoryEvent, key: string): Promise<boolean> {
  const signaled = event.workflowExecutionSignaledEventAttributes;
  if (signaled?.signalName !== RESUME_SIGNAL) return false;
  // The address alone; the answer may be large.
  const [address] = (await decode.list(signaled.input?.payloads?.slice(1, 2))) as [ResumeAddress | undefined];
  return address?.key === key;
}
