/**
 * An answer to a question: sent to the question that is open, and what became of it (A1, A8).
 *
 * Without an id and a run, the client first looks up the open question and sends its id and run, so that a double click
 * cannot answer the next question. With both, nothing is looked up: the workflow refuses an answer to another run.
 *
 * The signal is durable as soon as the server has it. Meanwhile the client watches the history until it shows that the
 * answer has closed its question, or that a workflow task took it and it did not. Only in the second case is the run asked
 * for the receipt; by then no workflow task holds the query back.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/common';
import { defined } from '../../protocol/defined.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { hasCode } from '../../protocol/errors.ts';
import { checkJson } from '../../protocol/limits.ts';
import { RESUME_SIGNAL } from '../../protocol/names.ts';
import type { OptionNames } from '../../protocol/refused-options.ts';
import type { AnswerAddress, Changed, SentAddress } from '../../protocol/shapes.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError, refusedAnswer, translate, usedKey, wrongEntrypoint } from '../server/errors.ts';
import { poll } from '../server/poll.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { ADDRESS_NAMES, assertAddress, fullAddress, hashOf, type GivenAddress, type SentTo } from './address.ts';
import { AnswerWatch, type WaitSettings } from './answer-watch.ts';

const WAIT_MS = 5_000;
const PAUSES = { firstPauseMs: 4, maxPauseMs: 250 };
/** The receipt exists once the answer is handled, but its query may take a little longer than the caller wants to wait. */
export const RECEIPT_MS = 1_000;

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
export type ResumeResult = {
  /** The question that it answered, or is addressed to. */
  readonly id: string;
  /** The answer's key: the caller's, or a random one. */
  readonly key: string;
} & (
  | {
      /** `queued`: the server has it, and no worker has handled it yet. Repeat the call with the same `key` to learn more. */
      readonly outcome: 'accepted' | 'queued';
    }
  | {
      /** It counts, and the question stays open until more people have given the same answer (A11). */
      readonly outcome: 'voted';
      /** How many people have given this answer. */
      readonly count: number;
      /** How many of them close the question. */
      readonly quorum: number;
    }
);

/** Options of an answer. */
export interface AnswerSettings extends ResumeOptions, GivenAddress {
  /** Stops waiting when it aborts. The answer may have been sent. */
  readonly signal?: AbortSignal | undefined;
  /** When the person gave it, in ISO 8601. @default when it is sent */
  readonly sentAt?: string | undefined;
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
 * @throws The refusal, with its code. `ThreadNotFound`, `ThreadClosed`, `TooLarge`, `NotSerializable`.
 */
export async function answerThread(
  thread: ThreadHandle,
  answer: unknown,
  settings: AnswerSettings,
): Promise<ResumeResult> {
  const delivery = new Delivery(thread, answer, settings);
  const { id, run } = settings;
  if (id === undefined || run === undefined) return delivery.answer(await delivery.describe());
  return delivery.send({ id, run, ...defined({ hash: hashOf(settings) }) }, undefined);
}

/**
 * The same, for a caller that reads on and needs the thread as it was before.
 *
 * @throws What {@link answerThread} throws. `WrongEntrypoint`.
 */
export async function sendAnswer(
  thread: ThreadHandle,
  answer: unknown,
  settings: AnswerSettings,
): Promise<AnswerReply> {
  const delivery = new Delivery(thread, answer, settings);
  const description = await delivery.describe();
  if (settings.checksEntrypoint) assertEntrypoint(thread, description);
  return { result: await delivery.answer(description), description };
}

/**
 * The same, to a thread that the caller has just looked up.
 *
 * @throws What {@link answerThread} throws.
 */
export async function sendDescribed(
  thread: ThreadHandle,
  answer: unknown,
  { description, ...settings }: AnswerSettings & { readonly description: ThreadDescription },
): Promise<ResumeResult> {
  return new Delivery(thread, answer, settings).answer(description);
}

function assertEntrypoint({ id, settings }: ThreadHandle, { entrypoint: runs }: ThreadDescription): void {
  const { entrypoint: expected } = settings;
  if (expected !== undefined && runs !== expected) throw wrongEntrypoint(id, { runs, expected });
}

/** What a vote has come to; `undefined` for another change. */
function votedResult({ id, how, count, quorum }: Changed, key: string): ResumeResult | undefined {
  return how === 'voted' && count !== undefined && quorum !== undefined
    ? { outcome: 'voted', id, key, count, quorum }
    : undefined;
}

/** One answer on its way to a thread. */
class Delivery {
  readonly #thread: ThreadHandle;
  readonly #answer: unknown;
  readonly #settings: AnswerSettings;
  readonly #key: string;
  readonly #waiting: WaitSettings;
  readonly #waits: boolean;

