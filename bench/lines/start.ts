/**
 * The cost of a start: the size of the sandbox bundle, the import of the client in a new process, the creation of a worker.
 */
import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { HoldpointPlugin } from 'holdpoint/worker';
import { measurePair } from '../pair.ts';
import { countLine, differenceLine, type Line } from '../report.ts';
import { bundleLogger, workerOptions } from '../rig.ts';

const run = promisify(execFile);

export async function* startLines(address: string): AsyncGenerator<Line> {
  yield countLine('sandbox bundle, unminified, without its source map', 'at most +110 KB', {
    ours: await bundleKilobytes('../bundle/ours.ts', [new HoldpointPlugin()]),
    bare: await bundleKilobytes('../bundle/bare.ts'),
    unit: 'KB',
  });
  yield differenceLine(
    'process that imports `holdpoint/client`, against `@temporalio/client`',
    'at most +25 ms',
    await measurePair({
      ours: () => importTime('holdpoint/client'),
      bare: () => importTime('@temporalio/client'),
      rounds: 20,
    }),
  );
  const connection = await NativeConnection.connect({ address });
  try {
    yield differenceLine(
      '`Worker.create` with a bundle, with the plugin and without',
      'at most +25 ms',
      await measurePair({
        ours: () => createTime(connection, 'ours'),
        bare: () => createTime(connection, 'bare'),
        rounds: 20,
        warmups: 2,
      }),
    );
  } finally {
    await connection.close();
  }
}

async function bundleKilobytes(relative: string, plugins: HoldpointPlugin[] = []): Promise<number> {
  const workflowsPath = fileURLToPath(new URL(relative, import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, plugins, logger: bundleLogger });
  const bare = code.replace(/^\/\/# sourceMappingURL=data:.*$/m, '');
  return Number((Buffer.byteLength(bare) / 1024).toFixed(1));
}

/** The time of a whole process, from start to exit. */
async function importTime(specifier: string): Promise<number> {
  const start = performance.now();
  await run(process.execPath, ['--input-type=module', '--eval', `import '${specifier}'`], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  return performance.now() - start;
}

async function createTime(connection: NativeConnection, side: 'ours' | 'bare'): Promise<number> {
  const options = await workerOptions(side);
  const start = performance.now();
  const worker = await Worker.create({ connection, taskQueue: 'never-used', ...options });
  const took = performance.now() - start;
  // Running a worker is the only way to release it. The server logs an error if one stops at once.
  await worker.runUntil(setTimeout(100));
  return took;
}
