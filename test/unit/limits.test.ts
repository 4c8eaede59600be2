/** Which values can be sent, and how a question looks in the memo. */
import { expect, test } from 'vitest';
import { checkSendable, MAX_MEMO_BYTES, MAX_VALUE_BYTES, utf8Bytes } from '../../src/protocol/limits.ts';
import type { Interrupt } from '../../src/protocol/shapes.ts';
import { memoEntry } from '../../src/workflows/questions/memo.ts';
import { preview } from '../../src/workflows/display/preview.ts';

test.each(['', 'abc', 'äöü', '€', '😀', 'a😀€ä'])('utf8Bytes counts %j as an encoder does', (text) => {
  expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
});

test.each([undefined, null, 0, '', {}, [], new Uint8Array(3), 'x'.repeat(MAX_VALUE_BYTES - 2)])(
  '%# can be sent',
  (value) => {
    expect(checkSendable(value, 'it')).toBeUndefined();
  },
);

test.each([
  [1n, /got a bigint/],
  [() => 1, /got a function/],
  [Symbol('s'), /got a symbol/],
])('a value that JSON refuses is not sent: %s', (value, message) => {
  expect(checkSendable(value, 'it')).toMatchObject({
    code: 'NotSerializable',
    message: expect.stringMatching(message),
  });
});

test('a value over the limit of the server is not sent', () => {
  expect(checkSendable('x'.repeat(MAX_VALUE_BYTES), 'the answer')).toMatchObject({
    code: 'TooLarge',
    message: expect.stringMatching(/^Expected the answer to be at most 2 MB as JSON, got 2\.0 MB/),
  });
  // Counted in bytes, not in characters.
  expect(checkSendable('€'.repeat(MAX_VALUE_BYTES / 2), 'it')).toMatchObject({ code: 'TooLarge' });
  expect(checkSendable(new Uint8Array(MAX_VALUE_BYTES + 1), 'it')).toMatchObject({ code: 'TooLarge' });
});

function question(value: unknown, description?: string): Interrupt {
  return { id: 'ask:1', run: 'r', value, askedAt: 'now', ...(description === undefined ? {} : { description }) };
}

test('a question that fits stands whole in the memo', () => {
  const { entry, bytes } = memoEntry(question('q', 'text'), []);
  expect(entry).toEqual({ run: 'r', value: 'q', askedAt: 'now', description: 'text' });
  expect(bytes).toBeGreaterThanOrEqual(JSON.stringify(entry).length);
});

test('a question that does not fit is cut: first its value and description, then everything but where and when it was asked', () => {
  const cut = memoEntry(question('x'.repeat(MAX_MEMO_BYTES), 'text'), []).entry;
  expect(cut).toMatchObject({ run: 'r', truncated: true });
  expect(cut).not.toHaveProperty('description');
  expect(String(cut['value'])).toHaveLength(200);
  expect(memoEntry(question('q'), [MAX_MEMO_BYTES]).entry).toEqual({
    run: 'r',
    askedAt: 'now',
    truncated: true,
  });
  // Lists filter by these two, whatever else is cut.
  const labelled = { ...question('q'), dueAt: 'then', priority: 'high', tags: ['eu'] } as const;
  expect(memoEntry(labelled, [MAX_MEMO_BYTES]).entry).toMatchObject({
    dueAt: 'then',
    priority: 'high',
    truncated: true,
  });
  // A form needs these two.
  const typed = { ...question('q'), group: 'g', confirm: 'delete it' };
  expect(memoEntry(typed, [MAX_MEMO_BYTES]).entry).toMatchObject({ group: 'g', confirm: 'delete it', truncated: true });
  const taken: number[] = [];
  for (let n = 0; n < 100; n++) taken.push(memoEntry(question('x'.repeat(1000)), taken).bytes);
  expect(taken.reduce((sum, bytes) => sum + bytes)).toBeLessThan(MAX_MEMO_BYTES + 100 * 64);
});

test('A12: the assignees of a question that has changed stay in the memo, unless they are many', () => {
  const asked = { ...question('q'), assignees: ['ann', 'ben'] };
  const full = [MAX_MEMO_BYTES];
  expect(memoEntry(asked, full).entry).not.toHaveProperty('assignees');
  expect(memoEntry(asked, full, { isChanged: true }).entry).toMatchObject({
    assignees: ['ann', 'ben'],
    truncated: true,
  });
  const many = { ...asked, assignees: Array.from({ length: 100 }, (_, n) => `person ${n}`) };
  expect(memoEntry(many, full, { isChanged: true }).entry).not.toHaveProperty('assignees');
});

test('A11: the votes of a question stay in the memo, without what is long', () => {
  const short = { actor: 'ann', at: 'then', value: true };
  const long = { actor: 'bob', at: 'then', value: 'x'.repeat(500) };
  const asked = { ...question('q'), by: { quorum: 3 }, votes: [short, long] };
  const voters = [short, { actor: 'bob', at: 'then' }];
  expect(memoEntry(asked, []).entry).toMatchObject({ votes: [short, long] });
  expect(memoEntry({ ...asked, value: 'x'.repeat(MAX_MEMO_BYTES) }, []).entry).toMatchObject({ votes: voters });
  const least = { votes: [{ actor: 'ann', at: 'then' }, voters[1]], by: { quorum: 3 }, truncated: true };
  expect(memoEntry(asked, [MAX_MEMO_BYTES], { isChanged: true }).entry).toMatchObject(least);
  expect(memoEntry(asked, [MAX_MEMO_BYTES]).entry).not.toHaveProperty('votes');
  const many = { ...asked, votes: Array.from({ length: 20 }, (_, n) => ({ ...short, actor: `person ${n}` })) };
  expect(memoEntry(many, [MAX_MEMO_BYTES], { isChanged: true }).entry).not.toHaveProperty('votes');
});

test('a preview is one short text', () => {
  expect(preview('short')).toBe('short');
  expect(preview({ a: 1 })).toBe('{"a":1}');
  expect(preview('x'.repeat(300))).toHaveLength(200);
});
