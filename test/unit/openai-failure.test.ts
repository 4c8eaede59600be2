/** What a failed request to a model means: whether and when to retry, and the message. */
import { expect, test } from 'vitest';
import { readFailure } from '../../src/activities/openai/failure.ts';

const KEY = 'gsk_thisIsTheSecretKey';

function read(error: unknown): ReturnType<typeof readFailure> {
  return readFailure(error, { model: 'm', secrets: [KEY] });
}

function apiError(status: number, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error(`${status} no`), { status, headers: new Headers(headers) });
}

test.each([408, 409, 429, 500, 502, 503, 529])('%i: the model is unavailable', (status) => {
  expect(read(apiError(status))).toEqual({
    kind: 'unavailable',
    type: 'Error',
    message: `Model \`m\` is not available: ${status} no`,
  });
});

test.each([400, 401, 403, 404, 413, 422])('%i: the model refused', (status) => {
  expect(read(apiError(status, { 'retry-after': '1' }))).toEqual({
    kind: 'refused',
    type: 'Error',
    message: `Model \`m\` refused the request: ${status} no`,
  });
});

test('without a status there was no whole response: the model is unavailable, and the innermost cause says why', () => {
  const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
  expect(read(new Error('Connection error.', { cause }))).toMatchObject({
    kind: 'unavailable',
    message: 'Model `m` is not available: Connection error. (connect ECONNREFUSED 127.0.0.1:1)',
  });
  expect(read(new SyntaxError('Unexpected end'))).toMatchObject({ kind: 'unavailable', type: 'SyntaxError' });
  const several = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  expect(read(new Error('Connection error.', { cause: several })).message).toMatch(/\(ECONNREFUSED\)$/);
  expect(read('a string')).toMatchObject({ kind: 'unavailable', message: 'Model `m` is not available: a string' });
});

test.each<[Record<string, string>, unknown]>([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '3', 'retry-after-ms': '20' }, 20],
  [{ 'retry-after': '3', 'retry-after-ms': 'soon' }, 3000],
  [{ 'retry-after': 'Fri, 31 Dec 2099 23:59:59 GMT' }, expect.any(Number)],
  [{ 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, undefined],
  [{ 'retry-after': '-1' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%j', (headers, retryAfterMs) => {
  expect(read(apiError(429, headers)).retryAfterMs).toEqual(retryAfterMs);
});

test.each([
  [`The key ${KEY} is no key`, 'The key … is no key'],
  ['Incorrect API key provided: sk-proj-********eKey.', 'Incorrect API key provided: sk-…'],
  ['The key gsk_**********Key is no key', 'The key … is no key'],
  ['Write **bold** text', 'Write **bold** text'],
])('a key is left out: %s', (message, redacted) => {
  expect(read(new Error(message)).message).toBe(`Model \`m\` is not available: ${redacted}`);
});

test('a page of a gateway is cut', () => {
  expect(read(new Error('x'.repeat(5000))).message).toHaveLength('Model `m` is not available: '.length + 1000);
});

test('a dummy key is a word like any other', () => {
  const { message } = readFailure(apiError(400), { model: 'm', secrets: ['no'] });
  expect(message).toBe('Model `m` refused the request: 400 no');
});
