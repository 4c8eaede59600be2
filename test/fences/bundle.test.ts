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

// The tools of an agent, the library of their schemas and `openai` stay in the worker.
test.each(['feedback', 'agent'])(
  'the sandbox bundle of examples/%s holds these packages and rooms, and nothing else',
  async (example) => {
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
    ]);
    const rooms = files.flatMap((file) => /^(?:src|dist)\/([^/]+)/.exec(file)?.[1] ?? []);
    expect([...new Set(rooms)].toSorted()).toEqual(['protocol', 'workflows']);
  },
);

test('a bundle with an entrypoint that is not exported under its name is refused, with a sentence that says so', async () => {
  const workflowsPath = join(root, 'test/fences/fixtures/misnamed.ts');
  await expect(bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()], logger })).rejects.toThrow(
    'Expected entrypoint `original` to be exported under its name, got `renamed`.',
  );
});

/** Bundles a file of fixtures/doors. */
function bundleDoor(name: string): Promise<unknown> {
  const workflowsPath = join(root, `test/fences/fixtures/doors/${name}.ts`);
  return bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()], logger });
}

test.each([
  [
    'activity',
    'In an entrypoint, import `interrupt` and `hasCode` from `holdpoint/workflow`, and `approval` from `holdpoint/agent`.',
  ],
  ['openai', 'Call `openai` in the file of tasks, and its two tasks in an entrypoint through `tasks`.'],
  ['client', 'Use a client in a task. `hasCode` is in `holdpoint/workflow` too.'],
  ['worker', 'Import it in the program that starts the worker.'],
  ['lambda', 'Import it in the file with the handler of the function.'],
  ['testing', 'Import it in a test.'],
])(
  'a workflow file that imports holdpoint/%s is refused with one sentence and the door that was meant',
  async (door, todo) => {
    await expect(bundleDoor(door)).rejects.toThrow(
      new TypeError(
        `\`test/fences/fixtures/doors/${door}.ts\` imports \`holdpoint/${door}\`, which does not run in Temporal's sandbox. ${todo}`,
      ),
    );
  },
);

test('a workflow file that imports its tasks is refused, and the file that imports them is named', async () => {
  await expect(bundleDoor('helper')).rejects.toThrow(
    '`test/fences/fixtures/doors/activity.ts` is in the workflow bundle because of `test/fences/fixtures/doors/helper.ts`: import only the types of a file of tasks, with `import type`.',
  );
});

test('a workflow file that imports a module of Node is refused with one sentence', async () => {
  await expect(bundleDoor('node')).rejects.toThrow(
    new TypeError(
      "`test/fences/fixtures/doors/node.ts` imports `node:fs`, which does not run in Temporal's sandbox. Move the code that needs it into a task.",
    ),
  );
});

test('types of all doors may be imported', async () => {
  await bundleDoor('types');
});

/** The files of a bundle, as its source map lists them. Webpack's own runtime has no path there. */
function sources(code: string): string[] {
  const map = /sourceMappingURL=data:application\/json;[^,]*base64,(\S+)/.exec(code)?.[1] ?? '';
  return (JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] }).sources.filter((source) =>
    source.includes(sep),
  );
}
