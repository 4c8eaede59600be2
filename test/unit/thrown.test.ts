/** A thrown value becomes an error that can be sent (R7). */
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { sendableError } from '../../src/protocol/sendable-error.ts';
import { messageOf, typeOf } from '../../src/protocol/thrown.ts';

const HALF = '\ud83d';
const MARK = '\ufffd';
const settings = { checksDetails: true };

test('an error that can be sent is sent itself', () => {
  for (const error of [
    new RangeError('x', { cause: new Error('y') }),
    ApplicationFailure.create({ message: 'x', type: 'T', details: [{ a: 1 }], cause: new Error('y') }),
    new DOMException('x', 'AbortError'),
    new Error('\u{1f600}'),
    new Error(''),
  ])
    expect(sendableError(error, settings)).toBe(error);
});

test('half of a character is marked, in a copy of the same class', () => {
  const error = Object.freeze(new RangeError(`a ${HALF}`, { cause: HALF }));
  const sent = sendableError(error, settings);
  expect(sent).toBeInstanceOf(RangeError);
  expect(sent).toMatchObject({ name: 'RangeError', message: `a ${MARK}`, cause: MARK });
  expect(sent.stack).toContain(`a ${MARK}`);
  expect(error.message).toBe(`a ${HALF}`);
  const failure = sendableError(ApplicationFailure.nonRetryable(HALF, HALF, { a: HALF }), settings);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  // Details are JSON, which carries anything.
  expect(failure).toMatchObject({ message: MARK, type: MARK, nonRetryable: true, details: [{ a: HALF }] });
  expect(sendableError(new DOMException(HALF, 'AbortError'), settings)).toMatchObject({
    name: 'AbortError',
    message: MARK,
  });
});

test('an error and its causes share one limit of characters, and end', () => {
  const long = new Error('x'.repeat(5_000_000));
  for (const error of [long, new Error('y', { cause: long })]) {
    let characters = 0;
    for (let link: unknown = sendableError(error, settings); link instanceof Error; link = link.cause)
      characters += link.message.length + (link.stack ?? '').length;
    expect(characters).toBeGreaterThan(99_000);
    expect(characters).toBeLessThan(210_000);
  }
  let chain = new Error('last');
  for (let n = 0; n < 1000; n++) chain = new Error(String(n), { cause: chain });
  let links = 0;
  for (let link: unknown = sendableError(chain, settings); link instanceof Error; link = link.cause) links++;
  expect(links).toBeLessThan(30);
  const round = new Error('round');
  round.cause = new Error('and', { cause: round });
  expect(sendableError(round, settings)).toMatchObject({ message: 'round', cause: { message: 'and' } });
});

test('details that are not JSON are left out, unless a converter may know them', () => {
  const failure = ApplicationFailure.create({ message: 'x', details: [1n] });
  expect(sendableError(failure, settings)).toMatchObject({ message: 'x', details: undefined });
  expect(sendableError(failure, { checksDetails: false })).toBe(failure);
});

test('a value that cannot be read is described as such', () => {
  const thrown = Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('no');
    },
  });
  expect(sendableError(thrown, settings).message).toBe('What was thrown could not be read');
  expect(messageOf(thrown)).toBe('What was thrown could not be read');
});

test.each<[unknown, string, string | undefined]>([
  [new TypeError('x'), 'x', 'TypeError'],
  [new Error(''), 'Error', 'Error'],
  ['text', 'text', undefined],
  [7, '7', undefined],
  [undefined, 'undefined', undefined],
  [null, 'null', undefined],
  [{ code: 7 }, '{"code":7}', 'Object'],
  [{ message: 'boom', code: 7 }, 'boom', 'Object'],
  [{ message: 42 }, '{"message":42}', 'Object'],
  [['a'], '["a"]', 'Array'],
  [Object.create(null), '{}', undefined],
])('%j', (thrown, message, type) => {
  expect([messageOf(thrown), typeOf(thrown)]).toEqual([message, type]);
});
