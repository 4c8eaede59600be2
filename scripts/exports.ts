/**
 * Checks the package as it would be published: runs publint and attw on the tarball of `npm pack`.
 *
 * The package is ESM only, so attw does not check its types for Node's old module resolution and for `require`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-pack-'));
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  check('publint', ['--strict', tarball]);
  check('attw', ['--profile', 'esm-only', tarball]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a checker. Prints one line if it finds nothing, and its whole output otherwise. */
function check(name: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', name), args, { encoding: 'utf8' });
  console.log(status === 0 ? `${name}: ok` : `${name}:\n${stdout}${stderr}`);
  if (status !== 0) process.exitCode = 1;
}
