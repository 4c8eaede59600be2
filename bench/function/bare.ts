/** The handler of a function that is written by hand on Temporal alone. */
import { runWorker } from '@temporalio/lambda-worker';
import { codePath, version } from './environment.ts';

const activities = {
  async echo(value: string): Promise<string> {
    return value;
  },
};

export const handler = runWorker(version, ({ workerOptions }) => {
  Object.assign(workerOptions, { workflowBundle: { codePath }, activities });
});
