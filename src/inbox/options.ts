/**
 * The options of the inbox, read once.
 */
import { Tools, type Holdpoint } from '../client/tools.ts';
import { durationMs, LONGEST_TIMER_MS, type Duration } from '../protocol/duration.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import type { Authenticate } from './actor.ts';
import { resolveLinkKeys, type LinkKeys, type ReadLinkKeys } from './links.ts';
import type { ContainedAdapter, InboxAdapter } from './adapters/adapter.ts';
import { withFaultsContained } from './adapters/contained.ts';
import { byAssignees, permitsOf, type Authorize, type Permits } from './authorize.ts';

/** How the inbox looks and where it is. */
export interface InboxSettings {
  /** The title of the page. @default 'Inbox' */
  readonly title?: string | undefined;
  /**
   * The address at which people open the inbox, with its path: `https://inbox.example.com/approvals`. Needed behind a proxy
   * that ends TLS, and for links.
   *
   * @default what each request says
   */
  readonly url?: string | undefined;
  /** The path at which the inbox is mounted: `/inbox`. @default the path of `url`, or `/` */
  readonly basePath?: string | undefined;
  /**
   * Says who sends a request. Without it, only requests of this machine to `localhost`, `127.0.0.1` and `[::1]` are served,
   * and none of a page of another host. The person is then the user of this machine.
   */
  readonly authenticate?: Authenticate | undefined;
  /** Says who may do what. @default the assignees of a question and their groups, everybody where it has none */
  readonly authorize?: Authorize | undefined;
  /**
   * The keys of signed links, or a function that says which they are now. The first one signs; links of the others are still
   * taken.
   *
   * @default there are no links
   */
  readonly linkKeys?: LinkKeys | undefined;
  /** Shapes of questions that are shown as approvals, beside those of `approval()`. @default none */
  readonly adapters?: readonly InboxAdapter[] | undefined;
  /**
   * A visibility query, such as `TaskQueue = 'finance'`: only questions of matching threads are listed and counted. It selects,
   * and does not protect: `authorize` does.
   */
  readonly query?: string | undefined;
  /** Whether the history records to whom a question was shown (A13): a signal for each person. @default true */
  readonly recordShown?: boolean | undefined;
  /** Where a person signs in, if `authenticate` is your own: the page links to it. */
  readonly signInUrl?: string | undefined;
  /** The address of the Temporal Web UI, to link to the runs of threads. */
  readonly webUi?: string | undefined;
  /** The pause between two comments that keep a connection open while nothing happens. @default '15s' */
  readonly keepAlive?: Duration | undefined;
  /** The largest body of a request, in bytes. @default 4 MiB */
  readonly maxBytes?: number | undefined;
}

/** The options of {@link createInbox}. */
export interface InboxOptions extends InboxSettings {
  /** The client, whose namespace has the questions. */
  readonly client: Pick<Holdpoint<never>, 'client' | 'notify' | 'settings'>;
}

const NAMES: OptionNames<InboxOptions> = {
  client: true,
  title: true,
  url: true,
  basePath: true,
  authenticate: true,
  authorize: true,
  linkKeys: true,
  adapters: true,
  query: true,
  recordShown: true,
  signInUrl: true,
  webUi: true,
  keepAlive: true,
  maxBytes: true,
};

/** The options, once they are read. */
export interface ReadSettings {
  readonly tools: Tools;
  readonly notify: (sentence: string) => void;
  /** The options of the command with which the server was found, to repeat them in a command. */
  readonly connection: readonly string[];
  readonly title: string;
  readonly url: URL | undefined;
  /** Without a slash at its end: `''` at the root. */
  readonly base: string;
  readonly authenticate: Authenticate | undefined;
  readonly permits: Permits;
  readonly linkKeys: () => ReadLinkKeys;
  readonly adapters: readonly ContainedAdapter[];
  readonly query: string | undefined;
  readonly recordShown: boolean;
  readonly signInUrl: string | undefined;
  readonly webUi: string | undefined;
  readonly keepAliveMs: number;
  readonly maxBytes: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** @throws `TypeError` if an option is wrong. */
export function resolveInboxOptions(options: InboxOptions): ReadSettings {
  assertOptions(options, '`createInbox`', NAMES, { isRequired: true });
  const { client, ...settings } = options;
  if (typeof (client as Partial<Holdpoint> | undefined)?.settings !== 'function')
    throw refusedOption('`client`', 'what `connect` returned', client);
  // It is one, whatever its workflows are.
  return readSettings(settings, { tools: new Tools(client as Holdpoint), notify: client.notify, connection: [] });
}

/** @throws `TypeError` if a setting is wrong. */
export function readSettings(
  settings: InboxSettings,
  client: Pick<ReadSettings, 'tools' | 'notify' | 'connection'>,
): ReadSettings {
  const { title = 'Inbox', authenticate, authorize = byAssignees, query, signInUrl, webUi } = settings;
  const { adapters = [], recordShown = true, keepAlive = '15s', maxBytes = MAX_BYTES } = settings;
  for (const [option, value] of Object.entries({ title, query, signInUrl, webUi })) assertText(`\`${option}\``, value);
  if (signInUrl !== undefined && !/^(?:https?:\/\/|\/(?![/\\]))/i.test(signInUrl))
    throw refusedOption('`signInUrl`', 'a path such as /sign-in, or an address with https', signInUrl);
  for (const [option, value] of Object.entries({ authenticate, authorize })) {
    if (value !== undefined && typeof value !== 'function') throw refusedOption(`\`${option}\``, 'a function', value);
  }
  if (!Array.isArray(adapters) || adapters.some((one: Partial<InboxAdapter> | null) => typeof one?.view !== 'function'))
    throw refusedOption('`adapters`', 'a list of adapters', adapters);
  if (typeof recordShown !== 'boolean') throw refusedOption('`recordShown`', 'true or false', recordShown);
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw refusedOption('`maxBytes`', 'a positive integer', maxBytes);
  const keepAliveMs = durationMs(keepAlive, 'keepAlive');
  if (keepAliveMs < 1 || keepAliveMs > LONGEST_TIMER_MS)
    throw refusedOption('`keepAlive`', "a time from 1 millisecond to '24 days'", keepAlive);
  const linkKeys = settings.linkKeys === undefined ? () => [] : resolveLinkKeys(settings.linkKeys);
  const url = readUrl(settings.url);
  const base = readBase(settings.basePath ?? url?.pathname ?? '/');
  if (url && url.pathname.replace(/\/+$/, '') !== base)
    throw refusedOption('`basePath`', `the path of \`url\`, ${url.pathname}`, settings.basePath);
  return {
    ...client,
    title,
    url,
    base,
    authenticate,
    permits: permitsOf(authorize, client.notify),
    linkKeys,
    adapters: adapters.map((one) => withFaultsContained(one, client.notify)),
    query,
    recordShown,
    signInUrl,
    webUi,
    keepAliveMs,
    maxBytes,
  };
}

function readUrl(given: string | undefined): URL | undefined {
  if (given === undefined) return undefined;
  const url = typeof given === 'string' ? URL.parse(given) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash) return url;
  throw refusedOption('`url`', 'an address such as https://inbox.example.com', given);
}

/** No character of a path in these needs quotes in HTML. */
function readBase(path: string): string {
  if (typeof path === 'string' && /^(?:\/[\w.~-]+)*\/?$/.test(path)) return path.replace(/\/+$/, '');
  throw refusedOption('`basePath`', 'a path such as /inbox', path);
}
