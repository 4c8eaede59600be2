/**
 * The dev server: ours against a plain `temporal server start-dev`.
 *
 * Both servers run the same workflow, written by hand. holdpoint takes no part in the work.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { startServer } from 'holdpoint/testing';
import { measurePair, time } from '../pair.ts';
import { ratioLine, type Line } from '../report.ts';
import { startWorker } from '../rig.ts';
import { startStockServer } from '../stock-server.ts';

const IN_SEQUENCE = 20;

export async function* serverLines(): AsyncGenerator<Line> {
  yield await compareServers('our dev server (left) against `temporal server start-dev` (right), per task', '<= 0.25', {
    ours: () => startServer(),
    bare: () => startStockServer(),
  });
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  const file = (): string => join(folder, `${randomUUID()}.db`);
  yield await compareServers('the same with a database file, per task', '<= 0.25', {
    ours: () => startServer({ dbFilename: file() }),
    bare: () => startStockServer(['--db-filename', file()]),
  });
  yield await compareServers(
    'our dev server with a database file, with (left) and without (right) the SQLite pragmas, per task',
    '-',
    {
      ours: () => startServer({ dbFilename: file() }),
      bare: () => startServer({ extraArgs: ['--db-filename', file()] }),
    },
  );
}

type Start = () => Promise<AsyncDisposable & { readonly address: string }>;

async function compareServers(
  work: string,
  aim: string,
  start: { readonly ours: Start; readonly bare: Start },
): Promise<Line> {
  await using made = new AsyncDisposableStack();
  const runOn = async (begin: Start): Promise<() => Promise<number>> => {
    const { address } = made.use(await begin());
    const native = await NativeConnection.connect({ address });
    made.defer(() => native.close());
    const connection = await Connection.connect({ address });
    made.defer(() => connection.close());
    const taskQueue = randomUUID();
    made.defer(await startWorker(native, 'bare', taskQueue));
    const { workflow } = new Client({ connection });
    return () => time(() => workflow.execute('sequence', { taskQueue, workflowId: randomUUID(), args: [IN_SEQUENCE] }));
  };
  const ours = await runOn(start.ours);
  const bare = await runOn(start.bare);
  return ratioLine(work, aim, await measurePair({ ours, bare, rounds: 5 }), IN_SEQUENCE);
}
