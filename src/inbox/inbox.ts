/**
 * The inbox as a web-standard handler: a page on which people answer questions, and the endpoints under `api/` that it uses.
 */
import { defined } from '../protocol/defined.ts';
import { messageOf } from '../protocol/thrown.ts';
import { assertAnswers, idIn, listIn, objectIn, readBody } from '../web/body.ts';
import { eventStream } from '../web/event-stream.ts';
import { HttpProblem, refusing, wrongMethod } from '../web/problem.ts';
import type { Peer, Visitor } from './actor.ts';
import { answerQuestion, outcomeOf, readAnswering } from './answering.ts';
import type { BulkAnswered, Me, QuestionAddress } from './api.ts';
import { admit, assertSameSite, forbidden } from './gate.ts';
import { guarded } from './headers.ts';
import { Hub } from './hub.ts';
import { readItem, webUiLink, type Desk } from './item.ts';
import { listItems, readQuery } from './items.ts';
import { liveEvents } from './live.ts';
import { resolveInboxOptions, type InboxOptions, type ReadSettings } from './options.ts';
import { Page } from './page.ts';
import { readStory } from './story.ts';

/** The inbox: a web-standard handler. */
export interface Inbox extends Disposable {
  /**
   * Answers a request. It is bound, so it can be passed on.
   *
   * @param peer Where the request comes from, as the web server knows. Without it, nobody is limited by his address.
   */
  readonly fetch: (request: Request, peer?: Peer) => Promise<Response>;
  /** Stops reading. */
  readonly close: () => void;
}

/**
 * Makes the inbox, to mount it in a web server.
 *
 * @example
 * const inbox = createInbox({ client, basePath: '/inbox', authenticate });
 * app.all('/inbox/*', (c) => inbox.fetch(c.req.raw));
 *
 * @throws `TypeError` if an option is wrong.
 */
export function createInbox(options: InboxOptions): Inbox {
  return makeInbox(resolveInboxOptions(options));
}

/** Makes the inbox of settings that were read. */
export function makeInbox(settings: ReadSettings): Inbox {
  const handler = new Handler(settings);
  const close = (): void => handler.close();
  return { fetch: (request, peer) => handler.fetch(request, peer), close, [Symbol.dispose]: close };
}

/** An endpoint: who may call it has been found out. */
interface Call {
  readonly request: Request;
  readonly params: URLSearchParams;
  readonly visitor: Visitor;
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly call: (call: Call) => Promise<Response>;
}