  constructor(thread: ThreadHandle, answer: unknown, settings: AnswerSettings) {
    if (answer === undefined) {
      throw new HoldpointError('InvalidAnswer', 'Expected an answer, got `undefined`; `null` is an answer.');
    }
    thread.assertSendable(answer, 'the answer', checkJson);
    const { wait = WAIT_MS, key = randomUUID(), signal } = settings;
    const waitMs = durationMs(wait, 'wait');
    this.#thread = thread;
    this.#answer = answer;
    this.#settings = settings;
    this.#key = key;
    this.#waiting = { deadline: Date.now() + waitMs, signal };
    this.#waits = waitMs > 0;
  }

  /**
   * The thread. Without an id, once no workflow task is under way that may be about to open a question: a query shows the
   * question a moment before the server does.
   */
  describe(): Promise<ThreadDescription> {
    const { deadline, signal } = this.#waiting;
    return poll(
      () => this.#thread.describe(),
      ({ hasWorkflowTask, interrupts }) => !hasWorkflowTask || interrupts.length > 0,
      { ...PAUSES, deadline: this.#settings.id === undefined ? deadline : 0, signal },
    );
  }

  /** Sends the answer to the thread as it is described. */
  async answer(description: ThreadDescription): Promise<ResumeResult> {
    const to = fullAddress(this.#thread.id, description, this.#settings);
    const { runId } = description;
    return to instanceof HoldpointError ? this.#refuse(to, runId) : this.send(to, runId);
  }

  /** @param runId The run that gets the answer. By default the current one, which refuses an answer to another chain. */
  async send(to: SentTo, runId: string | undefined): Promise<ResumeResult> {
    using watch = this.#waits ? new AnswerWatch(this.#thread, { key: this.#key, run: to.run }) : undefined;
    if (!(await this.#signal(to, runId))) return await this.#refuse(await this.#thread.notRunning(runId), runId);
    const queued: ResumeResult = { outcome: 'queued', id: to.id, key: this.#key };
    const fate = await watch?.wait(this.#waiting);
    switch (fate?.kind) {
      case 'accepted':
        return { outcome: 'accepted', id: fate.id, key: this.#key };
      case 'changed':
        return votedResult(fate.changed, this.#key) ?? (await this.#received(runId)) ?? queued;
      case 'handled':
        return (await this.#received(runId)) ?? queued;
      case 'ended': {
        const received = fate.isSent ? undefined : await this.#received(runId);
        if (received) return received;
        const error = await this.#thread.notRunning(runId);
        // A thread that goes on in another run may have taken the signal along, as after a reset.
        return hasCode(error, 'ThreadClosed') ? await this.#refuse(error, runId) : queued;
      }
      case 'waiting':
      case undefined:
        return queued;
      default:
        return fate satisfies never;
    }
  }

  /** Sends the signal, with the sender's time (A7). `false` when the run has ended. */
  async #signal(to: SentTo, runId: string | undefined): Promise<boolean> {
    const { client, id } = this.#thread;
    const { actor, groups, sentAt = new Date().toISOString() } = this.#settings;
    const sent: SentAddress = { ...to, ...defined({ actor, groups }), key: this.#key, sentAt };
    try {
      await client.workflow.getHandle(id, runId).signal(RESUME_SIGNAL, this.#answer, sent);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw translate(error, id);
    }
  }

  /** An answer with this key may have been handled before. Then its receipt counts, whatever is open now. */
  async #refuse(error: unknown, runId: string | undefined): Promise<ResumeResult> {
    // A random key has not been used before.
    const received = this.#settings.key === undefined ? undefined : await this.#received(runId);
    if (received) return received;
    throw error;
  }

  /** What the receipt says; `undefined` without a receipt. @throws The refusal. */
  async #received(runId: string | undefined): Promise<ResumeResult | undefined> {
    const receipt = await this.#thread.receipt(runId, this.#key, this.#waiting.deadline + RECEIPT_MS);
    if (receipt?.outcome === 'refused') throw refusedAnswer(receipt);
    if (receipt?.outcome === 'reassigned') throw usedKey(this.#key, receipt);
    return receipt ? { ...receipt, key: this.#key } : undefined;
  }
}
