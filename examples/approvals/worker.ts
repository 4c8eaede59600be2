/**
 * The worker of the approvals: `node examples/approvals/worker.ts`. Only `deploy` and `expense` need the environment
 * variables of the README.
 */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { runWorker } from 'holdpoint/worker';
import * as activities from './activities.ts';

Runtime.install({ logger: new DefaultLogger('WARN') });

await runWorker({
  taskQueue: 'approvals',
  workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  activities,
});
