/**
 * An answer to a question: sent to the question that is open, and what became of it (A1, A8).
 *
 * Without an id, the client first looks up the open question and sends its id and run, so that a double click cannot answer
 * the next question. The signal is durable as soon as the server has it. Then the client watches the history
 * until it shows that the answer has closed its question, or that a workflow task took it and it did not. Only in the second
 * case is the run asked for the receipt; by then no workflow task holds the query back.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { hasCode } from '../../protocol/errors.ts';
import { checkJson } from '../../protocol/limits.ts';
import { RESUME_SIGNAL } from '../../protocol/names.ts';
import type { OptionNames } from '../../protocol/refused-options.ts';
import type { AnswerAddress, Receipt, SentAddress } from '../../protocol/shapes.ts';
import { hashValue } from '../../protocol/value-hash.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError, refusedAnswer, threadClosed, translate, wrongEntrypoint } from '../server/errors.ts';
import { poll } from '../server/poll.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { ADDRESS_NAMES, assertAddress } from './address.ts';
import { AnswerWatch, type WaitSettings } from './answer-watch.ts';

const WAIT_MS = 5_000;
const PAUSES = { firstPauseMs: 4, maxPauseMs: 250 };
/** The receipt exists once the answer is handled, but its query may take a little longer than the caller wants to wait. */
const RECEIPT_MS = 1_000;

/** The options of `thread.resume`: the address of the answer, and how long to wait. */
export interface ResumeOptions extends AnswerAddress {
  /** How long to wait for a worker to take the answer: milliseconds, or text such as '10s'; 0 only sends. @default 5000 */
  readonly wait?: Duration | undefined;
}

const NAMES: OptionNames<ResumeOptions> = { ...ADDRESS_NAMES, wait: true };

/** @throws `TypeError` when an option is wrong. Nothing has been sent then. */
export function assertResumeOptions(options: ResumeOptions): void {
  assertAddress(options, '`resume`', NAMES);
  if (options.wait !== undefined) durationMs(options.wait, 'wait');
}

/** What became of an answer. A refusal is thrown. */
export interface ResumeResult {
  /** `queued`: the server has it, and no worker has handled it yet. Repeat the call with the same `key` to learn more. */
  readonly outcome: 'accepted' | 'queued';
  /** The question that it answered, or is addressed to. */
  readonly id: string;
  /** The answer's key: the caller's, or a random one. */
  readonly key: string;
}

/** Options of an answer. */
export interface AnswerSettings extends ResumeOptions {
  /** Stops waiting when it aborts. The answer may have been sent. */
  readonly signal?: AbortSignal | undefined;
  /** Refuses a thread of another entrypoint than the handle's, before anything is sent. */
  readonly checksEntrypoint?: boolean;
}

/** What became of an answer, and the thread as it was when the answer was sent. */
export interface AnswerReply {
  readonly result: ResumeResult;
  readonly description: ThreadDescription;
}

/**
 * Sends an answer, and waits for what becomes of it.
 *
 * @throws The refusal, with its code. `ThreadNotFound`, `ThreadClosed`, `WrongEntrypoint`, `TooLarge`, `NotSerializable`.
 */
export async function sendAnswer(
  thread: ThreadHandle,
  answer: unknown,
  settings: AnswerSettings,
): Promise<AnswerReply> {
  const { signal, checksEntrypoint = false, wait = WAIT_MS, key = randomUUID(), ...address } = settings;
  if (answer === undefined) {
    throw new HoldpointError('InvalidAnswer', 'Expected an answer, got `undefined`; `null` is an answer.');
  }
  thread.assertSendable(answer, 'the answer', checkJson);
  const waitMs = durationMs(wait, 'wait');
  const deadline = Date.now() + waitMs;
  const description = await describeAtRest(thread, { deadline: address.id === undefined ? deadline : 0, signal });
  if (checksEntrypoint) assertEntrypoint(thread, description);
  const delivery = new Delivery(thread, description, { key, hasOwnKey: settings.key !== undefined, deadline });
  return { result: await delivery.send(answer, address, { waitMs, signal }), description };
}

function assertEntrypoint({ id, settings }: ThreadHandle, { entrypoint: runs }: ThreadDescription): void {
  const { entrypoint: expected } = settings;
  if (expected !== undefined && runs !== expected) throw wrongEntrypoint(id, { runs, expected });
}

/**
 * The thread, once no workflow task is under way that may be about to open a question: a query shows the question a moment
 * before the server does.
 */
function describeAtRest(thread: ThreadHandle, waiting: WaitSettings): Promise<ThreadDescription> {
  return poll(
    () => thread.describe(),
    ({ hasWorkflowTask, interrupts }) => !hasWorkflowTask || interrupts.length > 0,
    { ...PAUSES, ...waiting },
  );
}

