/** The process of the worker of `holdpoint dev`. */
import { onTestFinished, test, expect, vi } from 'vitest';
import { WorkerProcess } from '../../src/cli/dev/worker-process.ts';

test('a worker that cannot be started is reported, and the next start is tried', async () => {
  const { execPath } = process;
  const notes: string[] = [];
  const settings = { taskQueue: 'none', workflows: 'none.ts', activities: 'none.ts' };
  const worker = new WorkerProcess(settings, { onNote: (note) => notes.push(note), onImports: () => undefined });
  onTestFinished(async () => {
    process.execPath = execPath;
    await worker.stop();
  });
  process.execPath = '/no/such/node';
  await worker.restart();
  await vi.waitFor(() => expect(notes).toEqual([expect.stringMatching(/^The worker could not be started: .*ENOENT/)]));
  process.execPath = '/no/such/node/either';
  await worker.restart();
  await vi.waitFor(() => expect(notes).toHaveLength(2));
});
