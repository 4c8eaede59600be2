/** Markdown in the Web UI: the asker's own does not look like ours, and swallows nothing. */
import { expect, test } from 'vitest';
import { block, inline, nested } from '../../src/workflows/display/markdown.ts';

test.each([
  ['# One', '#### One'],
  ['### Three ###', '#### Three ###'],
  ['##### Five', '##### Five'],
  ['#1 is not a heading', '#1 is not a heading'],
  ['> # Quoted', '> #### Quoted'],
  ['- # Listed', '- #### Listed'],
  ['One\n===', 'One\n'],
  ['Two\n---\ntext', 'Two\n\ntext'],
  ['text\n\n---\n\ntext', 'text\n\n---\n\ntext'],
  ['| a |\n|---|\n| 1 |', '| a |\n|---|\n| 1 |'],
  ['<h1 id="x">One</h1>', '<h4 id="x">One</h4>'],
  ['```\n# code\n===\n```\n# One', '```\n# code\n===\n```\n#### One'],
  ['~~~\n```\n# code\n~~~', '~~~\n```\n# code\n~~~'],
  ['    # code', '    # code'],
])('a heading of a description is smaller than that of its question: %j', (markdown, shown) => {
  expect(nested(markdown)).toBe(shown);
});

test('a fence that a description leaves open is closed, so that the next question is not part of its code', () => {
  expect(nested('````js\n# code')).toBe('````js\n# code\n````');
});

test('code stays code, whatever backticks it has', () => {
  expect(inline('a`b')).toBe('``a`b``');
  expect(inline('`a`')).toBe('`` `a` ``');
  expect(block('```')).toBe('````\n```\n````');
});
