/** Compiles `src` into `dist`, and builds the page of the inbox. It deletes `dist` first, so that no file of an earlier build is left over. */
import { execFileSync } from 'node:child_process';
import { globSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { build as buildPage } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
/** The doors of Temporal's sandbox, and the interceptors that the plugin puts there. */
const SANDBOX = ['workflow', 'agent', 'workflows/run/turn-leftovers', 'workflows/sandbox/reset'];

rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const args of [['--emitDeclarationOnly'], ['--declaration', 'false', '--removeComments']]) {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...args], { cwd: root, stdio: 'inherit' });
}
await joinSandbox();
await buildPage({ configFile: join(root, 'src/inbox-page/vite.config.ts'), logLevel: 'warn' });

/**
 * Joins the files of the sandbox into a few, without comments. They are evaluated for each workflow, and webpack adds a
 * frame to each file and each import.
 */
async function joinSandbox(): Promise<void> {
  for (const file of globSync('dist/workflows/**/*.js{,.map}', { cwd: root })) rmSync(join(root, file));
  const joined = await rolldown({
    input: Object.fromEntries(SANDBOX.map((name) => [name, join(root, 'src', `${name}.ts`)])),
    external: [/^@/],
  });
  await joined.write({
    dir: join(root, 'dist'),
    entryFileNames: '[name].js',
    chunkFileNames: 'workflows/shared/[name].js',
    comments: false,
    sourcemap: true,
  });
}
