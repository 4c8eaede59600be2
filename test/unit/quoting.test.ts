/** How a value that a shell has changed is recognised, and how each shell quotes one. */
import { expect, test } from 'vitest';
import { isInSingleQuotes, misquoted, quotingHint } from '../../src/cli/quoting.ts';

test.each<[text: string, why: RegExp]>([
  ["'{approved:false}'", /cmd\.exe does not remove/],
  ['‘yes’', /cmd\.exe does not remove/],
  ['{approved:false}', /begins like JSON/],
  ['[1, 2', /begins like JSON/],
  ['  { "a": 1', /begins like JSON/],
  ['{“approved”: false}', /quotes are not "/],
  ['„gut“', /quotes are not "/],
  ['«bon»', /quotes are not "/],
  ['"half', /do not match/],
  ['approved: false', /braces and quotes are missing/],
  ['approved:null', /braces and quotes are missing/],
  ['True', /true, false and null/],
  ['NaN', /true, false and null/],
])('%s was probably JSON', (text, why) => {
  expect(misquoted(text)).toMatch(why);
});

test.each(['looks good', 'note: 5 of 6', 'approved: maybe', "it's fine", 'true story', 'x {y}', '', '-'])(
  '%j is a text',
  (text) => {
    expect(misquoted(text)).toBeUndefined();
  },
);

test('single quotes count only around the whole text', () => {
  expect(isInSingleQuotes(" 'yes' ")).toBe(true);
  expect(isInSingleQuotes("'two\nlines'")).toBe(true);
  expect(isInSingleQuotes("'yes' or no")).toBe(false);
  expect(isInSingleQuotes("it's")).toBe(false);
});

test('each shell quotes the quotes of a value in its own way', () => {
  expect(quotingHint(`{"why":"it's"}`).split('\n').slice(1, 5)).toEqual([
    String.raw`  bash, zsh, fish  '{"why":"it'\''s"}'`,
    `  PowerShell 7.3   '{"why":"it''s"}'`,
    String.raw`  PowerShell 5     '{\"why\":\"it''s\"}'`,
    String.raw`  cmd.exe          "{\"why\":\"it's\"}"`,
  ]);
});
