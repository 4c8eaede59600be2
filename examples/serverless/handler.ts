/** The function. Its bundle of workflows lies beside it, where `build.ts` writes both. */
import { fileURLToPath } from 'node:url';
import { runWorker } from 'holdpoint/lambda';
import * as activities from './activities.ts';

const { DEPLOYMENT_NAME: deploymentName = 'serverless', BUILD_ID: buildId = '1' } = process.env;

export const handler = runWorker({ deploymentName, buildId }, ({ workerOptions }) => {
  workerOptions.taskQueue ??= 'serverless';
  workerOptions.workflowBundle = { codePath: fileURLToPath(new URL('workflow-bundle.js', import.meta.url)) };
  workerOptions.activities = activities;
});
