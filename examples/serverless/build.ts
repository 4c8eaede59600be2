/** `node examples/serverless/build.ts`: writes the function into `dist/function`: the handler, and the bundle of workflows. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

await build({
  entryPoints: [path('handler.ts')],
  outfile: path('dist/function/handler.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
});
const cli = fileURLToPath(import.meta.resolve('holdpoint/package.json')).replace('package.json', 'dist/cli/main.js');
execFileSync(
  process.execPath,
  [cli, 'bundle', path('workflows.ts'), '--out', path('dist/function/workflow-bundle.js')],
  { stdio: 'inherit' },
);
