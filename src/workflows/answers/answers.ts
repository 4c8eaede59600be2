/**
 * Answers as they arrive by the signals `resume` and `answer`, and reassignments as they arrive by `reassign`.
 *
 * An accepted answer takes one path: it is decided (`answer-decision.ts`), its question closes (`questions.ts`), and the run,
 * which listens to the questions, updates the memo, the record, the notifications and the details (`run.ts`).
 *
 * Owns the held messages: after a reset they wait for their question.
 *
 * A4. A refused answer changes nothing: the question stays open.
 * A7. `at` is the time that the sender gives, because a workflow is not told the time of a signal's event. It is limited
 *     to the time between the opening of the question and now, when a worker takes the answer. By default it is now.
 * A8. A signal that repeats a key is not a second answer.
 * A10. After a reset the server delivers answers before their questions open. An answer that says what it answered is
 *      held, and decided when the question opens. No other answer is ever held.
 * A12. A reassignment is found, held and refused like an answer, in the order in which both were sent.
 */
import { log, patched } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import type { Interrupt, Recorded } from '../../protocol/shapes.ts';
import { hashValue } from '../../protocol/value-hash.ts';
import type { AnswerRecords } from './answer-records.ts';
import { decide, refusedAfterReset, type Decision, type RefusedAnswer } from './answer-decision.ts';
import { withVote } from './answered-by.ts';
import {
  decideReassignment,
  readSentReassignment,
  refusedByEarlierVersion,
  type SentReassignment,
} from './reassignment.ts';
import { count } from '../display/metrics.ts';
import type { Questions } from '../questions/questions.ts';
import { isReapplied } from '../sandbox/reset.ts';
import { readOneAnswer, readSentAnswer, type SentAnswer } from './sent-answer.ts';

/** A patch: earlier versions show `by`, take everybody's answer, and their runs must replay. */
const OBEYS_BY = 'holdpoint/by';
/** A patch: earlier versions have no handler for the signal `answer`, and what was sent to them is lost. */
const TAKES_ONE_ARGUMENT = 'holdpoint/answer';

/** A patch: earlier versions did not know the signal `reassign`, and what they got must replay. */
const REASSIGNS = 'holdpoint/reassign';

/** An answer with the signal that it came by. */
type TakenAnswer = SentAnswer & { readonly isOne?: true };
type Sent = TakenAnswer | SentReassignment;

/** What waits for its question after a reset. */
type Held = Sent & { readonly address: { readonly id: string } };

export interface AnswersSettings {
  readonly questions: Questions;
  readonly records: AnswerRecords;
  /** The id of the run, which answers may be addressed with. */
  readonly run: string;
}

export class Answers {
  readonly #questions: Questions;
  readonly #records: AnswerRecords;
  readonly #run: string;
  /** In the order in which they were sent. */
  #held: readonly Held[] = [];

  constructor({ questions, records, run }: AnswersSettings) {
    this.#questions = questions;
    this.#records = records;
    this.#run = run;
  }

  /** Takes the arguments of `resume`. Synchronous: the answer counts before any other code of the run continues. */
  take(args: readonly unknown[]): void {
    this.#take(readSentAnswer(args));
  }

  /** Takes the argument of `answer`. */
  takeOne(args: readonly unknown[]): void {
    this.#take({ ...readOneAnswer(args), isOne: true });
  }

  /** Takes the argument of the signal `reassign`, in the same way. */
  takeReassignment(about: unknown): void {
    this.#take(readSentReassignment(about));
  }

