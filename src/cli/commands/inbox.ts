/**
 * `holdpoint inbox`: serves a page on which people answer questions, until Ctrl-C.
 */
import { isName, type Authenticate } from '../../inbox/actor.ts';
import { withAuditors, type Authorize } from '../../inbox/authorize.ts';
import { makeInbox } from '../../inbox/inbox.ts';
import { linkKeysIn } from '../../inbox/link-keys.ts';
import { adapterNamed } from '../../inbox/named-adapters.ts';
import { readSettings } from '../../inbox/options.ts';
import { trustedProxy } from '../../inbox/proxy.ts';
import { serveInbox, type InboxServer } from '../../inbox/serve.ts';
import { bearerTokens } from '../../inbox/tokens.ts';
import { refusedOption } from '../../protocol/refused-options.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { connectionWords } from '../command-line.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import { awaitInterruption } from '../interruption.ts';

interface InboxOptions {
  readonly host: string;
  readonly port: string;
  readonly title?: string;
  readonly query?: string;
  readonly url?: string;
  readonly ui?: string;
  readonly tokens?: string;
  readonly proxyHeader?: string;
  readonly proxyGroups?: string;
  readonly proxyFrom?: string;
  readonly linkKeys?: string;
  readonly auditor?: readonly string[];
  readonly adapter?: readonly string[];
  /** `false` with `--no-record-shown`. */
  readonly recordShown: boolean;
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|::1)$/;

export async function run(context: Context<InboxOptions>): Promise<void> {
  const { out, options } = context;
  const { host, title, query, url, ui, linkKeys, recordShown } = options;
  const port = readPort(options.port);
  const webUi = ui ?? process.env['TEMPORAL_UI_ADDRESS'];
  const authenticate = asUsage(() => authenticateOf(options));
  const authorize = asUsage(() => authorizeOf(options, authenticate));
  const adapters = asUsage(() => options.adapter?.map(adapterNamed));
  const keys = linkKeys === undefined ? undefined : asUsage(() => linkKeysIn(linkKeys));
  if (!authenticate && !LOOPBACK.test(host))
    throw new UsageError(
      `At ${host} others can reach the inbox, so it must know who they are: give \`--tokens <file>\` or \`--proxy-header <name>\`.`,
    );
  if (!LOOPBACK.test(host) && !url?.startsWith('https:'))
    out.note('Nothing is encrypted between the inbox and others: put a proxy with TLS in front, and give its `--url`.');
  using interruption = awaitInterruption();
  const tools = await context.tools();
  const settings = { title, query, url, webUi, authenticate, authorize, linkKeys: keys, adapters, recordShown };
  // A query or a namespace that the server refuses is found before somebody opens the page.
  await tools.newestThreads(query ?? '', 1);
  const client = { tools, notify: (one: string) => out.note(inertLine(one)), connection: connectionWords() };
  const inbox = asUsage(() => makeInbox(readSettings(settings, client)));
  await using server = await listen(inbox, { host, port });
  out.event({ url: url ?? server.url, listens: server.url, namespace: tools.namespace }, () => [
    `Inbox    ${url ?? server.url}, namespace ${tools.namespace}`,
    ...(url === undefined ? [] : [`Listens  ${server.url}`]),
    'Press Ctrl-C to stop.',
  ]);
  await interruption.came;
}

function authenticateOf({ tokens, proxyHeader, proxyGroups, proxyFrom }: InboxOptions): Authenticate | undefined {
  if (tokens !== undefined && proxyHeader !== undefined)
    throw new TypeError('Expected `--tokens` or `--proxy-header`, and not both');
  if (proxyHeader === undefined && (proxyGroups ?? proxyFrom) !== undefined)
    throw new TypeError('Expected `--proxy-groups` and `--proxy-from` with `--proxy-header` only');
  if (tokens !== undefined) return bearerTokens(tokens);
  if (proxyHeader === undefined) return undefined;
  return trustedProxy({ header: proxyHeader, groupsHeader: proxyGroups, from: proxyFrom?.split(/[\s,]+/) });
}

/** The default rule, with those who may read audits. Without a sign-in, the user of this machine may do everything. */
function authorizeOf({ auditor }: InboxOptions, authenticate: Authenticate | undefined): Authorize | undefined {
  if (auditor === undefined) return undefined;
  if (!authenticate) throw new TypeError('Expected `--auditor` with `--tokens` or `--proxy-header` only');
  const wrong = auditor.find((name) => !isName(name) || name === 'group:');
  if (wrong !== undefined) throw refusedOption('`--auditor`', 'the name of a person, or group:<name>', wrong);
  return withAuditors(auditor);
}

async function listen(
  inbox: ReturnType<typeof makeInbox>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<InboxServer> {
  try {
    return await serveInbox(inbox, { host, port });
  } catch (error) {
    inbox.close();
    throw new UsageError(`Cannot listen on port ${port} of ${host}: ${messageOf(error)}. Give another \`--port\`.`, {
      cause: error,
    });
  }
}

/** What an option of the command is refused for is a wrong call. */
function asUsage<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`${error.message.replace(/\.$/, '')}.`, { cause: error }) : error;
  }
}

function readPort(given: string): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port < 65_536) return port;
  throw new UsageError(`Expected \`--port\` to be a port number from 0 to 65535, got ${given}.`);
}
