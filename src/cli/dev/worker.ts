/**
 * The worker of `holdpoint dev`. It runs in its own process, which is replaced when a file changes.
 *
 * Its settings are the first argument, as JSON. The server's address is in `TEMPORAL_ADDRESS`. The worker ends when its
 * parent process ends, even if that is killed.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { heartbeats } from '../../previews/heartbeats.ts';
import { runWorker } from '../../worker.ts';
import { Imports } from './imports.ts';
import type { WorkerSettings } from './worker-process.ts';

// The parent process wrote them.
const { taskQueue, workflows, activities } = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const parent = new AbortController();
process.on('disconnect', () => parent.abort());
Runtime.install({ logger: new DefaultLogger('WARN') });

// Created before the activities are loaded, so that it sees their files.
const imports = new Imports((imported) => process.send?.({ imported }));
await runWorker({
  taskQueue,
  workflowsPath: resolve(workflows),
  bundlerOptions: { webpackConfigHook: imports.webpackConfigHook },
  activities: (await import(pathToFileURL(resolve(activities)).href)) as object,
  previews: heartbeats(),
  signal: parent.signal,
});
if (process.connected) process.disconnect();
