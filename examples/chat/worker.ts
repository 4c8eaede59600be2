/**
 * The worker of the agent: `OPENAI_API_KEY=… node examples/chat/worker.ts`.
 *
 * Without a key it starts a scripted model on this machine. The tasks call that model over HTTP in the same way.
 */
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { heartbeats } from 'holdpoint/previews';
import { scriptedModel } from 'holdpoint/testing';
import { runWorker } from 'holdpoint/worker';
import * as activities from './activities.ts';
import { pretend } from './model.ts';

Runtime.install({ logger: new DefaultLogger('WARN') });

await using model = process.env['OPENAI_API_KEY'] ? undefined : await scriptedModel(pretend);
if (model) Object.assign(process.env, { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: model.baseURL });

await runWorker({
  taskQueue: 'chat',
  workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  activities,
  // What the model and the tools show while they run reaches the page this way.
  previews: heartbeats({ every: 100 }),
});