  #take(sent: Sent): void {
    if (this.#isRepeated(sent)) return;
    if (this.#isEarly(sent)) this.#held = [...this.#held, sent];
    else this.#decide(sent);
  }

  /** Decides what was held for these questions, in the order in which they were sent. */
  decideHeld(interrupts: readonly Interrupt[]): void {
    for (const { id, value } of this.#held.length > 0 ? interrupts : []) {
      const ofQuestion = this.#held.filter(({ address }) => address.id === id);
      this.#held = this.#held.filter(({ address }) => address.id !== id);
      for (const sent of ofQuestion) {
        if (sent.address.hash === hashValue(value)) this.#decide(sent);
        else this.#refuse(refusedAfterReset(id, 'changed', nameOf(sent)), sent);
      }
    }
  }

  /** Refuses all that is held: the body that would have asked is over, and a later question is another one. */
  refuseHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const sent of held) this.#refuse(refusedAfterReset(sent.address.id, 'not asked', nameOf(sent)), sent);
  }

  #isRepeated({ address: { key } }: Sent): boolean {
    if (key === undefined) return false;
    const receipt = this.#records.receipt(key);
    // The question may have been reassigned since, to whoever sends it (A11).
    const wasNotAllowed = receipt?.outcome === 'refused' && receipt.code === 'NotAllowed';
    return (receipt && !wasNotAllowed) || this.#held.some(({ address }) => address.key === key);
  }

  /** Whether it was sent before a reset, for a question that this run has not asked again yet. */
  #isEarly(sent: Sent): sent is Held {
    const { address, malformed } = sent;
    const { id, run = this.#run, hash } = address;
    if (malformed !== undefined || id === undefined || hash === undefined || run !== this.#run) return false;
    return this.#questions.kind(id) === undefined && isReapplied();
  }

  #decide(sent: Sent): void {
    if ('assignees' in sent) this.#reassign(sent);
    else this.#answer(sent);
  }

  #reassign(sent: SentReassignment): void {
    const found = decideReassignment(sent, this.#questions, this.#run);
    if (typeof found !== 'string') return this.#refuse(found, sent);
    if (!patched(REASSIGNS)) return this.#refuse(refusedByEarlierVersion(found, 'reassignment'), sent);
    const { actor, key, sentAt } = sent.address;
    const about = {
      how: 'reassigned',
      ...defined({ actor }),
      at: this.#timeOf(found, sentAt),
      ...defined({ key }),
    } as const;
    this.#records.reassign(found, key);
    this.#questions.change(found, { fields: { assignees: sent.assignees }, about });
  }

  #answer(answer: TakenAnswer): void {
    const obeysBy = (): boolean => patched(OBEYS_BY);
    const decision = decide(answer, { questions: this.#questions, run: this.#run, obeysBy });
    if (decision.kind === 'refused') return this.#refuse(decision, answer);
    if (answer.isOne && !patched(TAKES_ONE_ARGUMENT))
      return this.#refuse(refusedByEarlierVersion(decision.id, 'answer'), answer);
    if (decision.kind === 'accepted') this.#accept(decision, answer);
    else this.#vote(decision, answer);
  }

  #accept({ id, value, agreed, agrees }: Decided<'accepted'>, { value: sent, address }: SentAnswer): void {
    const { actor, key, sentAt } = address;
    const at = this.#timeOf(id, sentAt);
    const own = agrees && actor !== undefined ? [{ actor, at }] : [];
    const votes = agreed && [...agreed.map((vote) => ({ actor: vote.actor, at: vote.at })), ...own];
    const record: Recorded = { value, ...defined({ actor }), at, how: 'answered', ...defined({ votes }) };
    this.#questions.answer(id, { record, sent, key });
  }

  #vote({ id, count: votes, quorum }: Decided<'voted'>, { value, address }: SentAnswer): void {
    // Without an actor, it would have been refused.
    const { actor = '', key, sentAt } = address;
    const at = this.#timeOf(id, sentAt);
    const before = this.#questions.find(id)?.interrupt.votes ?? [];
    this.#records.vote({ id, count: votes, quorum }, key);
    this.#questions.change(id, {
      fields: { votes: withVote(before, { actor, at, value }) },
      about: { how: 'voted', actor, at, ...defined({ key }), count: votes, quorum },
    });
  }

  /** When the answer to an open question was sent (A7). */
  #timeOf(id: string, sentAt: string | undefined): string {
    const now = Date.now();
    const claimed = sentAt === undefined ? now : Date.parse(sentAt);
    return new Date(Math.min(now, Math.max(claimed, this.#questions.askedAt(id) ?? now))).toISOString();
  }

  #refuse(refused: RefusedAnswer, sent: Sent): void {
    const { address } = sent;
    this.#records.refuse(refused, address);
    const { code, message, id } = refused;
    const what = nameOf(sent) === 'answer' ? 'Answer' : 'Reassignment';
    log.warn(`${what} refused`, { code, reason: message, interrupt: id, actor: address.actor });
    if (what === 'Answer') count('refused');
  }
}

type Decided<Kind extends Decision['kind']> = Extract<Decision, { readonly kind: Kind }>;

function nameOf(sent: Sent): 'answer' | 'reassignment' {
  return 'assignees' in sent ? 'reassignment' : 'answer';
}
