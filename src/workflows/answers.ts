/**
 * Answers as they arrive: which question each one is for, whether it counts, and what became of it.
 *
 * Owns the record of accepted answers (A7), the refusals (A4) and the receipts (A8).
 *
 * A1. An answer without an id is for the one open question; it is never kept for a later one, never given to two.
 * A2. The first answer to a question stands.
 * A3. Any JSON value is an answer. The address is a second argument, never guessed from the answer.
 * A4. A refused answer changes nothing: the question stays open.
 * A7. `at` is the time that the sender gives, because a workflow is not told the time of a signal's event. It is limited
 *     to the time between the question's opening and now, when a worker takes the answer. Without it, `at` is now.
 * A8. A key has one receipt; a signal that repeats a key is not a second answer.
 * A10. After a reset the server delivers answers before their questions open. Those that say what they answered are held,
 *     and decided when the question opens. No other answer is ever held.
 */
import { log } from '@temporalio/workflow';
import { describeProblems } from '../protocol/schema.ts';
import {
  MAX_ANSWERS,
  MAX_CARRIED_BYTES,
  MAX_CARRIED_RECEIPTS,
  MAX_RECEIPTS,
  MAX_REFUSALS,
  utf8Bytes,
} from '../protocol/limits.ts';
import type { Answer, Interrupt, Problem, Receipt, Refusal, RefusalCode, SentAddress } from '../protocol/shapes.ts';
import { hashValue } from '../protocol/value-hash.ts';
import { count } from './metrics.ts';
import type { Questions } from './questions.ts';
import { isReapplied } from './reset.ts';

interface Refused {
  readonly refuse: RefusalCode;
  readonly message: string;
  readonly id?: string;
  readonly problems?: readonly Problem[];
}

/** Which question an answer is for, and what its code gets. */
interface Accepted {
  readonly accept: string;
  readonly value: unknown;
}

type Decision = Accepted | Refused;

/** An answer that waits for its question to open, after a reset (A10). */
interface Held {
  readonly args: readonly unknown[];
  readonly address: SentAddress & { readonly id: string };
}

/** What continue-as-new carries of the record: the newest of each (R5). */
export interface CarriedAnswers {
  readonly accepted: readonly Answer[];
  readonly refused: readonly Refusal[];
  readonly receipts: readonly (readonly [key: string, receipt: Receipt])[];
}

export class Answers {
  readonly #questions: Questions;
  readonly #run: string;
  readonly #accepted: Answer[];
  readonly #refused: Refusal[];
  readonly #receipts: Map<string, Receipt>;
  /** In the order in which they were sent. */
  #held: readonly Held[] = [];

  constructor(questions: Questions, run: string, carried?: CarriedAnswers) {
    this.#questions = questions;
    this.#run = run;
    this.#accepted = [...(carried?.accepted ?? [])];
    this.#refused = [...(carried?.refused ?? [])];
    this.#receipts = new Map(carried?.receipts);
  }

