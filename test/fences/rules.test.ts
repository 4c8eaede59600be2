/** docs/rules.md and the code agree: each rule has its files, and each number that is cited is a rule. */
import { expect, test } from 'vitest';
import { citations, filesOf, readRules, rulesOf, withFiles } from '../../scripts/rules.ts';

const page = readRules();
const sources = filesOf('src/**/*.ts');
const tests = filesOf('test/**/*.ts');
const numbers = rulesOf(page).map(({ number }) => number);

test('each rule of docs/rules.md lists the files that cite it: `npm run rules` writes the lists', () => {
  expect(page).toBe(withFiles(page, sources));
});

test('each rule is cited by a file of src, and by a test', () => {
  const inSource = new Set([...sources.values()].flatMap((text) => [...citations(text)]));
  const inTests = new Set([...tests.values()].flatMap((text) => [...citations(text)]));
  expect(numbers.filter((number) => !inSource.has(number))).toEqual([]);
  expect(numbers.filter((number) => !inTests.has(number))).toEqual([]);
});

test('each number that src or a test cites is a rule', () => {
  // Rules with a Q are local to src/workflows: the opening comment of their file defines them.
  const local = [...sources].flatMap(([path, text]) =>
    path.startsWith('src/workflows/') ? [...text.matchAll(/^ \* (Q\d+)\. /gm)].map(([, number = '']) => number) : [],
  );
  const known = new Set([...numbers, ...local]);
  const unknown = [...sources, ...tests].flatMap(([path, text]) =>
    [...citations(text)].filter((number) => !known.has(number)).map((number) => `${path}: ${number}`),
  );
  expect(unknown).toEqual([]);
});

test('the rules of each letter are numbered from 1, each once', () => {
  for (const letter of new Set(numbers.map((number) => number[0]))) {
    const own = numbers.filter((number) => number.startsWith(letter ?? '')).map((number) => Number(number.slice(1)));
    expect(own, letter).toEqual(Array.from({ length: own.length }, (_, i) => i + 1));
  }
});

test('a rule without its file, and a file without its rule, are found', () => {
  const example = '# Rules\n\n- **T1.** One.\n  Files: `src/gone.ts`.\n- **T2.** Two.\n\n## More\n';
  const code = new Map([
    ['src/a.ts', '/** Keeps T1. */\n// T2\n'],
    ['src/b.ts', '/** Else. */\n// Ranges count: T1–T2.\n'],
  ]);
  expect(withFiles(example, code)).toBe(
    '# Rules\n\n- **T1.** One.\n  Files: `src/a.ts`; also `src/b.ts`.\n- **T2.** Two.\n  Files: `src/a.ts`, `src/b.ts`.\n\n## More\n',
  );
});
