/**
 * The documentation's code compiles.
 *
 * A block that starts with a comment like `// activities.ts` is that file; the blocks of one document are one folder, so
 * they may import each other. A block marked `ts nocompile` is left out: it shows a mistake, or a signature.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compile, root } from './tsc.ts';

// In the package, where `holdpoint/client` means this one.
const folder = mkdtempSync(join(root, 'test/.docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('every TypeScript block of README.md and docs/**/*.md compiles', () => {
  const files = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].flatMap(blocks);
  for (const page of [/^README\//, /^docs\/how-to\//])
    expect(files.map(({ path }) => path)).toContainEqual(expect.stringMatching(page));
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // `wx`: two blocks of a document with one name would hide each other.
    writeFileSync(join(folder, path), code, { flag: 'wx' });
  }
  const program = {
    extends: join(root, 'tsconfig.json'),
    // A page may show a value without using it.
    compilerOptions: { moduleDetection: 'force', noUnusedLocals: false, noUnusedParameters: false },
    include: [],
    files: files.map(({ path }) => path),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(program));
  expect(compile(join(folder, 'tsconfig.json'))).toEqual([]);
});

interface Block {
  readonly path: string;
  readonly code: string;
}

function blocks(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^([ \t]*)```(?:ts|typescript)[ \t]*\n(.*?)^\1```/gms)].map(({ index, 2: code = '' }) => {
    const line = text.slice(0, index).split('\n').length;
    const name = /^\s*\/\/ ([\w./-]+\.ts)\b/.exec(code)?.[1] ?? `line-${line}.ts`;
    return { path: join(page.replace(/\.md$/, ''), name), code };
  });
}
