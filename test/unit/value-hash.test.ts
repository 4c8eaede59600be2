/** The hash of a question's value is SHA-256, as anybody can make it (A10). */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashValue } from '../../src/protocol/value-hash.ts';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

// Blocks are of 64 bytes, and the last one has room for 55.
test.each([0, 1, 52, 53, 54, 61, 62, 63, 64, 117, 118, 20_000])('a text of %i characters', (length) => {
  for (const text of ['x'.repeat(length), 'é'.repeat(length), '😀'.repeat(length)])
    expect(hashValue(text)).toBe(sha256(JSON.stringify(text)));
});

test('any JSON, with its keys in any order', () => {
  expect(hashValue(null)).toBe(sha256('null'));
  expect(hashValue({ b: [{ z: 1, y: '\ud83d' }], a: 0 })).toBe(sha256('{"a":0,"b":[{"y":"\\ud83d","z":1}]}'));
});
