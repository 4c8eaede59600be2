/** The handler of a function with holdpoint whose worker builds the workflow bundle. `holdpoint/lambda` refuses to do so. */
import { runWorker } from '@temporalio/lambda-worker';
import { HoldpointPlugin } from 'holdpoint/worker';
import * as activities from '../activities.ts';
import { version } from './environment.ts';

export const handler = runWorker(version, ({ workerOptions }) => {
  const workflowsPath = process.env['BENCH_WORKFLOWS'];
  Object.assign(workerOptions, { workflowsPath, activities, plugins: [new HoldpointPlugin()] });
});
