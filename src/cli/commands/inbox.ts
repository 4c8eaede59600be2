/**
 * `holdpoint inbox`: serves a page on which people answer questions, until Ctrl-C.
 */
import { makeInbox } from '../../inbox/inbox.ts';
import { readSettings } from '../../inbox/options.ts';
import { serveInbox } from '../../inbox/serve.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { awaitInterruption } from '../interruption.ts';

interface InboxOptions {
  readonly host: string;
  readonly port: string;
  readonly title?: string;
  readonly url?: string;
  readonly ui?: string;
}

export async function run(context: Context<InboxOptions>): Promise<void> {
  const { host, port, title, url, ui } = context.options;
  const at = { host, port: readPort(port) };
  const webUi = ui ?? process.env['TEMPORAL_UI_ADDRESS'];
  using interruption = awaitInterruption();
  const tools = await context.tools();
  const inbox = makeInbox(readSettings({ title, url, webUi }, { tools, notify: (one) => context.out.note(one) }));
  await using server = await serveInbox(inbox, at);
  context.out.event({ url: server.url, namespace: tools.namespace }, () => [
    `Inbox    ${server.url}, namespace ${tools.namespace}`,
    'Press Ctrl-C to stop.',
  ]);
  await interruption.came;
}

function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port < 65_536) return port;
  throw new UsageError(`Expected \`--port\` to be a port number from 0 to 65535, got ${given}.`);
}
