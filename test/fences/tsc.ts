/** Runs the TypeScript compiler, for fences that are kept by types. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** What the compiler says about a program: one line for each error, with paths from the repository's root. */
export function compile(tsconfig: string): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', tsconfig, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.split('\n').filter(Boolean);
}
