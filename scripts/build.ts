/** Compiles `src` into `dist`. It deletes `dist` first, so that no file of an earlier build is left over. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
rmSync(join(root, 'dist'), { recursive: true, force: true });
// Comments go into the types, where editors show them. The code has none, because it is bundled into every sandbox.
for (const args of [['--emitDeclarationOnly'], ['--declaration', 'false', '--removeComments']]) {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...args], { cwd: root, stdio: 'inherit' });
}
