/** The handler of a function with holdpoint. */
import { runWorker } from 'holdpoint/lambda';
import * as activities from '../activities.ts';
import { codePath, version } from './environment.ts';

export const handler = runWorker(version, ({ workerOptions }) => {
  Object.assign(workerOptions, { workflowBundle: { codePath }, activities });
});
