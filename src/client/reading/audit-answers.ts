/**
 * What became of the answers that were sent to a run, as far as its history says (A13).
 *
 * The first workflow task that completes after a signal is the one that took it, and its commands follow its completion
 * directly. So an entry is held back until those have been read, and the entries behind it too: an audit has the order of
 * the history.
 */
import { defined } from '../../protocol/defined.ts';
import { MAX_CLOSED_CHARACTERS } from '../../protocol/limits.ts';
import type { Changed, Closed, SentAddress } from '../../protocol/shapes.ts';
import type { HistoryEvent } from '../server/events.ts';
import type { AuditedAnswer, AuditEntry, AuditFact, AuditPlace } from './audit-entries.ts';

/** An answer, as it was sent. */
export interface AnswerSent extends Pick<AuditedAnswer, 'value' | 'sender' | 'isRepeated'> {
  readonly address: SentAddress;
}

interface Held {
  readonly place: AuditPlace;
  /** What an undecided answer will be if the history says no more. */
  fact: AuditFact;
  /** The answer, until the history has said what became of it. */
  answer?: AnswerSent | undefined;
  /** An answer with the same key was sent before. It counts only if that one was not allowed (A11). */
  readonly isKnown?: boolean;
  /** A workflow task has taken it. */
  isTaken?: boolean;
}

/** What an answer has done, as the memo says: it closed its question, or is a vote. */
interface Effect extends Pick<Closed, 'id' | 'actor' | 'key'> {
  readonly kind: 'answered' | 'voted';
}

/** The entries of one run, in the order of its history. */
export class AuditAnswers {
  #held: Held[] = [];
  /** The keys of the answers so far: one that is sent again with its key changes nothing (A8). */
  readonly #keys: Set<string>;
  /** What is known of questions: those with these ids are open or have been. */
  readonly #asked = new Set<string>();
  /** What answers without a key in the memo have done in the last workflow task. */
  #keyless: Effect[] = [];
  /** A run of an early version does not say how a question closed. */
  #isVague = false;
  #taskId: string | undefined;

  /** @param keys Those of the runs before. */
  constructor(keys: Set<string>) {
    this.#keys = keys;
  }

  add(place: AuditPlace, fact: AuditFact): void {
    this.#held.push({ place, fact });
  }

  sent(place: AuditPlace, answer: AnswerSent): void {
    const { key } = answer.address;
    const isKnown = key !== undefined && this.#keys.has(key) && !answer.isRepeated;
    if (key !== undefined) this.#keys.add(key);
    this.#held.push({ place, fact: factOf(answer, 'sent'), answer, isKnown });
  }

  asked(id: string): void {
    this.#asked.add(id);
  }

  closed(closed: Closed): void {
    if (closed.how === undefined) this.#isVague = true;
    if (closed.how === 'answered') this.#note({ ...closed, kind: 'answered' });
  }

  voted(changed: Changed): void {
    this.#note({ ...changed, kind: 'voted' });
  }

  #note(effect: Effect): void {
    const { key } = effect;
    if (key === undefined) this.#keyless.push(effect);
    else this.#decide(({ address }) => address.key === key, effect);
  }

  /** Sees the next event, before what it says is added. */
  see(event: HistoryEvent): void {
    if (this.#taskId !== undefined && !isCommandOf(event, this.#taskId)) this.#settle();
    if (!event.workflowTaskCompletedEventAttributes) return;
    this.#taskId = String(event.eventId);
    for (const held of this.#held) held.isTaken ||= held.answer !== undefined;
  }

  /** The copy of an earlier run ends here: its entries have been given. */
  clear(): void {
    this.#held = [];
    this.#taskId = undefined;
  }

  /** The entries up to an answer that is not decided. */
  take(): AuditEntry[] {
    const open = this.#held.findIndex(({ answer }) => answer);
    return this.#held.splice(0, open < 0 ? this.#held.length : open).map(entryOf);
  }

  /** All entries: the history says no more. */
  end(): AuditEntry[] {
    this.#settle();
    return this.#held.splice(0).map(entryOf);
  }

  /** The workflow task that took answers has done all that it did. */
  #settle(): void {
    for (const effect of this.#keyless) this.#decideKeyless(effect);
    for (const held of this.#held) {
      const { answer, isTaken } = held;
      if (!answer || !isTaken || this.#mayWait(answer)) continue;
      held.answer = undefined;
      if (!this.#isVague && !held.isKnown) held.fact = factOf(answer, 'refused');
    }
    this.#keyless = [];
    this.#isVague = false;
    this.#taskId = undefined;
  }

  /** After a reset, an answer may wait for its question (A10). */
  #mayWait({ address: { id, hash }, isRepeated }: AnswerSent): boolean {
    return isRepeated === true && id !== undefined && hash !== undefined && !this.#asked.has(id);
  }

  /** An answer without a key has done this. Which one it was is known if only one may have. */
  #decideKeyless(effect: Effect): void {
    const mayBe = this.#held.filter(
      ({ answer, isTaken, isKnown }) => answer && isTaken && !isKnown && mayHave(answer, effect),
    );
    const [only] = mayBe;
    if (mayBe.length === 1) this.#decide((answer) => answer === only?.answer, effect);
    else for (const held of mayBe) held.answer = undefined;
  }

  #decide(isIt: (answer: AnswerSent) => boolean, { kind, id }: Effect): void {
    const held = this.#held.find(({ answer }) => answer && isIt(answer));
    if (!held?.answer) return;
    held.fact = { ...factOf(held.answer, kind), id };
    held.answer = undefined;
  }
}

function entryOf({ place, fact }: Held): AuditEntry {
  const { at, ...where } = place;
  return { at, ...fact, ...where };
}

function factOf({ value, address, sender, isRepeated }: AnswerSent, kind: AuditedAnswer['kind']): AuditedAnswer {
  const { id, actor, groups, key, sentAt } = address;
  return { kind, ...defined({ id }), value, ...defined({ actor, groups, key, sentAt, sender, isRepeated }) };
}

/** Whether an answer may be the one that has done this, and has no key in the memo. */
function mayHave({ address: { id, key, actor } }: AnswerSent, effect: Effect): boolean {
  if (key !== undefined && key.length <= MAX_CLOSED_CHARACTERS) return false;
  if (id !== undefined && id !== effect.id) return false;
  const isCut = (actor?.length ?? 0) > MAX_CLOSED_CHARACTERS;
  return isCut || actor === effect.actor;
}

/** Whether the event follows from that workflow task. An update that it accepts or completes does not say so. */
function isCommandOf(event: HistoryEvent, taskId: string): boolean {
  const { attributes } = event;
  if (attributes === 'workflowExecutionUpdateAcceptedEventAttributes') return true;
  if (attributes === 'workflowExecutionUpdateCompletedEventAttributes') return true;
  const said = attributes && event[attributes];
  return Boolean(
    said && 'workflowTaskCompletedEventId' in said && String(said.workflowTaskCompletedEventId) === taskId,
  );
}
