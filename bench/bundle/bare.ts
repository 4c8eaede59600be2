/** The smallest workflow that imports `@temporalio/workflow`. */
import { sleep } from '@temporalio/workflow';

export async function nothing(): Promise<void> {
  await sleep(1);
}
