/** The options of a function: what is added to them, and what is refused before anything happens (R10 T9). */
import { fileURLToPath } from 'node:url';
import type { LambdaWorkerConfig } from '@temporalio/lambda-worker';
import { runWorker } from 'holdpoint/lambda';
import { expect, test } from 'vitest';

const version = { deploymentName: 'unit', buildId: '1' };
const codePath = fileURLToPath(import.meta.url);

test('without a bundle that was built ahead, one sentence says what is expected (R10)', () => {
  const make = (options: LambdaWorkerConfig['workerOptions']) => () =>
    runWorker(version, ({ workerOptions }) => void Object.assign(workerOptions, { taskQueue: 'q', ...options }));
  expect(make({ workflowsPath: 'workflows.ts' })).toThrow(
    new TypeError(
      'Expected `workerOptions.workflowBundle` to be a bundle that was built ahead, `{ codePath }` (a function has no time to bundle its workflows when it starts), got `undefined` (undefined)',
    ),
  );
  expect(make({ workflowBundle: { codePath: 'nowhere.js' } })).toThrow(
    new TypeError(
      'Expected `workerOptions.workflowBundle.codePath` to be the path of a file, got `nowhere.js` (string)',
    ),
  );
  expect(make({ workflowBundle: { codePath }, shutdownGraceTime: 'soon' as never })).toThrow(
    'Expected `shutdownGraceTime` to be',
  );
});

test('the plugin comes first, and five seconds are left after the grace time', () => {
  let given: LambdaWorkerConfig | undefined;
  const own = { name: 'own' };
  const make = () =>
    runWorker(version, (config) => {
      given = config;
      Object.assign(config.workerOptions, { taskQueue: 'q', workflowBundle: { codePath }, plugins: [own] });
      config.workerOptions.shutdownGraceTime = '20 seconds';
    });
  expect(make).toThrow('Runtime');
  expect(given?.workerOptions.plugins?.map(({ name }) => name)).toEqual(['holdpoint', 'own']);
  expect(given?.shutdownDeadlineBufferMs).toBe(25_000);
});

test('a process that has a `Runtime` is told in one sentence that `runWorker` installs it (R10)', () => {
  const options = { taskQueue: 'q', workflowBundle: { codePath } };
  // Installed by this test's program.
  expect(() => runWorker(version, ({ workerOptions }) => void Object.assign(workerOptions, options))).toThrow(
    new Error(
      "Expected this process to have no `Runtime` of Temporal's yet: `runWorker` installs it. Call `runWorker` once, before anything that needs one, as a worker or a `NativeConnection` does. Set `runtimeOptions` in place of `Runtime.install`.",
    ),
  );
});
