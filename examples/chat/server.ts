/**
 * The web server of the page: `PORT=3000 node examples/chat/server.ts`. It serves the built page, and the chat's API.
 *
 * It keeps nothing itself. It can be stopped and started in the middle of a sentence, and there may be several.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { uiMessageHandler } from 'holdpoint/chat';
import { connect, hasCode } from 'holdpoint/client';
import type * as workflows from './workflows.ts';

/** How long a worker has to answer, before the page says that it is away. */
const WORKER_MS = 2_000;

const client = await connect<typeof workflows>({ taskQueue: 'chat' });
const chat = uiMessageHandler({ client, entrypoint: 'support' });

const app = new Hono();
app.get('/api/worker/:thread', async (c) => c.json({ isUp: await isWorkerUp(c.req.param('thread')) }));
app.all('/api/chat', (c) => chat(c.req.raw));
app.all('/api/chat/*', (c) => chat(c.req.raw));
app.use(serveStatic({ root: fileURLToPath(new URL('dist', import.meta.url)) }));

// There is no `authorize`, so everybody who reaches the server may read and write: it listens on this machine alone.
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) });
if (!server.listening) await once(server, 'listening');
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

/** Asks the thread for its state, which only a worker can tell. */
async function isWorkerUp(thread: string): Promise<boolean> {
  const signal = AbortSignal.timeout(WORKER_MS);
  try {
    await client.thread(thread).state({ signal });
    return true;
  } catch (error) {
    return hasCode(error, 'ThreadNotFound');
  }
}
