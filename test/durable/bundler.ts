/**
 * The bundles of the durable tests. The process of Vitest builds each bundle once for a run, and the processes of the test
 * files fetch it (fixtures/bundles.ts): to bundle takes most of the time in which a test file starts.
 *
 * A run in watch mode bundles again, since the files may have changed.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { HoldpointPlugin } from 'holdpoint/worker';
import type { BundleRequest } from './fixtures/bundles.ts';

export interface Bundler {
  readonly url: string;
  /** Forgets the bundles that were built. */
  forget(): void;
  stop(): Promise<void>;
}

export async function startBundler(): Promise<Bundler> {
  const bundles = new Map<string, Promise<string>>();
  const bundle = (request: BundleRequest): Promise<string> => {
    const key = JSON.stringify(request);
    const made = bundles.get(key) ?? build(request);
    bundles.set(key, made);
    return made;
  };
  const server = createServer((request, response) => {
    json(request)
      .then((body) => bundle(body as BundleRequest))
      .then(
        (code) => response.end(code),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forget: () => bundles.clear(),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function build(request: BundleRequest): Promise<string> {
  const options = { plugins: [new HoldpointPlugin()], logger: new DefaultLogger('ERROR') };
  const { code } = await bundleWorkflowCode({ ...request, ...options });
  return code;
}
