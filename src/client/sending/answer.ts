/**
 * Sending an answer, and learning what became of it (A8).
 *
 * Without an id it looks first which question is open and sends that one's id and run, so that a double click cannot
 * answer the next one (A1). The signal is durable as soon as the server has it. Then the history is watched until it
 * says that the answer has closed its question, or that a workflow task took it and it did not: only then is the run
 * asked for the receipt. By then no workflow task holds the query back.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/common';
import { checkJson } from '../../protocol/limits.ts';
import { RESUME_SIGNAL } from '../../protocol/names.ts';
import { hasCode } from '../../protocol/errors.ts';
import { AnswerWatch, type Waiting } from './answer-watch.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { OptionNames } from '../../protocol/refused-options.ts';
import type { AnswerAddress, Receipt, SentAddress } from '../../protocol/shapes.ts';
import { hashValue } from '../../protocol/value-hash.ts';
import { ADDRESS_NAMES, assertAddress } from './address.ts';
import { HoldpointError, refusedAnswer, translate } from '../server/errors.ts';
import { poll } from '../server/poll.ts';
import type { Described, Target } from '../server/thread-handle.ts';

const WAIT_MS = 5_000;
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
  target.assertSendable(answer, 'the answer', checkJson);
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
  const watch = waitMs === 0 ? undefined : await AnswerWatch.begin(target, thread, key);
  if (!(await send(target, runId, answer, { ...address, key, sentAt: new Date().toISOString() })))
    return refuse(await target.notRunning(runId));
  const queued: ResumeResult = { outcome: 'queued', id: address.id, key };
  const fate = await watch?.wait({ deadline, signal });
  switch (fate?.kind) {
    case 'accepted':
      return { outcome: 'accepted', id: fate.id, key };
    case 'handled': {
      const receipt = await earlier();
      return receipt ? settle(receipt, key) : queued;
    }
    case 'ended': {
      const refusal = await target.notRunning(runId);
      // A thread that goes on in another run may have taken the signal along, as after a reset.
      return hasCode(refusal, 'ThreadClosed') ? refuse(refusal) : queued;
    }
    case 'waiting':
    case undefined:
      return queued;
    default:
      return fate satisfies never;
  }
}

/** The result of an accepted answer; throws the refusal. */
export function settle(receipt: Receipt, key: string): ResumeResult {
  if (receipt.outcome === 'accepted') return { outcome: 'accepted', id: receipt.id, key };
  throw refusedAnswer(receipt);
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
): (SentAddress & { id: string }) | HoldpointError {
  const { status, interrupts, run } = thread;
  if (status !== 'RUNNING') return target.closed(status);
  if (given.id !== undefined) return { ...given, id: given.id, run: given.run ?? run, ...hashOf(thread, given.id) };
  const [only] = interrupts;
  if (!only) {
    return new HoldpointError(
      'NotPending',
      `Thread \`${target.id}\` asks nothing at the moment. An answer is never kept for a later question.`,
    );
  }
  if (interrupts.length === 1) return { ...given, id: only.id, run: given.run ?? only.run, ...hashOf(thread, only.id) };
  const ids = interrupts.map(({ id }) => `\`${id}\``).join(', ');
  return new HoldpointError(
    'AmbiguousAnswer',
    `Thread \`${target.id}\` asks ${interrupts.length} questions: ${ids}. Say which one with \`id\`.`,
  );
}

/** What was asked, as far as the server shows it whole: after a reset it may be something else (A10). */
function hashOf({ interrupts }: Described, id: string): Pick<SentAddress, 'hash'> {
  const asked = interrupts.find((one) => one.id === id);
  return asked && !asked.truncated ? { hash: hashValue(asked.value) } : {};
}

/** Sends the signal to that run. `false` when it has ended. */
async function send({ client, id }: Target, runId: string, answer: unknown, address: SentAddress): Promise<boolean> {
  try {
    await client.workflow.getHandle(id, runId).signal(RESUME_SIGNAL, answer, address);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw translate(error, id);
  }
}
