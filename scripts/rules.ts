/**
 * Writes the file lists of docs/rules.md: under each rule, the files of `src` that cite its number.
 *
 * `npm run rules` rewrites them, and test/fences/rules.test.ts compares. A file whose opening comment cites a rule comes
 * first. The files that cite it elsewhere follow after "also".
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = 'docs/rules.md';
const WIDTH = 120;

/** One rule of the page, with the lines from its number to the next rule or heading. */
export interface Rule {
  readonly number: string;
  readonly text: string;
}

export function rulesOf(page: string): Rule[] {
  return [...page.matchAll(ITEM)].map(([text, number = '']) => ({ number, text }));
}

const ITEM = /^- \*\*([A-Z]\d+)\.\*\* .*\n(?: {2}.*\n)*/gm;
const FILES = /^ {2}Files: .*\n(?: {2}.*\n)*/m;

/** The numbers that a text cites. `A5–A7` cites three. */
export function citations(text: string): Set<string> {
  const cited = new Set<string>();
  for (const [, letter = '', first, last] of text.matchAll(/\b([ACIOPQRSTVW])(\d{1,2})\b(?:–\1(\d{1,2})\b)?/g)) {
    for (let n = Number(first); n <= Number(last ?? first); n++) cited.add(`${letter}${n}`);
  }
  return cited;
}

/** A file's text by its path from the repository's root. */
export function filesOf(...patterns: readonly string[]): Map<string, string> {
  const paths = globSync([...patterns], { cwd: root }).toSorted();
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** The page with the file lists that `sources` have today. */
export function withFiles(page: string, sources: ReadonlyMap<string, string>): string {
  return page.replaceAll(ITEM, (item, number: string) => {
    const citing = [...sources].filter(([, text]) => citations(text).has(number));
    const [keep, also] = [true, false].map((isOpening) =>
      citing.filter(([, text]) => citations(opening(text)).has(number) === isOpening).map(([path]) => `\`${path}\``),
    );
    return item.replace(FILES, '') + fileLines(keep ?? [], also ?? []);
  });
}

/** The comment at the top of a file. */
function opening(text: string): string {
  return /^(?:#!.*\n)?\/\*\*.*?\*\//s.exec(text)?.[0] ?? '';
}

function fileLines(keep: readonly string[], also: readonly string[]): string {
  if (keep.length + also.length === 0) return '';
  const list =
    keep.length > 0 && also.length > 0 ? `${keep.join(', ')}; also ${also.join(', ')}` : [...keep, ...also].join(', ');
  const lines = [' '];
  for (const word of `Files: ${list}.`.split(' ')) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length > WIDTH) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line;
  }
  return `${lines.join('\n')}\n`;
}

export function readRules(): string {
  return readFileSync(join(root, PAGE), 'utf8');
}

if (import.meta.main) writeFileSync(join(root, PAGE), withFiles(readRules(), filesOf('src/**/*.ts')));
