/** The function. Its bundle of workflows lies beside it, where `build.ts` writes both. */
import { fileURLToPath } from 'node:url';
import { runWorker } from 'holdpoint/lambda';
import * as activities from './activities.ts';
import { readApiKey } from './api-key.ts';

const { DEPLOYMENT_NAME: deploymentName = 'serverless', BUILD_ID: buildId = '1', API_KEY_SECRET: secret } = process.env;

// Read when a process starts: the environment of a published version never changes, and a key does while threads wait.
if (secret) process.env['TEMPORAL_API_KEY'] = await readApiKey(secret);

export const handler = runWorker({ deploymentName, buildId }, ({ workerOptions }) => {
  workerOptions.taskQueue ??= 'serverless';
  workerOptions.workflowBundle = { codePath: fileURLToPath(new URL('workflow-bundle.js', import.meta.url)) };
  workerOptions.activities = activities;
});
