/** Texts of limited length. */
import { expect, test } from 'vitest';
import { shortened } from '../../src/protocol/text.ts';

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['', 0, ''],
  ['x', 0, '…'],
  ['xy', 1, '…'],
  // The cut would fall between the two halves of the character.
  ['ab\u{1f600}cd', 4, 'ab…'],
  ['ab\u{1f600}', 4, 'ab\u{1f600}'],
  ['a\ud83db', 3, 'a\ufffdb'],
  ['a\ud83dbcd', 3, 'a…'],
])('%j in %i characters is %j', (text, characters, expected) => {
  expect(shortened(text, characters)).toBe(expected);
});
