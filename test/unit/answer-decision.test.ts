/** Whether an answer counts, and for which question (A1 A2 A3 A5 A11). */
import { expect, test } from 'vitest';
import type { Interrupt } from '../../src/protocol/shapes.ts';
import { decide, type Decision } from '../../src/workflows/answers/answer-decision.ts';
import type { Questions } from '../../src/workflows/questions/questions.ts';
import { weigh, withVote } from '../../src/workflows/answers/answered-by.ts';
import { readOneAnswer, readSentAnswer } from '../../src/workflows/answers/sent-answer.ts';

/** The questions of a run: those named are open, and take numbers alone. */
function asking(...ids: string[]): Questions {
  return askingFor({}, ...ids);
}

function askingFor(about: Partial<Interrupt>, ...ids: string[]): Questions {
  const open = ids.map((id): Interrupt => ({ id, run: 'run', value: 'How many?', askedAt: 'now', ...about }));
  const check = (value: unknown) =>
    typeof value === 'number' ? { value: value + 1 } : { problems: [{ path: '', message: 'Expected a number' }] };
  const closed: Record<string, string> = { 'done:1': 'answered', 'late:1': 'expired', 'gone:1': 'withdrawn' };
  const questions = {
    open: () => open,
    kind: (id: string) => (ids.includes(id) ? 'open' : closed[id]),
    find: (id: string) => open.filter((one) => one.id === id).map((interrupt) => ({ interrupt, check }))[0],
  };
  // As far as a decision looks.
  return questions as unknown as Questions;
}

function decision(questions: Questions, ...args: unknown[]): Decision {
  return decide(readSentAnswer(args), { questions, run: 'run', obeysBy: () => true });
}

test('A1: without an id, an answer is for the one open question', () => {
  expect(decision(asking('ask:1'), 5)).toEqual({ kind: 'accepted', id: 'ask:1', value: 6 });
  expect(decision(asking(), 5)).toMatchObject({ kind: 'refused', code: 'NotPending' });
  expect(decision(asking('ask:1', 'ask:2'), 5)).toEqual({
    kind: 'refused',
    code: 'AmbiguousAnswer',
    message: '2 questions are open: `ask:1`, `ask:2`. Say which one with `id`.',
  });
});

test('A1: an address names the question and the run', () => {
  const questions = asking('ask:1', 'ask:2');
  expect(decision(questions, 5, { id: 'ask:2', run: 'run' })).toMatchObject({ kind: 'accepted', id: 'ask:2' });
  expect(decision(questions, 5, { id: 'ask:2', run: 'before' })).toMatchObject({ code: 'NotPending', id: 'ask:2' });
  expect(decision(questions, 5, { id: 'other:1' })).toEqual({
    kind: 'refused',
    code: 'NotPending',
    message: 'No question `other:1` is open. Open: `ask:1`, `ask:2`.',
    id: 'other:1',
  });
});

test.each([
  ['done:1', 'AlreadyAnswered'],
  ['late:1', 'InterruptExpired'],
  ['gone:1', 'InterruptWithdrawn'],
])('A2: an answer to %s, which has closed, is refused with %s', (id, code) => {
  expect(decision(asking('ask:1'), 5, { id })).toMatchObject({ kind: 'refused', code, id });
});

test('A3: a missing answer and bytes are not JSON values', () => {
  for (const args of [[], [undefined], [new Uint8Array(1)]])
    expect(decision(asking('ask:1'), ...args)).toMatchObject({ kind: 'refused', code: 'InvalidAnswer' });
});

test('A5: an answer that does not fit is refused with the problems', () => {
  expect(decision(asking('ask:1'), 'five')).toEqual({
    kind: 'refused',
    code: 'InvalidAnswer',
    message: 'The answer to `ask:1` does not fit its schema: Expected a number. The question stays open.',
    id: 'ask:1',
    problems: [{ path: '', message: 'Expected a number' }],
  });
});

test.each([
  ['a text', 'ask:1', {}],
  ['a list', ['ask:1'], {}],
  ['groups that are one text', { actor: 'ann', groups: 'finance' }, { actor: 'ann' }],
  ['an id that is not a text', { id: 1, actor: 'ann', key: 'k' }, { actor: 'ann', key: 'k' }],
  ['a text that is not a time', { id: 'ask:1', sentAt: 'noon' }, { id: 'ask:1', sentAt: 'noon' }],
])('A1: an address that is %s is malformed, and its texts are kept', (_, about, address) => {
  const answer = readSentAnswer([5, about]);
  expect(answer.address).toEqual(address);
  expect(answer.malformed).toMatch(/^Expected the second argument of the signal to be/);
  expect(decide(answer, { questions: asking('ask:1'), run: 'run', obeysBy: () => true })).toMatchObject({
    kind: 'refused',
    code: 'InvalidAnswer',
  });
});

test('A1: fields of an address may be null or missing', () => {
  expect(readSentAnswer([5, null])).toEqual({ value: 5, address: {} });
  expect(readSentAnswer([5, { id: null, key: 'k', more: 1 }])).toEqual({ value: 5, address: { key: 'k' } });
});