class Handler {
  readonly #settings: ReadSettings;
  readonly #page: Page;
  readonly #desk: Desk;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(settings: ReadSettings) {
    this.#settings = settings;
    this.#page = new Page(settings.base);
    this.#desk = { settings, hub: new Hub(settings) };
    this.#endpoints = new Map<string, Endpoint>([
      ['me', { method: 'GET', call: (call) => this.#me(call) }],
      ['items', { method: 'GET', call: (call) => this.#items(call) }],
      ['item', { method: 'GET', call: (call) => this.#item(call) }],
      ['events', { method: 'GET', call: async (call) => this.#events(call) }],
      ['thread', { method: 'GET', call: (call) => this.#thread(call) }],
      ['answer', { method: 'POST', call: (call) => this.#answer(call) }],
      ['answers', { method: 'POST', call: (call) => this.#answers(call) }],
    ]);
  }

  async fetch(request: Request, peer: unknown): Promise<Response> {
    const respond = refusing(
      (one) => this.#respond(one, readPeer(peer)),
      (error) => this.#notice(error),
    );
    const { protocol } = this.#settings.url ?? new URL(request.url);
    return guarded(await respond(request), { isHttps: protocol === 'https:' });
  }

  close(): void {
    this.#desk.hub.end();
  }

  async #respond(request: Request, peer: Peer): Promise<Response> {
    const { pathname, searchParams: params } = new URL(request.url);
    const path = this.#pathOf(pathname);
    if (!path.startsWith('/api/')) return this.#page.serve(request.method, path);
    const endpoint = this.#endpoints.get(path.slice('/api/'.length));
    if (!endpoint) throw new HttpProblem(404, { error: 'NotFound', message: 'There is nothing at this address.' });
    if (request.method !== endpoint.method) throw wrongMethod(request.method, endpoint.method);
    assertSameSite(request, this.#settings);
    const visitor = await admit(request, peer, this.#settings);
    return endpoint.call({ request, params, visitor });
  }

  /** A server may have taken the base path away already. */
  #pathOf(pathname: string): string {
    const { base } = this.#settings;
    if (pathname === base) return '/';
    return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
  }

  async #me({ visitor }: Call): Promise<Response> {
    const { title, tools } = this.#settings;
    const { actor, groups, how, only } = visitor;
    const me: Me = { actor, groups, how, title, namespace: tools.namespace, ...defined({ only }) };
    return Response.json(me);
  }

  async #items({ params, visitor }: Call): Promise<Response> {
    const query = readQuery(params);
    const { hub, settings } = this.#desk;
    const questions = await hub.open();
    const { permits } = settings;
    return Response.json(await listItems(query, { questions, visitor, permits, at: hub.news.at }));
  }

  async #item({ params, visitor }: Call): Promise<Response> {
    return Response.json(await readItem(this.#desk, readAddress(params), visitor));
  }

  #events({ request, params, visitor }: Call): Response {
    const after = request.headers.get('last-event-id') ?? params.get('after') ?? undefined;
    const { keepAliveMs } = this.#settings;
    return eventStream({
      request,
      keepAliveMs,
      events: (signal) => liveEvents(this.#desk, { after, visitor }, signal),
    });
  }

  async #thread({ params, visitor }: Call): Promise<Response> {
    const thread = idIn('thread', params.get('thread'));
    const { tools, permits, webUi } = this.#settings;
    const { entrypoint, interrupts, runId, isRunning } = await tools.describe(thread);
    const open = isRunning ? interrupts.map((one) => ({ ...one, thread, entrypoint })) : [];
    const asked = [
      ...open.map((question) => permits(visitor, question, 'see')),
      permits(visitor, { thread, entrypoint }, 'audit'),
    ];
    if (!(await Promise.all(asked)).includes(true)) throw forbidden('This thread is for others.');
    const story = await readStory(tools, thread);
    return Response.json({ ...story, ...(webUi ? { webUi: webUiLink(webUi, tools, { thread, runId }) } : {}) });
  }

  async #answer({ request, params, visitor }: Call): Promise<Response> {
    const address = readAddress(params);
    const given = readAnswering(await readBody(request, this.#settings.maxBytes));
    const { status, answered } = await answerQuestion(this.#desk, address, { ...given, visitor });
    return Response.json(answered, { status });
  }

  async #answers({ request, visitor }: Call): Promise<Response> {
    const body = await readBody(request, this.#settings.maxBytes);
    const answers = listIn('answers', body['answers']);
    assertAnswers(answers);
    const read = answers.map((one, i) => {
      const answer = objectIn(`answers[${i}]`, one);
      const [thread, run, id] = ['thread', 'run', 'id'].map((name) => idIn(`answers[${i}].${name}`, answer[name]));
      return { address: { thread: thread!, run: run!, id: id! }, given: readAnswering(answer) };
    });
    const results = await Promise.all(
      read.map(({ address, given }) =>
        outcomeOf(address, answerQuestion(this.#desk, address, { ...given, visitor }), (error) => this.#notice(error)),
      ),
    );
    return Response.json({ results } satisfies BulkAnswered);
  }

  #notice(error: unknown): void {
    this.#settings.notify(`A request of the inbox failed: ${messageOf(error)}`);
  }
}

function readAddress(params: URLSearchParams): QuestionAddress {
  const [thread, run, id] = ['thread', 'run', 'id'].map((name) => idIn(name, params.get(name)));
  return { thread: thread!, run: run!, id: id! };
}

/** Web servers pass a second argument of their own. */
function readPeer(peer: unknown): Peer {
  const { address } = (peer ?? {}) as { readonly address?: unknown };
  return typeof address === 'string' ? { address } : {};
}
