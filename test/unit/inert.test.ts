/** Text that others wrote: it neither controls a terminal nor runs in a shell. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inert, inertJson, inertLine, shellWord } from '../../src/cli/inert.ts';

test.each<[text: string, shown: string]>([
  ['plain, with ümlauts, 日本 and €', 'plain, with ümlauts, 日本 and €'],
  ['\u001b[2J\u001b]0;title\u0007', String.raw`\x1b[2J\x1b]0;title\x07`],
  ['\u009b31m', String.raw`\x9b31m`],
  // Marks that turn text around, or hide in it.
  ['safe\u202egnp.exe', String.raw`safe\u202egnp.exe`],
  ['a\u200bb\ufeffc', String.raw`a\u200bb\ufeffc`],
  ['tag \u{e0041}', String.raw`tag \u{e0041}`],
  ['line\u2028break', String.raw`line\u2028break`],
  // The joiner of a family, a newline and a tab stay.
  ['👨‍👩‍👧', '👨‍👩‍👧'],
  ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
  ['back\rspace', String.raw`back\x0dspace`],
])('%j is shown as %s', (text, shown) => {
  expect(inert(text)).toBe(shown);
});

test('on one line, a newline and the spaces around it are a sign, and a tab is a space', () => {
  expect(inertLine('two \r\n  lines\tand')).toBe('two ↵ lines and');
});

const UNITS = [
  'a',
  '"',
  '\\',
  ' ',
  '\n',
  '\t',
  '\u001b',
  '\u0000',
  '\u009b',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\u{e0041}',
  '€',
  '\ud800',
];

test('JSON keeps its meaning, and has no control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...UNITS) }), (text) => {
      const json = inertJson(JSON.stringify({ text }));
      expect(JSON.parse(json)).toEqual({ text });
      expect(json).not.toMatch(/[\p{Cc}\u202e\u2028\ufeff]/u);
    }),
  );
});

test('a word without special characters needs no quotes', () => {
  for (const word of ['ticket-42', 'humanFeedback:1', '--id', './a/b.json', 'a=b', 'ann@example.com'])
    expect(shellWord(word)).toBe(word);
});

test.skipIf(process.platform === 'win32')('any other word reaches a program as it is, and runs nothing', () => {
  for (const word of [
    '',
    "it's",
    '$(echo ran)',
    '`echo ran`',
    'a b',
    '"x"',
    '!1',
    '~',
    '*',
    '{"a":1}',
    String.raw`\n`,
  ]) {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
    expect(stdout).toBe(word);
  }
});
