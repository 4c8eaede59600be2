/**
 * There are no import cycles, whether a file imports values, types, or a module at run time (`import('…')`).
 *
 * oxlint's `import/no-cycle` finds cycles of values only: it does not follow `import('…')`, and ignores types by default.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './tsc.ts';

const FOLDERS = ['src', 'bench', 'scripts', 'examples', 'test'];
const IMPORT =
  /^(import|export)\s(type\s)?[^;'"]*?\bfrom\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)|^import '(\.[^']+)'/gm;

/** The repository's own files that each file imports. */
function readImports(): Map<string, readonly string[]> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules') && !name.startsWith('.docs-'))
      .map((name) => join(folder, name)),
  );
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const imports = [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)]
        .map((found) => relative(root, join(root, dirname(file), found[3] ?? found[4] ?? found[5]!)))
        .filter((path) => known.has(path));
      return [file, imports] as const;
    }),
  );
}

/** Each cycle as its files, in the order of their imports. */
function findCycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const from = path.indexOf(file);
    if (from >= 0) cycles.push([...path.slice(from), file].join(' → '));
    if (from >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of imports.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return cycles;
}

test('there are no import cycles', () => {
  const imports = readImports();
  // The test sees each kind of import.
  expect(imports.get('src/cli/program.ts')).toContain('src/cli/commands/list.ts');
  expect(imports.get('src/cli/table.ts')).toEqual([]);
  expect(imports.get('bench/rig.ts')).toContain('bench/workflows.ts');
  expect(findCycles(imports)).toEqual([]);
});

test('two cycles that share files are both found', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['a']],
    ['d', ['b']],
  ]);
  expect(findCycles(imports)).toEqual(['a → b → c → a', 'b → d → b']);
});
