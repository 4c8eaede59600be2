/**
 * The worker of `holdpoint dev`, in a process of its own: a new one is started when a file changes.
 *
 * Called with its settings as JSON; the server's address is in `TEMPORAL_ADDRESS`. It ends with the process that started
 * it, also when that is killed.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { runWorker } from '../../worker.ts';
import { Imports } from './imports.ts';
import type { WorkerSettings } from './worker-process.ts';

// It starts it with them.
const { taskQueue, workflows, activities } = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const parent = new AbortController();
process.on('disconnect', () => parent.abort());
Runtime.install({ logger: new DefaultLogger('WARN') });

// Before the activities are loaded, which are to be noted.
const imports = new Imports((imported) => process.send?.({ imported }));
await runWorker({
  taskQueue,
  workflowsPath: resolve(workflows),
  bundlerOptions: { webpackConfigHook: imports.webpackConfigHook },
  activities: (await import(pathToFileURL(resolve(activities)).href)) as object,
  signal: parent.signal,
});
if (process.connected) process.disconnect();
