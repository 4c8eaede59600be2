/** Workers of the tests log only errors: many tests make a task fail on purpose. And a file leaves nothing stubbed to the next. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, vi } from 'vitest';

try {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
} catch (error) {
  // A file that ran before in this process has installed it.
  if ((error as Error).name !== 'IllegalStateError') throw error;
}

afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
