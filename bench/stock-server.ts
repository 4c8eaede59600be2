/**
 * A plain `temporal server start-dev` with the Temporal CLI's own settings. It uses the binary that `startServer` finds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Connection } from '@temporalio/client';
import { findTemporal } from '../src/testing/binary.ts';

export interface StockServer extends AsyncDisposable {
  readonly address: string;
}

export async function startStockServer(args: readonly string[] = []): Promise<StockServer> {
  const command = findTemporal();
  if (command === undefined)
    throw new Error('Expected `temporal` on the PATH or in the cache folder: `npm run server`');
  const port = await freePort();
  const child = spawn(command, ['server', 'start-dev', '--headless', '--port', String(port), ...args], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const address = `127.0.0.1:${port}`;
  try {
    const connection = await Connection.connect({ address, connectTimeout: '30 seconds' });
    await connection.close();
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, [Symbol.asyncDispose]: stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
