/**
 * The inbox as a server of its own, for the command.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequestListener } from '@remix-run/node-fetch-server';
import type { Peer } from './actor.ts';
import type { Inbox } from './inbox.ts';

/** A server that listens. */
export interface InboxServer extends AsyncDisposable {
  /** `http://127.0.0.1:8244` */
  readonly url: string;
}

/** Starts it. @throws What the operating system says if the port cannot be used. */
export async function serveInbox(
  inbox: Inbox,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<InboxServer> {
  const listener = createRequestListener((request: Request, peer: Peer) => inbox.fetch(request, peer), {
    // The inbox reports its own errors. What is left is a request that is malformed: its host, or the method TRACE.
    onError: () => new Response('Bad Request', { status: 400 }),
  });
  const server = createServer(listener);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    [Symbol.asyncDispose]: async () => {
      inbox.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