interface DeliverySettings {
  readonly key: string;
  /** The key is the caller's, so it may have been used before. */
  readonly hasOwnKey: boolean;
  readonly deadline: number;
}

/** One answer on its way to a run. */
class Delivery {
  readonly #thread: ThreadHandle;
  readonly #description: ThreadDescription;
  readonly #settings: DeliverySettings;

  constructor(thread: ThreadHandle, description: ThreadDescription, settings: DeliverySettings) {
    this.#thread = thread;
    this.#description = description;
    this.#settings = settings;
  }

  async send(
    answer: unknown,
    given: AnswerAddress,
    { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<ResumeResult> {
    const { key, deadline } = this.#settings;
    const { runId } = this.#description;
    const address = addressOf(this.#thread, this.#description, given);
    if (address instanceof HoldpointError) return this.#refuse(address);
    const watch = waitMs === 0 ? undefined : await AnswerWatch.begin(this.#thread, this.#description, key);
    const isSent = await signalRun(this.#thread, runId, { answer, address: { ...address, key } });
    if (!isSent) return this.#refuse(await this.#thread.notRunning(runId));
    const queued: ResumeResult = { outcome: 'queued', id: address.id, key };
    const fate = await watch?.wait({ deadline, signal });
    switch (fate?.kind) {
      case 'accepted':
        return { outcome: 'accepted', id: fate.id, key };
      case 'handled': {
        const receipt = await this.#receipt();
        return receipt ? this.#resultOf(receipt) : queued;
      }
      case 'ended': {
        const error = await this.#thread.notRunning(runId);
        // A thread that goes on in another run may have taken the signal along, as after a reset.
        return hasCode(error, 'ThreadClosed') ? this.#refuse(error) : queued;
      }
      case 'waiting':
      case undefined:
        return queued;
      default:
        return fate satisfies never;
    }
  }

  /** An answer with this key may have been handled before. Then its receipt counts, whatever is open now. */
  async #refuse(error: unknown): Promise<ResumeResult> {
    const receipt = this.#settings.hasOwnKey ? await this.#receipt() : null;
    if (receipt) return this.#resultOf(receipt);
    throw error;
  }

  #receipt(): Promise<Receipt | null> {
    const { key, deadline } = this.#settings;
    return this.#thread.receipt(this.#description.runId, key, deadline + RECEIPT_MS);
  }

  #resultOf(receipt: Receipt): ResumeResult {
    if (receipt.outcome === 'refused') throw refusedAnswer(receipt);
    return { outcome: 'accepted', id: receipt.id, key: this.#settings.key };
  }
}

/** The full address of an answer: always with an id and a run, so that it counts for no other question (A1). */
function addressOf(
  { id: thread }: ThreadHandle,
  description: ThreadDescription,
  given: AnswerAddress,
): (SentAddress & { readonly id: string }) | HoldpointError {
  const { isRunning, status, interrupts, run } = description;
  if (!isRunning) return threadClosed(thread, status);
  if (given.id !== undefined)
    return { ...given, id: given.id, run: given.run ?? run, ...hashOf(description, given.id) };
  const [only] = interrupts;
  if (!only) {
    return new HoldpointError(
      'NotPending',
      `Thread \`${thread}\` asks nothing at the moment. An answer is never kept for a later question.`,
    );
  }
  if (interrupts.length === 1)
    return { ...given, id: only.id, run: given.run ?? only.run, ...hashOf(description, only.id) };
  const ids = interrupts.map(({ id }) => `\`${id}\``).join(', ');
  return new HoldpointError(
    'AmbiguousAnswer',
    `Thread \`${thread}\` asks ${interrupts.length} questions: ${ids}. Say which one with \`id\`.`,
  );
}

/** The hash of the question's value, if the server shows all of it: after a reset, the value may be another one (A10). */
function hashOf({ interrupts }: ThreadDescription, id: string): Pick<SentAddress, 'hash'> {
  const asked = interrupts.find((one) => one.id === id);
  return defined({ hash: asked && !asked.truncated ? hashValue(asked.value) : undefined });
}

/** Sends the signal, with the sender's time (A7). `false` when the run has ended. */
async function signalRun(
  { client, id }: ThreadHandle,
  runId: string,
  { answer, address }: { readonly answer: unknown; readonly address: SentAddress },
): Promise<boolean> {
  const sent: SentAddress = { ...address, sentAt: new Date().toISOString() };
  try {
    await client.workflow.getHandle(id, runId).signal(RESUME_SIGNAL, answer, sent);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw translate(error, id);
  }
}
