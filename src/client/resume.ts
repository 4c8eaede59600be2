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
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/common';
import { RESUME_SIGNAL } from '../protocol/names.ts';
import type { Receipt, ResumeAddress } from '../protocol/shapes.ts';
import { assertSendable, HoldpointError, translate } from './errors.ts';
import type { HistoryEvent } from './history.ts';
import type { Target } from './target.ts';

const WAIT_MS = 5_000;
/** How much of the history's end is looked at, and how often. */
const TAIL_EVENTS = 20;
const FIRST_PAUSE_MS = 4;
const MAX_PAUSE_MS = 250;
/** A receipt is there once the answer is handled; its query may take a little longer than the caller wants to wait. */
const RECEIPT_MS = 1_000;

export interface ResumeOptions extends ResumeAddress {
  /** How long to wait for a worker to take the answer, in milliseconds; 0 sends only. @default 5000 */
  readonly wait?: number | undefined;
}

/** What became of an answer; a refusal is thrown. */
export interface ResumeResult {
  /** `queued`: the server has it, and no worker has handled it yet. Repeat the call with the same `key` to learn more. */
  readonly outcome: 'accepted' | 'queued';
  /** The question that it answered, or is addressed to. */
  readonly id: string;
  readonly key: string;
}

export async function resume(target: Target, answer: unknown, options: ResumeOptions): Promise<ResumeResult> {
  const { wait = WAIT_MS, key = randomUUID(), ...given } = options;
  if (!Number.isFinite(wait) || wait < 0) {
    throw new TypeError(`Expected \`wait\` to be milliseconds, at least 0, got \`${wait}\` (${typeof wait})`);
  }
  if (answer === undefined) {
    throw new HoldpointError('InvalidAnswer', 'Expected an answer, got `undefined`; `null` is an answer.');
  }
  assertSendable(answer, 'the answer');
  const deadline = Date.now() + wait;
  // A key of the caller's may have been used before: then it has its receipt, whatever is open now.
  const earlier = options.key === undefined ? async () => null : () => target.receipt(key);
  const address = given.id === undefined ? await addressOpen(target, given, earlier) : given;
  if ('outcome' in address) return settle(address, key);
  if (!(await send(target, answer, { ...address, key }))) {
    const receipt = await earlier();
    if (receipt) return settle(receipt, key);
    throw await target.notRunning();
  }
  const queued: ResumeResult = { outcome: 'queued', id: address.id ?? '', key };
  if (wait === 0 || !(await handled(target, key, deadline))) return queued;
  const receipt = await target.receipt(key, Math.max(deadline, Date.now() + RECEIPT_MS));
  return receipt ? settle(receipt, key) : queued;
}

/** The result of an accepted answer; throws the refusal. */
export function settle(receipt: Receipt, key: string): ResumeResult {
  if (receipt.outcome === 'accepted') return { outcome: 'accepted', id: receipt.id, key };
  throw new HoldpointError(receipt.code, receipt.message, { problems: receipt.problems });
}

/** The address of the one open question (A1); or the receipt, when the key was used before. */
async function addressOpen(
  target: Target,
  given: ResumeAddress,
  earlier: () => Promise<Receipt | null>,
): Promise<ResumeAddress | Receipt> {
  const { status, interrupts } = await target.describe();
  const [only] = interrupts;
  if (status === 'RUNNING' && only && interrupts.length === 1)
    return { ...given, id: only.id, run: given.run ?? only.run };
  const receipt = await earlier();
  if (receipt) return receipt;
  if (status !== 'RUNNING') throw target.closed(status);
  if (!only) {
    throw new HoldpointError(
      'NotPending',
      `Thread \`${target.id}\` asks nothing at the moment. An answer is never kept for a later question.`,
    );
  }
  const ids = interrupts.map(({ id }) => `\`${id}\``).join(', ');
  throw new HoldpointError(
    'AmbiguousAnswer',
    `Thread \`${target.id}\` asks ${interrupts.length} questions: ${ids}. Say which one with \`id\`.`,
  );
}

/** Sends the signal. `false` when there is no run to take it. */
async function send({ handle, id }: Target, answer: unknown, address: ResumeAddress): Promise<boolean> {
  try {
    await handle.signal(RESUME_SIGNAL, answer, address);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw translate(error, id);
  }
}

/**
 * Whether the workflow task that handled the answer is complete, before the deadline.
 *
 * It looks at the end of the history, again and again: the server's long poll starts at the first event only, and a
 * thread may have thousands.
 */
async function handled(target: Target, key: string, deadline: number): Promise<boolean> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
    const newestFirst = await target.lastEvents(TAIL_EVENTS);
    if (await isHandled(target, newestFirst, key)) return true;
    if (Date.now() + pauseMs >= deadline) return false;
    await sleep(pauseMs);
  }
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
  const [, address] = (await decode.list(signaled.input?.payloads)) as [unknown, ResumeAddress | undefined];
  return address?.key === key;
}
