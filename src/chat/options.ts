/**
 * What the chat handlers have in common: their options, and who may use a thread.
 */
import { Tools, type Holdpoint, type NamedEntrypoint, type ThreadDescription } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { durationMs, LONGEST_TIMER_MS, type Duration } from '../protocol/duration.ts';
import { hasCode } from '../protocol/errors.ts';
import type { UserMessage } from '../protocol/messages.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { isObject } from '../protocol/json-object.ts';
import { forbidden } from '../web/problem.ts';

/** Who uses a thread. */
export interface Visitor {
  /** Who it is: recorded with messages and answers. */
  readonly actor?: string | undefined;
  /** The groups of whoever it is, without `group:`: sent with answers (A11). */
  readonly groups?: readonly string[] | undefined;
}

/** The options of the chat handlers. */
export interface ChatOptions {
  /** The client, with the task queue that threads are started on. */
  readonly client: Pick<Holdpoint<never>, 'client' | 'notify' | 'settings'>;
  /** What a thread runs: the name of an entrypoint, or the entrypoint itself. */
  readonly entrypoint: string | NamedEntrypoint;
  /**
   * Says whether the sender of a request may use a thread, and who it is. Called for each request, before the thread is
   * touched. Without it, only requests to `localhost`, `127.0.0.1` and `[::1]` are served, and none of a page of another
   * host.
   */
  readonly authorize?:
    | ((request: Request, thread: string) => boolean | Visitor | Promise<boolean | Visitor>)
    | undefined;
  /**
   * Makes the input of the entrypoint out of a message of the page.
   *
   * @default the message in a list, which `reactAgent` takes
   */
  readonly input?: ((message: UserMessage, request: Request) => unknown) | undefined;
  /** The pause between two comments that keep a connection open while nothing happens. @default '15s' */
  readonly keepAlive?: Duration | undefined;
  /** The largest body of a request, in bytes. @default 8 MiB */
  readonly maxBytes?: number | undefined;
}

/** The names of the options. */
export const CHAT_NAMES: OptionNames<ChatOptions> = {
  client: true,
  entrypoint: true,
  authorize: true,
  input: true,
  keepAlive: true,
  maxBytes: true,
};

/** The options, once they are read. */
export interface ChatSettings {
  readonly tools: Tools;
  readonly notify: (sentence: string) => void;
  readonly entrypoint: string;
  readonly input: NonNullable<ChatOptions['input']>;
  readonly maxBytes: number;
  readonly keepAliveMs: number;
  /** Who uses the thread. @throws `HttpProblem` 403 if the sender may not. */
  readonly admit: (request: Request, thread: string) => Promise<Visitor>;
}

const MAX_BYTES = 8 * 1024 * 1024;
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Reads the options.
 *
 * @param of The function that takes them.
 * @param names All names that it takes.
 * @throws `TypeError` if one is wrong.
 */
export function resolveChatOptions(options: ChatOptions, of: string, names: object = CHAT_NAMES): ChatSettings {
  assertOptions(options, of, names, { isRequired: true });
  const { client, entrypoint, authorize, input = (message) => [message], keepAlive = '15s' } = options;
  const { maxBytes = MAX_BYTES } = options;
  if (typeof (client as Partial<Holdpoint> | undefined)?.settings !== 'function')
    throw refusedOption('`client`', 'what `connect` returned', client);
  const name = typeof entrypoint === 'function' ? entrypoint.entrypointName : entrypoint;
  if (typeof name !== 'string' || name === '')
    throw refusedOption('`entrypoint`', 'its name, or what `entrypoint` returned', entrypoint);
  for (const [option, value] of Object.entries({ authorize, input })) {
    if (value !== undefined && typeof value !== 'function') throw refusedOption(`\`${option}\``, 'a function', value);
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw refusedOption('`maxBytes`', 'a positive integer', maxBytes);
  const keepAliveMs = durationMs(keepAlive, 'keepAlive');
  if (keepAliveMs < 1 || keepAliveMs > LONGEST_TIMER_MS)
    throw refusedOption('`keepAlive`', "a time from 1 millisecond to '24 days'", keepAlive);
  const admit = (request: Request, thread: string): Promise<Visitor> => visitorOf(authorize, request, thread);
  // It is one, whatever its workflows are.
  const tools = new Tools(client as Holdpoint);
  const { notify } = client;
  return { tools, notify, entrypoint: name, input, keepAliveMs, maxBytes, admit };
}

/**
 * A thread of the handler's entrypoint. `undefined` if it does not exist.
 *
 * @throws `WrongEntrypoint`: the handler serves no other threads, and no other workflows.
 */
export async function describeOwn(
  { tools, entrypoint }: Pick<ChatSettings, 'tools' | 'entrypoint'>,
  thread: string,
): Promise<ThreadDescription | undefined> {
  try {
    return await tools.describe(thread, entrypoint);
  } catch (error) {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    throw error;
  }
}

async function visitorOf(authorize: ChatOptions['authorize'], request: Request, thread: string): Promise<Visitor> {
  if (authorize) {
    const allowed: unknown = await authorize(request, thread);
    if (allowed === true) return {};
    // Anything else lets nobody in: the `undefined` of a forgotten `return`, a `Response` with status 401, a list of no rows.
    if (isVisitor(allowed)) return defined({ actor: allowed.actor, groups: allowed.groups });
    throw forbidden(`You may not use thread \`${thread}\`.`);
  }
  // The server of a page on this machine may answer the preflights of every page.
  const origin = request.headers.get('origin');
  if (isLoopback(request.url) && (origin === null || isLoopback(origin))) return {};
  throw forbidden(
    'The chat handler has no option `authorize`, and serves only requests to this machine, of its own pages.',
  );
}

function isVisitor(value: unknown): value is Visitor {
  if (!isObject(value)) return false;
  if (!('actor' in value)) return Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0;
  const { actor, groups = [] } = value;
  if (!Array.isArray(groups) || !groups.every((name) => typeof name === 'string')) return false;
  return actor === undefined || (typeof actor === 'string' && actor !== '');
}

function isLoopback(url: string): boolean {
  return LOOPBACK.includes(URL.parse(url)?.hostname ?? '');
}
