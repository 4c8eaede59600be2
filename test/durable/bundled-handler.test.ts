/** A program that esbuild has bundled into one file, as the functions of serverless platforms are. */
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { build, type Format } from 'esbuild';
import { HoldpointPlugin } from 'holdpoint/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../fences/tsc.ts';
import { makeProgramFolder } from './fixtures/program-folder.ts';
import { asking } from './fixtures/scenario.ts';

const folder = makeProgramFolder('handler');
const workflowsPath = join(folder, 'workflows.ts');
const codePath = join(folder, 'workflow-bundle.js');
/** Temporal's packages are CommonJS. In an ES module they need a `require`, if they are in the bundle. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

beforeAll(async () => {
  copyFileSync(fileURLToPath(new URL('fixtures/handler.ts', import.meta.url)), join(folder, 'handler.ts'));
  for (const name of ['activities.ts', 'workflows.ts'])
    copyFileSync(join(root, 'examples/feedback', name), join(folder, name));
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()], logger });
  writeFileSync(codePath, code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[format: Format, external: string, banner: string]>([
  ['esm', '@temporalio/*', ''],
  ['esm', '@temporalio/worker', REQUIRE],
  ['cjs', '@temporalio/*', ''],
  ['cjs', '@temporalio/worker', ''],
])('a handler bundled as %s without %s runs three steps on a workflow bundle built ahead', async (...settings) => {
  const updates = await run(await bundleHandler(...settings), { workflowBundle: { codePath } });
  expect(updates).toEqual([
    { step1: 'foo bar' },
    asking('humanFeedback:1', 'Please provide feedback: foo bar'),
    { humanFeedback: 'foo bar baz' },
    { step3: 'foo bar baz qux' },
    { graph: 'foo bar baz qux' },
  ]);
});

test.each<Format>(['esm', 'cjs'])(
  'a handler bundled as %s is told to build its workflow bundle ahead',
  async (format) => {
    const handler = await bundleHandler(format, '@temporalio/*', '');
    await expect(run(handler, { workflowsPath })).rejects.toMatchObject({
      code: 1,
      stderr:
        'Expected a workflow bundle that is built ahead, because this program is itself bundled and has no files of holdpoint to build one from: build it with `holdpoint bundle <workflows file>`, and pass `workflowBundle: { codePath }` in place of `workflowsPath`.\n',
    });
  },
);

/** Bundles the handler into one file, and expects no warning. Resolves with the file. */
async function bundleHandler(format: Format, external: string, banner: string): Promise<string> {
  const outfile = join(folder, `handler-${randomUUID()}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const { warnings } = await build({
    absWorkingDir: folder,
    entryPoints: ['handler.ts'],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    external: [external],
    banner: { js: banner },
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  return outfile;
}

/** Runs a handler in a process of its own. Resolves with what it prints. */
async function run(handler: string, options: object): Promise<unknown[]> {
  const settings = JSON.stringify({ taskQueue: `handler-${randomUUID()}`, ...options });
  const { stdout } = await promisify(execFile)(process.execPath, [handler, settings], { cwd: folder });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
