/**
 * The closed questions of a task's call, and which of their answers its next pass gets (I7).
 *
 * I7. The pass compares: it takes an answer only for a question with the same value (`src/activities/pass.ts`). If it does
 *     not ask a question again that was answered, its new question says which answers it `replaces`. Those are dropped
 *     here, and the new question tells the person so.
 */
import { defined } from '../../protocol/defined.ts';
import type { PassAnswer, PassQuestion } from '../../protocol/envelopes.ts';
import type { Problem } from '../../protocol/shapes.ts';
import { preview } from '../display/preview.ts';
import { answerOf, type Closing } from '../questions/question.ts';

/** A question of a pass that has closed. */
export interface PassClosing {
  readonly id: string;
  readonly question: PassQuestion;
  readonly closing: Closing;
}

export class PassAnswers {
  /** In the order of the task's questions: a task may ask equal questions, which are told apart by their order. */
  #closed: readonly PassClosing[] = [];

  /** Adds the questions of one pass. */
  add(pass: readonly PassClosing[]): void {
    // A person was told that these answers are not used, so they never are.
    const dropped = new Set(pass.flatMap(({ question }) => question.replaces ?? []));
    // An answer that the schema refused in the worker gives its place to the one that was asked for instead (A5).
    const instead = new Map(pass.map((closed) => [closed.question.rejects, closed]));
    this.#closed = [
      ...this.#closed.filter(({ id }) => !dropped.has(id)).map((earlier) => instead.get(earlier.id) ?? earlier),
      ...pass.filter(({ question }) => question.rejects === undefined),
    ];
  }

  forNextPass(): readonly PassAnswer[] {
    return this.#closed.map(({ id, question: { hash, replaces, decision }, closing }) => ({
      id,
      hash,
      ...defined({ answer: answerOf(closing)?.record, replacement: replaces && (true as const), decision }),
    }));
  }

  /** Tells a person that these answers are not used, because the task now asks something else. */
  describeUnused(ids: readonly string[]): Problem[] {
    const unused = this.#closed.filter(({ id }) => ids.includes(id));
    return unused.map(({ id, question, closing }) => {
      const answer = answerOf(closing);
      const given = answer ? preview(JSON.stringify(answer.record.value)) : 'nothing in time';
      const message = `The question has changed: \`${id}\` asked ${preview(JSON.stringify(question.value))} and was answered ${given}; that answer was not used.`;
      return { path: '', message };
    });
  }
}