  carry(): CarriedAnswers {
    return {
      accepted: newestFitting(this.#accepted),
      refused: newestFitting(this.#refused),
      receipts: newestFitting([...this.#receipts].slice(-MAX_CARRIED_RECEIPTS)),
    };
  }

  list(): readonly Answer[] {
    return this.#accepted;
  }

  refusals(): readonly Refusal[] {
    return this.#refused;
  }

  receipt(key: string): Receipt | null {
    return this.#receipts.get(key) ?? null;
  }

  /** The handler of the signal `resume`. Synchronous: the answer counts before any other code of the run continues. */
  take(args: readonly unknown[]): void {
    const { address, refusal } = readAddress(args[1]);
    if (address.key !== undefined && this.#knows(address.key)) return;
    if (!refusal && this.#isEarly(address)) this.#held = [...this.#held, { args, address }];
    else this.#settle(args, address, refusal);
  }

  /** Decides the answers that waited for these questions, the first one first (A10). */
  settleHeld(interrupts: readonly Interrupt[]): void {
    for (const { id, value } of this.#held.length > 0 ? interrupts : []) {
      const early = this.#held.filter(({ address }) => address.id === id);
      this.#held = this.#held.filter(({ address }) => address.id !== id);
      for (const { args, address } of early) {
        if (address.hash === hashValue(value)) this.#settle(args, address);
        else this.#refuse(otherQuestion(id), address);
      }
    }
  }

  /** Refuses what is still held: the body that would have asked has ended, and a later question is another one. */
  refuseHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const { address } of held) this.#refuse(notAskedAgain(address.id), address);
  }

  #knows(key: string): boolean {
    return this.#receipts.has(key) || this.#held.some(({ address }) => address.key === key);
  }

  /** Whether it was sent before a reset, for a question that this run has not asked again yet. */
  #isEarly(address: SentAddress): address is Held['address'] {
    const { id, run = this.#run, hash } = address;
    if (id === undefined || hash === undefined || run !== this.#run) return false;
    return this.#questions.kind(id) === undefined && isReapplied();
  }

  #settle(args: readonly unknown[], address: SentAddress, refusal?: Refused): void {
    const decision = refusal ?? this.#decide(args, address);
    if ('accept' in decision) this.#accept(decision, args[0], address);
    else this.#refuse(decision, address);
  }

  #decide(args: readonly unknown[], address: SentAddress): Decision {
    if (args.length === 0 || args[0] === undefined || ArrayBuffer.isView(args[0])) {
      return {
        refuse: 'InvalidAnswer',
        message:
          'Expected the answer as the first argument of the signal, as JSON; `null` is an answer, nothing is not.',
      };
    }
    if (address.run !== undefined && address.run !== this.#run) {
      return {
        refuse: 'NotPending',
        message: `The answer is for run ${address.run}, which has ended; this is run ${this.#run}. Look at the open questions again.`,
        ...withId(address),
      };
    }
    const found = address.id === undefined ? this.#findOpen() : this.#find(address.id);
    return typeof found === 'string' ? this.#check(found, args[0]) : found;
  }

  /** The one open question. */
  #findOpen(): string | Refused {
    const open = this.#questions.open();
    const [only] = open;
    if (!only) {
      return { refuse: 'NotPending', message: 'No question is open. An answer is never kept for a later question.' };
    }
    if (open.length === 1) return only.id;
    return {
      refuse: 'AmbiguousAnswer',
      message: `${open.length} questions are open: ${this.#openIds()}. Say which one with \`id\`.`,
    };
  }

  #find(id: string): string | Refused {
    const kind = this.#questions.kind(id);
    switch (kind) {
      case 'open':
        return id;
      case 'answered':
        return {
          refuse: 'AlreadyAnswered',
          message: `Question \`${id}\` was already answered. The first answer stands.`,
          id,
        };
      case 'expired':
        return { refuse: 'InterruptExpired', message: `Question \`${id}\` was not answered in time.`, id };
      case 'withdrawn':
        return {
          refuse: 'InterruptWithdrawn',
          message: `Question \`${id}\` was withdrawn: what asked it no longer waits.`,
          id,
        };
      case undefined:
        return { refuse: 'NotPending', message: `No question \`${id}\` is open. Open: ${this.#openIds()}.`, id };
      default:
        return kind satisfies never;
    }
  }