test('A1: the one argument of `answer` has the answer beside its address', () => {
  const address = { id: 'ask:1', actor: 'ann', groups: ['finance'], key: 'k' };
  expect(readOneAnswer([{ value: null, ...address, more: 1 }])).toEqual({ value: null, address });
});

test.each([
  ['no argument', [], '0 arguments'],
  ['two', [{ value: 1 }, {}], '2 arguments'],
  ['a number', [5], 'a number'],
  ['null', [null], 'null'],
  ['an object without a value', [{ id: 'ask:1' }], '{"id":"ask:1"}, without a `value`'],
  ['an id that is not a text', [{ value: 5, id: 1 }], '{"id":1}'],
])('A1: %s is no argument of `answer`, and the answer is not repeated (A4)', (_, args, got) => {
  const answer = readOneAnswer(args);
  expect(answer.malformed).toMatch(/^Expected the one argument of the signal to be \{ value, id\?/);
  expect(answer.malformed?.split('got ')[1]).toBe(`${got}.`);
});

const only = { assignees: ['ann', 'group:finance'], by: { only: 'assignees', not: ['eve'] } } as const;

test.each([
  [{}, undefined],
  [{ actor: '' }, undefined],
  [{ groups: ['finance'] }, undefined],
  [{ actor: 'bob' }, undefined],
  [{ actor: 'bob', groups: ['group:finance'] }, undefined],
  [{ actor: 'group:finance' }, undefined],
  [{ actor: 'eve', groups: ['finance'] }, undefined],
  [{ actor: 'ann' }, 6],
  [{ actor: 'bob', groups: ['sales', 'finance'] }, 6],
])('A11: with `by`, whether an answer of %o counts', (sender, value) => {
  const refused = { kind: 'refused', code: 'NotAllowed', id: 'ask:1', message: expect.any(String) };
  expect(decision(askingFor(only, 'ask:1'), 5, sender)).toEqual(
    value === undefined ? refused : { kind: 'accepted', id: 'ask:1', value },
  );
});

test('A11: whether somebody may answer is decided before the answer is checked', () => {
  expect(decision(askingFor(only, 'ask:1'), 'five', { actor: 'bob' })).toMatchObject({ code: 'NotAllowed' });
  expect(decision(askingFor(only, 'ask:1'), 'five', { actor: 'ann' })).toMatchObject({ code: 'InvalidAnswer' });
});

test('A11: a run of an earlier version takes the answer of everybody', () => {
  const questions = askingFor(only, 'ask:1');
  const answer = readSentAnswer([5, { actor: 'bob' }]);
  expect(decide(answer, { questions, run: 'run', obeysBy: () => false })).toMatchObject({ kind: 'accepted', value: 6 });
});

const ann = { actor: 'ann', at: 'then', value: 5 };
const two = { by: { quorum: 2 }, votes: [ann] };

test('A11: with a quorum, an answer counts with those of other people that are the same', () => {
  expect(decision(askingFor(two, 'ask:1'), 5, { actor: 'bob' })).toEqual({
    kind: 'accepted',
    id: 'ask:1',
    value: 6,
    agreed: [ann],
    agrees: true,
  });
  const voted = { kind: 'voted', id: 'ask:1', count: 1, quorum: 2 };
  expect(decision(askingFor(two, 'ask:1'), 5, { actor: 'ann' })).toMatchObject(voted);
  expect(decision(askingFor(two, 'ask:1'), 7, { actor: 'bob' })).toMatchObject(voted);
  expect(decision(askingFor({ by: { quorum: 2 } }, 'ask:1'), 5, { actor: 'bob' })).toMatchObject(voted);
  expect(decision(askingFor(two, 'ask:1'), 5)).toMatchObject({ kind: 'refused', code: 'NotAllowed' });
});

test('A11: with a quorum of one, the answer of anybody closes the question', () => {
  expect(decision(askingFor({ by: { quorum: 1 } }, 'ask:1'), 5)).toEqual({ kind: 'accepted', id: 'ask:1', value: 6 });
});

test.each([
  [false, true],
  [{ type: 'reject', reason: 'No.' }, true],
  [{ type: 'respond', text: 'Done.' }, true],
  [{ type: 'approve' }, false],
  [true, false],
  [null, false],
  ['reject', false],
])('A11: %o closes a question for everybody: %o', (value, closes) => {
  const weight = weigh({ by: { quorum: 3 }, votes: [ann] }, value, { actor: 'bob' });
  expect(weight).toEqual(
    closes ? { kind: 'accepted', agreed: [ann], agrees: false } : { kind: 'voted', count: 1, quorum: 3 },
  );
});

test('A11: answers are compared as JSON, in any order of their keys', () => {
  const vote = { actor: 'ann', at: 'then', value: { a: 1, b: [{ c: 2, d: 3 }] } };
  const weight = weigh({ by: { quorum: 2 }, votes: [vote] }, { b: [{ d: 3, c: 2 }], a: 1 }, { actor: 'bob' });
  expect(weight).toMatchObject({ kind: 'accepted', agrees: true });
});

test('A11: a person has one vote, the last one', () => {
  const again = { ...ann, at: 'now', value: 7 };
  const bob = { ...ann, actor: 'bob' };
  expect(withVote([ann, bob], again)).toEqual([bob, again]);
});
