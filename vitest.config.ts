/**
 * The test programs. `durable` and `replay` run the same files: once with the workflow cache, and once with a replay of the
 * whole history on every step. They share one server, which test/durable/server.ts starts.
 *
 * That server is fast, and hands a task to the worker that ran the body. Most servers do neither, so `plain` runs the files
 * about retries, deploys and cancellation again on a server that is not tuned.
 */
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

interface Program {
  readonly name: string;
  readonly include: string[];
  readonly exclude?: string[];
  readonly env?: Record<string, string>;
  readonly globalSetup?: string;
  readonly isolate?: boolean;
  readonly setupFiles?: string[];
}

function project(test: Program): TestProjectInlineConfiguration {
  return { extends: true, test };
}

/**
 * The programs that share a server. Their processes live on from file to file, with Temporal's packages loaded and compiled.
 * What a file stubs, test/quiet.ts takes back.
 */
const shared = { globalSetup: 'test/durable/server.ts', isolate: false };
/**
 * Files that `replay` leaves out: they are about the command, the client's listings, audits and connection, what it receives of long
 * histories, the server, costs, packages, chat handlers, the inbox, transports of previews and the tasks of `openai`. What they expect
 * does not depend on the workflow cache. `deploy`, `lambda*` and `serverless` stop and start their workers, so their workflows are replayed anyway.
 */
const CACHED_ONLY = [
  'audit',
  'bundled-handler',
  'chat-*',
  'client-tools',
  'command-line*',
  'costs',
  'deploy',
  'function-package',
  'heartbeats',
  'inbox-*',
  'lambda',
  'lambda-process',
  'openai',
  'operations',
  'outage',
  'previews-*',
  'reading',
  'redis',
  'search-attributes',
  'server-failures',
  'serverless',
  'signals',
  'streaming',
  'test-logs',
  'testing',
  'two-copies',
  'worker-controller',
  'worker-end',
];
const PLAIN = ['deploy', 'errors', 'interrupts', 'lambda-process', 'memory', 'parallel', 'sharing', 'task-interrupts'];
/** Where the results go as JSON too, for .ci/run to count. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for a timer or a process, so there are more workers than cores.
    maxWorkers: 3,
    // On a loaded machine the dev server sometimes loses a workflow task for ten seconds. A test that fails for this reason
    // passes when repeated, and is listed as retried. A test that fails twice has found something.
    retry: 1,
    setupFiles: ['test/quiet.ts'],
    ...(report ? { reporters: ['default', ['json', { outputFile: report }]] } : {}),
    // The built package is loaded by Node, as it is by its users.
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      project({ name: 'unit', include: ['test/{unit,fences,types}/**/*.test.ts'] }),
      project({ name: 'durable', include: ['test/durable/**/*.test.ts'], env: { HOLDPOINT_REPLAY: '' }, ...shared }),
      project({
        name: 'replay',
        include: ['test/durable/**/*.test.ts'],
        exclude: CACHED_ONLY.map((name) => `test/durable/${name}.test.ts`),
        env: { HOLDPOINT_REPLAY: '1' },
        ...shared,
      }),
      project({
        name: 'plain',
        include: PLAIN.map((name) => `test/durable/${name}.test.ts`),
        env: { HOLDPOINT_REPLAY: '' },
        ...shared,
        setupFiles: ['test/plain.ts'],
      }),
      project({ name: 'browser', include: ['test/browser/**/*.test.ts'], globalSetup: shared.globalSetup }),
      project({ name: 'histories', include: ['test/histories/*.test.ts'] }),
    ],
  },
});