  /** Whether the answer fits the question's schema (A5). */
  #check(id: string, answer: unknown): Decision {
    const checked = this.#questions.check(id, answer);
    if ('value' in checked) return { accept: id, value: checked.value };
    const { problems } = checked;
    const message = `The answer to \`${id}\` does not fit its schema: ${describeProblems(problems)}. The question stays open.`;
    return { refuse: 'InvalidAnswer', message, id, problems };
  }

  #openIds(): string {
    return (
      this.#questions
        .open()
        .map(({ id }) => `\`${id}\``)
        .join(', ') || 'none'
    );
  }

  #accept({ accept: id, value }: Accepted, answer: unknown, { actor, key, sentAt }: SentAddress): void {
    const at = this.#timeOf(id, sentAt);
    const about = { ...(actor === undefined ? {} : { actor }), at, how: 'answered' } as const;
    this.record({ id, value: answer, ...about });
    if (key !== undefined) this.#keep(key, { outcome: 'accepted', id });
    this.#questions.answer(id, { record: { value, ...about }, sent: answer, key });
  }

  /** When an answer to an open question was sent (A7). */
  #timeOf(id: string, sentAt: string | undefined): string {
    const now = Date.now();
    const said = sentAt === undefined ? now : Date.parse(sentAt);
    return new Date(Math.min(now, Math.max(said, this.#questions.askedAt(id) ?? now))).toISOString();
  }

  /** Keeps an answer for the record: one that was accepted, or a default (A7). */
  record(answer: Answer): void {
    this.#accepted.push(answer);
    if (this.#accepted.length > MAX_ANSWERS) this.#accepted.shift();
  }

  #refuse(decision: Refused, { actor, key }: SentAddress): void {
    const { refuse: code, message, id, problems } = decision;
    const about = { code, message, ...(id === undefined ? {} : { id }) };
    this.#refused.push({
      ...about,
      ...(actor === undefined ? {} : { actor }),
      ...(key === undefined ? {} : { key }),
      at: new Date().toISOString(),
    });
    if (this.#refused.length > MAX_REFUSALS) this.#refused.shift();
    if (key !== undefined) this.#keep(key, { outcome: 'refused', ...about, ...(problems ? { problems } : {}) });
    log.warn('Answer refused', { code, reason: message, interrupt: id, actor });
    count('refused');
  }

  #keep(key: string, receipt: Receipt): void {
    this.#receipts.set(key, receipt);
    if (this.#receipts.size <= MAX_RECEIPTS) return;
    for (const oldest of this.#receipts.keys()) {
      this.#receipts.delete(oldest);
      return;
    }
  }
}

/** The end of a list that continue-as-new has room for. */
export function newestFitting<Item>(items: readonly Item[], bytes: number = MAX_CARRIED_BYTES): readonly Item[] {
  let left = bytes;
  const tooOld = items.findLastIndex((item) => (left -= utf8Bytes(JSON.stringify(item)) + 1) < 0);
  return items.slice(tooOld + 1);
}

/**
 * Reads the second argument of the signal, which may be anything. The strings of a malformed address are kept for the
 * receipt and the record of the refusal.
 */
function readAddress(value: unknown): { readonly address: SentAddress; readonly refusal?: Refused } {
  if (value === undefined || value === null) return { address: {} };
  if (typeof value !== 'object' || Array.isArray(value)) return { address: {}, refusal: malformed(value) };
  const { id, run, actor, key, sentAt, hash } = value as Record<string, unknown>;
  const fields = Object.entries({ id, run, actor, key, sentAt, hash }).filter(
    ([, field]) => field !== undefined && field !== null,
  );
  const texts = fields.filter(([, field]) => typeof field === 'string');
  const address: SentAddress = Object.fromEntries(texts);
  const isTime = address.sentAt === undefined || !Number.isNaN(Date.parse(address.sentAt));
  return texts.length === fields.length && isTime
    ? { address }
    : { address, refusal: { ...malformed(value), ...withId(address) } };
}

function malformed(value: unknown): Refused {
  return {
    refuse: 'InvalidAnswer',
    message: `Expected the second argument of the signal to be { id?, run?, actor?, key?, sentAt? } with strings, \`sentAt\` a time in ISO 8601, got ${JSON.stringify(value).slice(0, 200)}.`,
  };
}

function otherQuestion(id: string): Refused {
  return {
    refuse: 'NotPending',
    message: `Question \`${id}\` was answered before the thread was reset, and now asks something else: the answer is not used.`,
    id,
  };
}

function notAskedAgain(id: string): Refused {
  return {
    refuse: 'NotPending',
    message: `Question \`${id}\` was answered before the thread was reset, and was not asked again.`,
    id,
  };
}

function withId({ id }: SentAddress): { id?: string } {
  return id === undefined ? {} : { id };
}
