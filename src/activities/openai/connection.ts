/**
 * The way to the server: a client of the `openai` package, made for each request or given by the user.
 *
 * The package is imported with the first request. The key is read where the request is made, and nothing that leaves the
 * task contains it: a key that rotates is asked for again each time.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { OpenAI } from 'openai';
import { defined } from '../../protocol/defined.ts';
import { isObject } from '../../protocol/json-object.ts';
import { isMissing } from '../../protocol/missing-package.ts';
import { refusedOption } from '../../protocol/refused-options.ts';
import { withWords } from './response.ts';

/** A client of the `openai` package, as far as it is used: `new OpenAI(…)`, `new AzureOpenAI(…)`. */
export interface ChatClient {
  /** The URL of the server. */
  readonly baseURL: string;
  /** The chat API of the client. */
  readonly chat: {
    /** Completions of chats. */
    readonly completions: {
      /** Sends one request. */
      create(
        body: OpenAI.ChatCompletionCreateParams,
        options: OpenAI.RequestOptions,
      ): {
        /** The response, unread. */
        asResponse(): Promise<Response>;
      };
    };
  };
}

/** The options of `openai` that say how the server is reached. */
export interface ConnectionOptions {
  /**
   * The key of the API, or a function that returns it. It is read for each request, so a key may rotate.
   *
   * @default OPENAI_API_KEY of the environment
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /**
   * The URL of a server that speaks chat completions. It may have a query, which goes into each request.
   *
   * @default OPENAI_BASE_URL of the environment, else OpenAI's
   */
  readonly baseURL?: string | undefined;
  /** Headers of each request. With `authorization` or `api-key` among them, no other key is needed. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The query of each request: `{ 'api-version': '2024-10-21' }`. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sends the requests in place of the global `fetch`: through a proxy, for instance. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The organization at OpenAI. @default OPENAI_ORG_ID of the environment */
  readonly organization?: string | undefined;
  /** The project at OpenAI. @default OPENAI_PROJECT_ID of the environment */
  readonly project?: string | undefined;
  /** A client of the `openai` package, which then has all other options about the connection. */
  readonly client?: ChatClient | undefined;
}

/** A client for one request. */
export interface Connection {
  readonly client: ChatClient;
  /** The host of the server, with its port. */
  readonly host: string;
}

/**
 * Checks the options.
 *
 * @throws `TypeError` if one is wrong.
 */
export function assertConnection(options: ConnectionOptions): void {
  const { apiKey, baseURL, headers, query, fetch, organization, project, client } = options;
  if (client !== undefined) {
    assertClient(client);
    const others = { apiKey, baseURL, headers, query, fetch, organization, project };
    const [other] = Object.keys(defined(others));
    if (other !== undefined)
      throw new TypeError(`Expected \`client\` without \`${other}\`: set it on the client instead`);
  }
  if (apiKey !== undefined && typeof apiKey !== 'string' && typeof apiKey !== 'function') {
    // Not the value itself: it may be a key in the wrong place.
    throw new TypeError(`Expected \`apiKey\` to be a string or a function that returns one, got a ${typeof apiKey}`);
  }
  if (baseURL !== undefined && !URL.canParse(baseURL)) throw refusedOption('`baseURL`', 'a URL', baseURL);
  assertTexts('headers', headers);
  assertTexts('query', query);
  if (fetch !== undefined && typeof fetch !== 'function') throw refusedOption('`fetch`', 'a function', fetch);
  for (const [name, value] of Object.entries({ organization, project })) {
    if (value !== undefined && typeof value !== 'string') throw refusedOption(`\`${name}\``, 'a string', value);
  }
}

function assertClient(client: ChatClient): void {
  const { chat } = (client ?? {}) as Partial<ChatClient>;
  if (typeof chat?.completions?.create !== 'function') {
    throw new TypeError('Expected `client` to be a client of the package `openai`, such as `new AzureOpenAI(…)`');
  }
}

