/**
 * A question: as a draft, when it is open, and how it closed.
 */
import { defined } from '../../protocol/defined.ts';
import type { Check } from '../../protocol/schema.ts';
import type { Asked, Changed, Closed, How, Interrupt, Problem, Recorded } from '../../protocol/shapes.ts';
import { makeAnswerCheck, resolveDefault, type Default } from '../answers/answer-check.ts';

/** A question before it opens: what is asked, by whom, and why it is asked again. */
export interface QuestionDraft {
  readonly id: string;
  readonly asked: Asked;
  /** What the code gets for an answer that fits the JSON Schema; by default the answer itself. */
  readonly parse?: Check;
  /** The task that asks. The body asks if there is none. */
  readonly task?: string;
  readonly problems?: readonly Problem[];
  /** The id of the question whose answer was wrong: this one asks again. */
  readonly again?: string;
}

export interface OpenQuestion {
  /** The question as people see it. */
  readonly interrupt: Interrupt;
  readonly check: Check;
  readonly default?: Default;
  /** Milliseconds until each reminder. */
  readonly reminders: readonly number[];
}

/** How a question closed. A withdrawn one rejects the wait for its answer. */
export type Closing =
  | ({ readonly kind: 'answered' | 'default' } & AcceptedAnswer)
  | { readonly kind: 'expired' | 'withdrawn' };

/** How a question closed, as far as a later answer is concerned. Persisted by continue-as-new. */
export type ClosedKind = 'answered' | 'expired' | 'withdrawn';

/** A default is not a person's answer, so a later answer is refused as late, not as a duplicate. */
export function closedKind(how: How): ClosedKind {
  return how === 'default' ? 'expired' : how;
}

/** An answer that counts, or a default. */
export interface AcceptedAnswer {
  /** The answer as the code gets it. */
  readonly record: Recorded;
  /** The answer as it was sent. */
  readonly sent: unknown;
  readonly key?: string | undefined;
}

/** How an open question changes: what is new, and what is said about it. */
export interface Change {
  /** The new values of fields. The question keeps its id, its run and when it was asked. */
  readonly fields: Pick<Interrupt, 'assignees' | 'votes'>;
  /** What the memo says about the change. */
  readonly about: Omit<Changed, 'id' | 'run'>;
}

/** @param run The id of the run that asks. */
export function openQuestion({ id, asked, parse, task, problems }: QuestionDraft, run: string): OpenQuestion {
  const { timeout, default: fallback, remind = [], due, ...shown } = asked;
  const now = Date.now();
  const askedAt = new Date(now).toISOString();
  const [expiresAt, dueAt] = [timeout, due].map((time) =>
    typeof time === 'number' ? new Date(now + time).toISOString() : time,
  );
  const check = makeAnswerCheck(asked.schema, parse);
  return {
    interrupt: {
      id,
      run,
      ...shown,
      ...defined({ task }),
      askedAt,
      ...defined({ expiresAt, dueAt, default: fallback, problems }),
    },
    check,
    reminders: typeof remind === 'number' ? [remind] : remind,
    ...defined({ default: fallback && resolveDefault(fallback.value, check, id) }),
  };
}

/** The answer that a question closed with; `undefined` if nobody answered in time and there was no default. */
export function answerOf(closing: Closing): AcceptedAnswer | undefined {
  return 'record' in closing ? closing : undefined;
}

/** What the memo says about a question that closes (A9). */
export function describeClosing({ id, run }: Interrupt, closing: Closing): Closed {
  const how: How = closing.kind;
  const answer = answerOf(closing);
  if (!answer) return { id, run, how, at: new Date().toISOString() };
  const { actor, at } = answer.record;
  return { id, run, how, ...defined({ actor }), at, ...defined({ key: answer.key }) };
}
