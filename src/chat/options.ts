/**
 * What the chat handlers have in common: their options, and who may use a thread.
 */
import { Tools, type Holdpoint, type NamedEntrypoint } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { durationMs, type Duration } from '../protocol/duration.ts';
import type { UserMessage } from '../protocol/messages.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { ChatProblem } from './problem.ts';

/** Who uses a thread. */
export interface Visitor {
  /** Who it is: recorded with messages and answers. */
  readonly actor?: string | undefined;
}

/** The options of the chat handlers. */
export interface ChatOptions {
  /** The client, with the task queue that threads are started on. */
  readonly client: Pick<Holdpoint<never>, 'client' | 'notify' | 'settings'>;
  /** What a thread runs: the name of an entrypoint, or the entrypoint itself. */
  readonly entrypoint: string | NamedEntrypoint;
  /**
   * Says whether the sender of a request may use a thread, and who it is. Called for each request, before anything else
   * happens. Without it, only requests to `localhost`, `127.0.0.1` and `[::1]` are served.
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
  /** Who uses the thread. @throws `ChatProblem` 403 if the sender may not. */
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
  const admit = (request: Request, thread: string): Promise<Visitor> => visitorOf(authorize, request, thread);
  // It is one, whatever its workflows are.
  const tools = new Tools(client as Holdpoint);
  const { notify } = client;
  return { tools, notify, entrypoint: name, input, keepAliveMs, maxBytes, admit };
}

async function visitorOf(authorize: ChatOptions['authorize'], request: Request, thread: string): Promise<Visitor> {
  if (authorize) {
    const allowed = await authorize(request, thread);
    if (allowed === true) return {};
    // Anything else that is no visitor, such as the nothing of a forgotten `return`, lets nobody in.
    if (typeof allowed === 'object' && allowed !== null) return defined({ actor: allowed.actor });
    throw forbidden(`You may not use thread \`${thread}\`.`);
  }
  if (LOOPBACK.includes(new URL(request.url).hostname)) return {};
  throw forbidden('The chat handler has no option `authorize`, and serves only requests to this machine.');
}

function forbidden(message: string): ChatProblem {
  return new ChatProblem(403, { error: 'Forbidden', message });
}