function assertTexts(name: string, texts: Readonly<Record<string, unknown>> | undefined): void {
  if (texts === undefined) return;
  const wrong = isObject(texts) ? Object.entries(texts).find(([, value]) => typeof value !== 'string') : [];
  // Not the values: they may be secrets.
  if (wrong)
    throw new TypeError(
      `Expected \`${name}\` to be an object of strings${wrong[0] ? `, look at \`${wrong[0]}\`` : ''}`,
    );
}

/** What must not be shown of a connection. */
export type Secrets = Set<string>;

/** Makes the client for one request, and adds what it knows to the secrets. */
export async function connect(options: ConnectionOptions, secrets: Secrets): Promise<Connection> {
  for (const secret of secretsIn(options)) secrets.add(secret);
  const client = options.client ?? (await makeClient(options, secrets));
  return { client, host: URL.canParse(client.baseURL) ? new URL(client.baseURL).host : '' };
}

async function makeClient(options: ConnectionOptions, secrets: Secrets): Promise<ChatClient> {
  const { headers = {}, organization, project } = options;
  const hasKey = Object.keys(headers).some((name) => KEY_HEADER.test(name));
  const apiKey = hasKey && options.apiKey === undefined ? undefined : await findKey(options);
  if (apiKey !== undefined) secrets.add(apiKey);
  const { baseURL, query } = findServer(options);
  for (const [name, value] of Object.entries(query)) if (SECRET_NAME.test(name)) secrets.add(value);
  const openai = await importPackage();
  const send: typeof fetch = async (input, init) => {
    const response = await (options.fetch ?? fetch)(input, init);
    return response.status >= 400 ? withWords(response) : response;
  };
  return new openai.OpenAI({
    // The package wants a key, and sends it unless the header is taken out.
    apiKey: apiKey ?? 'none',
    maxRetries: 0,
    fetch: send,
    defaultQuery: query,
    defaultHeaders: { ...(apiKey === undefined ? { authorization: null } : {}), ...headers },
    ...defined({ baseURL, organization, project }),
  });
}

const KEY_HEADER = /^(authorization|api-key)$/i;
const SECRET_NAME = /auth|key|token|secret|cookie/i;

function* secretsIn({ headers = {}, client }: ConnectionOptions): Generator<string> {
  for (const [name, value] of Object.entries(headers)) {
    // A server may quote the token of `Bearer <token>` alone.
    if (SECRET_NAME.test(name)) yield* [value, ...value.split(' ')];
  }
  const { apiKey } = (client ?? {}) as { readonly apiKey?: unknown };
  if (typeof apiKey === 'string') yield apiKey;
}

async function findKey({ apiKey = process.env['OPENAI_API_KEY'] }: ConnectionOptions): Promise<string> {
  const key: unknown = typeof apiKey === 'function' ? await apiKey() : apiKey;
  if (typeof key === 'string' && key.trim() !== '') return key.trim();
  throw ApplicationFailure.nonRetryable(
    'Expected a key for the model, got none: set OPENAI_API_KEY in the environment of the worker, or `apiKey` in the options of `openai`. For a server that needs no key, any text will do.',
    'OpenAIError',
  );
}

/** The URL without its query, which the package would take for a part of the path. */
function findServer({ baseURL: option, query }: ConnectionOptions): {
  readonly baseURL: string | undefined;
  readonly query: Record<string, string>;
} {
  const text = option ?? (process.env['OPENAI_BASE_URL']?.trim() || undefined);
  if (text === undefined) return { baseURL: undefined, query: { ...query } };
  if (!URL.canParse(text)) {
    throw ApplicationFailure.nonRetryable(`Expected OPENAI_BASE_URL to be a URL, got \`${text}\``, 'OpenAIError');
  }
  const url = new URL(text);
  const all = { ...Object.fromEntries(url.searchParams), ...query };
  url.search = '';
  url.hash = '';
  // Azure's portal shows the whole URL of the endpoint.
  url.pathname = url.pathname.replace(/\/chat\/completions\/?$/, '');
  return { baseURL: url.href.replace(/\/$/, ''), query: all };
}

/** Fails at once where the package is missing. */
export async function assertPackage({ client }: ConnectionOptions): Promise<void> {
  if (client === undefined) await importPackage();
}

async function importPackage() {
  return import('openai').catch((error: unknown): never => {
    if (!isMissing(error, 'openai')) throw error;
    const message = 'Expected the package `openai` to be installed beside holdpoint: `npm install openai`';
    throw ApplicationFailure.nonRetryable(message, 'ERR_MODULE_NOT_FOUND');
  });
}
