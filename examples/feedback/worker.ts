/** The worker of the three steps: `node examples/feedback/worker.ts`. On SIGTERM it finishes its tasks, then stops. */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { heartbeats } from 'holdpoint/previews';
import { runWorker } from 'holdpoint/worker';
import * as activities from './activities.ts';

Runtime.install({ logger: new DefaultLogger('WARN') });

await runWorker({
  taskQueue: 'feedback',
  workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  activities,
  previews: heartbeats(),
});
