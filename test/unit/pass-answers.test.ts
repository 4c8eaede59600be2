/** Which answers the next pass of a task gets (I7 A5). */
import { expect, test } from 'vitest';
import type { PassQuestion } from '../../src/protocol/envelopes.ts';
import type { Recorded } from '../../src/protocol/shapes.ts';
import { PassAnswers, type PassClosing } from '../../src/workflows/tasks/pass-answers.ts';

function record(value: unknown): Recorded {
  return { value, at: 'now', how: 'answered' };
}

/** A question of a pass, and its answer. */
function answered(id: string, value: unknown, question: Partial<PassQuestion> = {}): PassClosing {
  const asked = { value: `${id}?`, hash: `hash of ${id}`, ...question };
  return { id, question: asked, closing: { kind: 'answered', record: record(value), sent: value } };
}

test('the next pass gets all answers so far, in order', () => {
  const answers = new PassAnswers();
  expect(answers.forNextPass()).toEqual([]);
  answers.add([answered('ask:1', 'a'), answered('ask:1#2', 'b')]);
  answers.add([{ ...answered('ask:1#3', ''), closing: { kind: 'expired' } }]);
  expect(answers.forNextPass()).toEqual([
    { id: 'ask:1', hash: 'hash of ask:1', answer: record('a') },
    { id: 'ask:1#2', hash: 'hash of ask:1#2', answer: record('b') },
    { id: 'ask:1#3', hash: 'hash of ask:1#3' },
  ]);
});

test('I7: the answer to a question that has changed is dropped, and the new question says so', () => {
  const answers = new PassAnswers();
  answers.add([answered('ask:1', 'yes', { value: 'Pay 10?' })]);
  expect(answers.describeUnused(['ask:1'])).toEqual([
    {
      path: '',
      message: 'The question has changed: `ask:1` asked "Pay 10?" and was answered "yes"; that answer was not used.',
    },
  ]);
  answers.add([answered('ask:1#2', 'no', { replaces: ['ask:1'] })]);
  expect(answers.forNextPass()).toEqual([
    { id: 'ask:1#2', hash: 'hash of ask:1#2', answer: record('no'), replacement: true },
  ]);
});

test('A5: an answer that the schema refused gives its place to the next one', () => {
  const answers = new PassAnswers();
  answers.add([answered('ask:1', 'bad'), answered('ask:1#2', 'b')]);
  answers.add([answered('ask:1#3', 'good', { rejects: 'ask:1' })]);
  expect(answers.forNextPass().map(({ id, answer }) => [id, answer?.value])).toEqual([
    ['ask:1#3', 'good'],
    ['ask:1#2', 'b'],
  ]);
});
