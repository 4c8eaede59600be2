/**
 * `node examples/serverless/build.ts [folder]`: writes the function into `dist/function` or the folder: the handler, and the
 * bundle of workflows. It runs where Temporal's packages are installed. `pack.ts` makes it run anywhere.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const [folder = path('dist/function')] = process.argv.slice(2);

rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: [path('handler.ts')],
  outfile: join(folder, 'handler.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Temporal's packages find their native code and their worker thread by the place of their own files.
  external: ['@temporalio/*'],
  // Packages that are CommonJS need a `require` in an ES module.
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
});
const cli = fileURLToPath(import.meta.resolve('holdpoint/package.json')).replace('package.json', 'dist/cli/main.js');
execFileSync(process.execPath, [cli, 'bundle', path('workflows.ts'), '--out', join(folder, 'workflow-bundle.js')], {
  stdio: 'inherit',
});
