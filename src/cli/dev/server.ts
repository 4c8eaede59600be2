/**
 * The server of `holdpoint dev`. It uses Temporal's usual ports if they are free.
 */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { startServer, type DevServer } from '../../testing/server.ts';

export type { DevServer };

const PORT = 7233;
const UI_PORT = 8233;

/** `undefined` is the default: the usual port or a free one, and no database file. */
export interface ServerSettings {
  readonly port: number | undefined;
  readonly uiPort: number | undefined;
  readonly dbFilename: string | undefined;
}

export async function startDevServer({ port, uiPort, dbFilename }: ServerSettings): Promise<DevServer> {
  return startServer({
    port: port ?? (await ifFree(PORT)),
    uiPort: uiPort ?? (await ifFree(UI_PORT)),
    ui: true,
    dbFilename,
  });
}

async function ifFree(port: number): Promise<number | undefined> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
    return port;
  } catch {
    return undefined;
  }
}
