/** docs/reference/inbox-security.md and the tests agree: each requirement of its tables names the tests that try it. */
import { expect, test } from 'vitest';
import { filesOf } from '../../scripts/rules.ts';

const [[, page] = ['', '']] = filesOf('docs/reference/inbox-security.md');
const files = filesOf('test/**/*.test.ts');

/** A row of a table: the numbers of requirements, what the inbox does, and its tests. */
interface Row {
  readonly numbers: string;
  readonly does: string;
  readonly tests: readonly string[];
}

test('each requirement names a test that there is, or says why it is not met', () => {
  expect(rowsOf(page).length).toBeGreaterThan(40);
  expect(rowsOf(page).flatMap(problemsOf)).toEqual([]);
});

test('no requirement is in the tables twice', () => {
  const numbers = rowsOf(page).flatMap((row) => row.numbers.split(', '));
  expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([]);
});

test.each([
  ['| 1.1.1 | a | b | `inbox-guard`: every response says |', []],
  ['| 1.1.1 | a | b | `unit/inbox-sessions`: a session ends after an hour<br>`inbox-who`: nobody is |', []],
  ['| 1.1.1 | a | Not met, because it has none: buy one |  |', []],
  ['| 1.1.1 | a | Not met |  |', ['1.1.1: no test']],
  ['| 1.1.1 | a | by its design |  |', ['1.1.1: no test']],
  ['| 1.1.1 | a | b | `inbox-guard` |', ['1.1.1: `inbox-guard`']],
  ['| 1.1.1 | a | b | `inbox-gone`: every response says |', ['1.1.1: `inbox-gone`: every response says']],
  ['| 1.1.1 | a | b | `inbox-guard`: response says |', ['1.1.1: `inbox-guard`: response says']],
])('a row without its test is found: %s', (text, problems) => {
  expect(rowsOf(text).flatMap(problemsOf)).toEqual(problems);
});

function rowsOf(text: string): readonly Row[] {
  return [...text.matchAll(/^\| *(\d[^|]*)\|[^|]*\|([^|]*)\|([^|]*)\|$/gm)].map(
    ([, numbers = '', does = '', tests = '']) => ({
      numbers: numbers.trim(),
      does: does.trim(),
      tests: tests
        .split('<br>')
        .map((one) => one.trim())
        .filter(Boolean),
    }),
  );
}

function problemsOf({ numbers, does, tests }: Row): readonly string[] {
  if (tests.length === 0 && !does.startsWith('Not met, because ')) return [`${numbers}: no test`];
  return tests.filter((one) => !isTest(one)).map((one) => `${numbers}: ${one}`);
}

/** Whether a file has a test whose title begins with these words. */
function isTest(named: string): boolean {
  const [, name = '', words = ''] = /^`([\w/-]+)`: (.+)$/.exec(named) ?? [];
  const text = files.get(`test/${name.includes('/') ? name : `durable/${name}`}.test.ts`) ?? '';
  return words !== '' && titlesOf(text).some((title) => title.startsWith(words));
}

/** The titles of the tests of a file, also of those that run several times. */
function titlesOf(text: string): readonly string[] {
  return [...text.matchAll(/^ *(?:test(?:\.(?:each|for)\(.*\))?|\]\))\((['"`])(.+?)\1, /gm)].map(
    ([, , title = '']) => title,
  );
}
