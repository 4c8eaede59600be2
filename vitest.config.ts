/**
 * The test programs. `durable` and `replay` are the same files: once with the workflow cache, and once replaying the
 * whole history on every step. Those that need a server share one, which test/durable/server.ts starts.
 *
 * That server is fast, and hands a task to the worker that ran the body. `plain` runs the files about retries, deploys
 * and cancellation again on a server that does neither, as most do not.
 */
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

interface Program {
  readonly name: string;
  readonly include: string[];
  readonly env?: Record<string, string>;
  readonly globalSetup?: string;
  readonly setupFiles?: string[];
}

function project(test: Program): TestProjectInlineConfiguration {
  return { extends: true, test };
}

const globalSetup = 'test/durable/server.ts';
const PLAIN = ['deploy', 'errors', 'interrupts', 'memory', 'operations', 'parallel', 'task-interrupts'];
/** Where the results go as JSON too, for .ci/run to count. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // On a loaded machine the dev server now and then loses a workflow task for ten seconds. A test that fails for that
    // passes when it is repeated, and is listed as retried; one that fails twice has found something.
    retry: 1,
    setupFiles: ['test/quiet.ts'],
    ...(report ? { reporters: ['default', ['json', { outputFile: report }]] } : {}),
    // The built package is loaded by Node, as it is by its users.
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      project({ name: 'unit', include: ['test/{unit,fences,types}/**/*.test.ts'] }),
      project({ name: 'durable', include: ['test/durable/**/*.test.ts'], env: { HOLDPOINT_REPLAY: '' }, globalSetup }),
      project({ name: 'replay', include: ['test/durable/**/*.test.ts'], env: { HOLDPOINT_REPLAY: '1' }, globalSetup }),
      project({
        name: 'plain',
        include: PLAIN.map((name) => `test/durable/${name}.test.ts`),
        env: { HOLDPOINT_REPLAY: '' },
        globalSetup,
        setupFiles: ['test/plain.ts'],
      }),
      project({ name: 'histories', include: ['test/histories/*.test.ts'], globalSetup }),
    ],
  },
});
