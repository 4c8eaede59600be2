/**
 * What is in the bundle that Temporal's sandbox loads.
 *
 * Its bundler takes any package a workflow file imports, and a big one fails late; so what comes with an entrypoint is
 * listed here, package by package and room by room.
 */
import { Buffer } from 'node:buffer';
import { join, relative, sep } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { HoldpointPlugin } from 'holdpoint/worker';
import { expect, test } from 'vitest';
import { root } from './tsc.ts';

const logger = new DefaultLogger('ERROR', () => undefined);

test.each([
  ['feedback', []],
  // Its tools have zod's schemas; the worker's `openai` stays outside.
  ['agent', ['zod']],
])('the sandbox bundle of examples/%s holds these packages and rooms, and nothing else', async (example, own) => {
  const workflowsPath = join(root, 'examples', example, 'workflows.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()], logger });
  const files = sources(code).map((source) => relative(root, source));
  const packages = files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  expect([...new Set(packages)].toSorted()).toEqual([
    '@cfworker/json-schema',
    '@temporalio/common',
    '@temporalio/workflow',
    'long',
    'ms',
    'nexus-rpc',
    ...own,
  ]);
  const rooms = files.flatMap((file) => /^(?:src|dist)\/([^/]+)/.exec(file)?.[1] ?? []);
  expect([...new Set(rooms)].toSorted()).toEqual(['protocol', 'workflows']);
});

test('a bundle with an entrypoint that is not exported under its name is refused, with a sentence that says so', async () => {
  const workflowsPath = join(root, 'test/fences/fixtures/misnamed.ts');
  await expect(bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()], logger })).rejects.toThrow(
    'Expected entrypoint `original` to be exported under its name, got `renamed`.',
  );
});

/** The files of a bundle, as its source map lists them. Webpack's own runtime has no path there. */
function sources(code: string): string[] {
  const map = /sourceMappingURL=data:application\/json;[^,]*base64,(\S+)/.exec(code)?.[1] ?? '';
  return (JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] }).sources.filter((source) =>
    source.includes(sep),
  );
}
