/** Serves the inbox with Hono: `node examples/inbox/serve.ts`. */
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { inbox, signIn } from './inbox.ts';

const app = new Hono();
app.route('/', signIn.routes);
app.all('/inbox/*', (c) => inbox.fetch(c.req.raw, { address: getConnInfo(c).remote.address }));
serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 8080) });
