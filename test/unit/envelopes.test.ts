/** The envelopes in which a task and its entrypoint talk past the user's values. */
import { expect, test } from 'vitest';
import {
  decodeArguments,
  decodeCutOff,
  decodeQuestions,
  decodeResult,
  encodeArguments,
  encodeCutOff,
  encodeQuestions,
  encodeResult,
  encodeUnregistered,
  isUnregistered,
} from '../../src/protocol/envelopes.ts';

const lookalikes = [
  { 'holdpoint/questions': [] },
  { 'holdpoint/questions': 1 },
  { 'holdpoint/unregistered': 'add' },
  { 'holdpoint/cutOff': [] },
  { 'holdpoint/cutOff': [1] },
  { 'holdpoint/result': { 'holdpoint/result': 1 } },
  { 'holdpoint/answers': [] },
  { 'holdpoint/questions': [], more: 1 },
  null,
  undefined,
  0,
  '',
  [],
  {},
];

test.each(lookalikes)('a result %j is read unchanged', (value) => {
  const result = encodeResult(value);
  expect(decodeQuestions(result)).toBeUndefined();
  expect(isUnregistered(result)).toBe(false);
  expect(decodeCutOff(result)).toBeUndefined();
  expect(decodeResult(result)).toEqual(value);
});

test.each(lookalikes)('a last argument %j reaches the task unchanged, in the first pass and in later ones', (value) => {
  for (const answers of [[], [{ id: 'a:1', hash: 'h', value: 1 }]]) {
    expect(decodeArguments(encodeArguments([1, value], answers))).toEqual({ args: [1, value], answers });
    const details = [value];
    expect(decodeArguments(encodeArguments([1, value], answers, details))).toEqual({
      args: [1, value],
      answers,
      details,
    });
  }
});

test('an ordinary first run has no envelope: any client can read it', () => {
  expect(encodeArguments(['foo'], [])).toEqual(['foo']);
  expect(encodeResult({ a: 1 })).toEqual({ a: 1 });
});

test('questions are decoded as they were encoded', () => {
  const questions = [{ value: 'q', hash: 'h', title: 'T' }];
  expect(decodeQuestions(encodeQuestions(questions))).toEqual(questions);
});

test('a worker that lacks a task says so, and nothing else is taken for that', () => {
  expect(isUnregistered(encodeUnregistered('add'))).toBe(true);
  expect([undefined, null, 'add', { add: 1 }].map(isUnregistered)).toEqual([false, false, false, false]);
});

test('a task that is cut off hands on the details of its last heartbeat, if it had any (T9)', () => {
  expect(decodeCutOff(encodeCutOff(undefined))).toEqual([]);
  expect(decodeCutOff(encodeCutOff(null))).toEqual([null]);
  expect([undefined, null, 1, { cutOff: [] }].map(decodeCutOff)).toEqual(Array.from({ length: 4 }));
});
