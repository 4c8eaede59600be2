/**
 * Pages stay short, and prose stays plain: a few wordings that make a reader go back are not used.
 *
 * The list has only wordings that are never right here. Everything else about style is left to people.
 */
import { expect, test } from 'vitest';
import { filesOf } from '../../scripts/rules.ts';

const MAX_LINES = 400;

const pages = [...filesOf('README.md', 'AGENTS.md', 'docs/**/*.md')];
const code = [...filesOf('{src,examples,test,scripts,bench}/**/*.ts')].filter(
  ([path]) => path !== 'test/fences/prose.test.ts',
);
const texts = [...pages, ...code];

const WORDINGS: readonly (readonly [wording: RegExp, better: string])[] = [
  [/(?<=^|[.:] )(?:That|Those) of\b/, 'name the thing: "the turn of …"'],
  [/(?<=^|[.:] )Those (?:that|which)\b/, 'name the things: "threads that …"'],
  [/(?<=^|[.:] )Of (?:the|a|an|one) [^.]*?, (?:the|one|it)\b/, 'begin with the subject'],
  [/(?<!there )\b(?:is|are|was|were) none\b(?! of)/i, '"is not a …"'],
  [/\b(?:is|are) no (?:turn|answer|update|error|thread|question|cursor|number)(?: of| and|[.,;:]|$)/i, '"is not a …"'],
  [/\bmend(?:s|ed|ing)?\b/i, '"fix"'],
  [/\bwhat has been left behind\b/i, '"abandoned"'],
  [/\bnobody's to\b/i, 'say who may, or that nobody may'],
];

test('a page has at most 400 lines', () => {
  const long = pages.map(([path, text]) => [path, text.split('\n').length - 1] as const);
  expect(long.filter(([, lines]) => lines > MAX_LINES)).toEqual([]);
});

test('pages and comments use none of the wordings that make a reader go back', () => {
  expect(texts.flatMap(([path, text]) => wordings(path, text))).toEqual([]);
});

test.each([
  '/** That of a turn: it ends\n * with it. */',
  'Opened. Those that\nwait stay.',
  'Of the two,\nthe first one counts.',
  'A cursor that is none is refused.',
  'A default is no answer of a person.',
  'Start one, or mend it.',
])('a wording is found over the end of a line: %s', (text) => {
  expect(wordings('page', text)).toHaveLength(1);
});

test.each([
  'If there is none, it waits.',
  'It is no longer open.',
  'None of the turns are none of these.',
  'No answer is open.',
])('plain English is left alone: %s', (text) => {
  expect(wordings('page', text)).toEqual([]);
});

function wordings(path: string, text: string): string[] {
  const paragraphs = prose(text);
  return paragraphs.flatMap((paragraph) =>
    WORDINGS.flatMap(([wording, better]) => {
      const found = wording.exec(paragraph);
      return found ? [`${path}: "${found[0]}" in "${paragraph.slice(0, 80)}": write ${better}`] : [];
    }),
  );
}

/** The paragraphs of a page or a source file, each on one line, without comment marks, code blocks and inline code. */
function prose(text: string): string[] {
  return text
    .replaceAll(/^[ \t]*```.*?^[ \t]*```/gms, '')
    .replaceAll(/`[^`\n]*`/g, '`…`')
    .replaceAll(/^[ \t]*(?:\/\*\*?|\*\/|\*|\/\/|[-#>|])[ \t]?/gm, (mark) => (/[-#>|]/.test(mark) ? '\n' : ''))
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean);
}
