/**
 * The inbox as a web-standard handler: a page on which people answer questions, and the endpoints under `api/` that it uses.
 */
import { questionKey } from '../protocol/question-key.ts';
import { defined } from '../protocol/defined.ts';
import { inBatches } from '../protocol/in-batches.ts';
import { idIn, readBody, textIn } from '../web/body.ts';
import { eventStream, type SentEvent } from '../web/event-stream.ts';
import { badRequest, forbidden, HttpProblem, noticeOf, refusing, wrongMethod, type Notice } from '../web/problem.ts';
import type { Peer, Visitor } from './actor.ts';
import { answerQuestion, readAnswering, readAnswers, resultOf } from './answering.ts';
import type { BulkAnswered, Me, QuestionAddress } from './api.ts';
import { auditResponse } from './audit.ts';
import { DecisionTimes } from './decisions.ts';
import { assertSameSite, Gate } from './gate.ts';
import { withSecurityHeaders } from './headers.ts';
import { Hub } from './hub.ts';
import { notYours, readItem, type InboxContext } from './item.ts';
import { ITEMS_PARAMETERS, listItems, readQuery } from './items.ts';
import { signedLinks, type MakeLink } from './links.ts';
import { liveEvents } from './live.ts';
import { resolveInboxOptions, type InboxOptions, type ReadSettings } from './options.ts';
import { Page } from './page.ts';
import { QueuedAnswers } from './queued.ts';
import { Counts, Rates } from './rates.ts';
import { readAssignees, reassign } from './reassigning.ts';
import { Showings } from './showing.ts';
import { readStory } from './story.ts';

/** The inbox: a web-standard handler. */
export interface Inbox extends Disposable {
  /**
   * Answers a request. It is bound, so it can be passed on.
   *
   * @param peer Where the request comes from, as the web server knows. Without it, nobody is limited by their address.
   */
  readonly fetch: (request: Request, peer?: Peer) => Promise<Response>;
  /**
   * Makes a link that opens one question for one person, and answers it once without a login (W4). It needs `url` and
   * `linkKeys`.
   *
   * @throws `TypeError` if an option is wrong.
   */
  readonly link: MakeLink;
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
  const { url, linkKeys: keys } = settings;
  const link: MakeLink = (question, given) => {
    if (!url) throw new TypeError('Expected the inbox to have `url`, the address that its links begin with');
    return signedLinks({ url: url.href, keys: keys() })(question, given);
  };
  return { fetch: (request, peer) => handler.fetch(request, peer), link, close, [Symbol.dispose]: close };
}

/** A call of an endpoint, once the person who makes it is known. */
interface Call {
  readonly request: Request;
  readonly peer: Peer;
  readonly params: URLSearchParams;
  readonly visitor: Visitor;
}

interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** The names of its parameters in the address. */
  readonly params: readonly string[];
  /** Whether somebody with a link may call it, for the question of the link. */
  readonly isForLinks?: true;
  readonly call: (call: Call) => Promise<Response>;
}

/** The parameters that address a question. */
const ADDRESS: readonly string[] = ['thread', 'run', 'id'] satisfies (keyof QuestionAddress)[];
/** How many tabs a person may have open. */
const MAX_STREAMS = 20;
/** So many answers of one request are sent at the same time. Each may wait some seconds for a worker. */
const ANSWERS_AT_ONCE = 20;
/** A token is short. */
const MAX_SIGN_IN_BYTES = 4_096;

class Handler {
  readonly #settings: ReadSettings;
  readonly #page: Page;
  readonly #context: InboxContext;
  readonly #rates = new Rates();
  readonly #streams = new Counts();
  readonly #gate: Gate;
  readonly #showings: Showings;
  readonly #times: DecisionTimes;
  readonly #notice: Notice;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(settings: ReadSettings) {
    this.#settings = settings;
    this.#page = new Page(settings.base);
    this.#context = { settings, hub: new Hub(settings), queued: new QueuedAnswers() };
    this.#showings = new Showings(this.#context);
    this.#times = new DecisionTimes(settings);
    this.#gate = new Gate(settings, this.#rates);
    this.#notice = noticeOf('A request of the inbox', settings.notify);
    this.#endpoints = new Map<string, Endpoint>([
      ['me', { method: 'GET', params: [], isForLinks: true, call: (call) => this.#me(call) }],
      ['items', { method: 'GET', params: ITEMS_PARAMETERS, call: (call) => this.#items(call) }],
      ['item', { method: 'GET', params: ADDRESS, isForLinks: true, call: (call) => this.#item(call) }],
      ['events', { method: 'GET', params: ['after'], call: async (call) => this.#events(call) }],
      ['thread', { method: 'GET', params: ['thread'], call: (call) => this.#thread(call) }],
      ['audit', { method: 'GET', params: ['thread', 'payloads'], call: (call) => this.#audit(call) }],
      ['decisions', { method: 'GET', params: ['days'], call: (call) => this.#decisions(call) }],
      ['answer', { method: 'POST', params: ADDRESS, isForLinks: true, call: (call) => this.#answer(call) }],
      ['answers', { method: 'POST', params: [], call: (call) => this.#answers(call) }],
      ['shown', { method: 'POST', params: ADDRESS, isForLinks: true, call: (call) => this.#shown(call) }],
      ['reassign', { method: 'POST', params: ADDRESS, call: (call) => this.#reassign(call) }],
    ]);
  }

  async fetch(request: Request, peer: unknown): Promise<Response> {
    const respond = refusing((one) => this.#respond(one, readPeer(peer)), this.#notice);
    const { protocol } = this.#settings.url ?? new URL(request.url);
    return withSecurityHeaders(await respond(request), { isHttps: protocol === 'https:' });
  }

  close(): void {
    this.#context.hub.end();
  }

  async #respond(request: Request, peer: Peer): Promise<Response> {
    const { pathname, searchParams: params } = new URL(request.url);
    const path = this.#pathOf(pathname);
    if (!path.startsWith('/api/')) return this.#page.serve(request.method, path);
    if (peer.address !== undefined) this.#rates.take('address', peer.address);
    assertSameSite(request, this.#settings);
    if (path === '/api/session') return this.#session(request, peer);
    const endpoint = this.#endpoints.get(path.slice('/api/'.length));
    if (!endpoint) throw new HttpProblem(404, { error: 'NotFound', message: 'There is nothing at this address.' });
    if (request.method !== endpoint.method) throw wrongMethod(request.method, endpoint.method);
    const visitor = await this.#gate.admit(request, peer);
    if (path !== '/api/me') this.#gate.assertPerson(request, visitor);
    if (visitor.only && !endpoint.isForLinks) throw forbidden('This link opens one question, and nothing else.');
    assertParameters(params, endpoint.params);
    this.#rates.take(endpoint.method === 'POST' ? 'write' : 'read', visitor.actor);
    return endpoint.call({ request, peer, params, visitor });
  }

  /** A server may have taken the base path away already. */
  #pathOf(pathname: string): string {
    const { base } = this.#settings;
    if (pathname === base) return '/';
    return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
  }

  /** Signs in with a token, or signs out. */
  async #session(request: Request, peer: Peer): Promise<Response> {
    switch (request.method) {
      case 'POST': {
        const { token } = await readBody(request, MAX_SIGN_IN_BYTES);
        // A message does not show what is perhaps a secret.
        if (typeof token !== 'string') throw badRequest('Expected `token` to be a text.');
        const { visitor, cookie } = this.#gate.signIn(token, request, peer);
        return Response.json(this.#meOf(visitor), { headers: { 'set-cookie': cookie } });
      }
      case 'DELETE': {
        const headers = { 'set-cookie': this.#gate.signOut(request), 'clear-site-data': '"cache"' };
        return Response.json({}, { headers });
      }
      default:
        throw wrongMethod(request.method, 'DELETE, POST');
    }
  }

  async #me({ visitor }: Call): Promise<Response> {
    return Response.json(this.#meOf(visitor));
  }

  #meOf(visitor: Visitor): Me {
    const { title } = this.#settings;
    const { actor, groups, how, only } = visitor;
    return { actor, groups, how, title, ...defined({ only }) };
  }

  async #items({ params, visitor }: Call): Promise<Response> {
    const query = readQuery(params);
    const { hub, settings } = this.#context;
    const questions = await hub.open();
    return Response.json(await listItems(query, { questions, visitor, listing: settings, at: hub.news.at }));
  }

  async #item({ params, visitor }: Call): Promise<Response> {
    return Response.json(await readItem(this.#context, readAddress(params, visitor), visitor));
  }

  #events({ request, peer, params, visitor }: Call): Response {
    const after = request.headers.get('last-event-id') ?? params.get('after') ?? undefined;
    const { keepAliveMs } = this.#settings;
    const held = this.#streams.add(visitor.actor, MAX_STREAMS);
    const again = async (): Promise<Visitor | undefined> => {
      const now = await this.#gate.admit(request, peer).catch(() => undefined);
      return now?.actor === visitor.actor ? now : undefined;
    };
    const events = (signal: AbortSignal): AsyncGenerator<SentEvent> =>
      liveEvents(this.#context, { after, visitor, again }, signal);
    return eventStream({ request, keepAliveMs, held, events });
  }

  async #thread({ request, params, visitor }: Call): Promise<Response> {
    const thread = idIn('thread', params.get('thread'));
    return Response.json(await readStory(this.#settings, thread, { visitor, signal: request.signal }));
  }

  async #audit({ request: { signal }, params, visitor }: Call): Promise<Response> {
    const thread = idIn('thread', params.get('thread'));
    const payloads = params.get('payloads') === 'true';
    return auditResponse(this.#settings, thread, { visitor, payloads, signal });
  }

  async #decisions({ params, visitor }: Call): Promise<Response> {
    return Response.json(await this.#times.report(params.get('days'), visitor));
  }

  async #answer({ request, params, visitor }: Call): Promise<Response> {
    const address = readAddress(params, visitor);
    const given = readAnswering(await readBody(request, this.#settings.maxBytes));
    const { status, answered } = await answerQuestion(this.#context, address, { ...given, visitor });
    return Response.json(answered, { status });
  }

  async #answers({ request, visitor }: Call): Promise<Response> {
    const body = await readBody(request, this.#settings.maxBytes);
    const answers = readAnswers(body);
    this.#rates.take('write', visitor.actor, Math.max(0, answers.length - 1));
    const results = await inBatches(answers, ANSWERS_AT_ONCE, ({ address, given }) =>
      resultOf(address, answerQuestion(this.#context, address, { ...given, visitor }), this.#notice),
    );
    return Response.json({ results } satisfies BulkAnswered);
  }

  async #shown({ request, params, visitor }: Call): Promise<Response> {
    const address = readAddress(params, visitor);
    const { digest } = await readBody(request, this.#settings.maxBytes);
    const isRecorded = await this.#showings.record(address, textIn('digest', digest), visitor);
    return Response.json({ isRecorded });
  }

  async #reassign({ request, params, visitor }: Call): Promise<Response> {
    const address = readAddress(params, visitor);
    const assignees = readAssignees(await readBody(request, this.#settings.maxBytes));
    const reassigned = await reassign(this.#context, address, { assignees, visitor });
    return Response.json(reassigned, { status: reassigned.outcome === 'queued' ? 202 : 200 });
  }
}

/** @throws `HttpProblem` 400 for a parameter that has another name, or comes twice. */
function assertParameters(params: URLSearchParams, names: readonly string[]): void {
  const given = [...params.keys()];
  const wrong = given.find((name, i) => !names.includes(name) || given.indexOf(name) !== i);
  if (wrong === undefined) return;
  const expected = names.length === 0 ? 'none' : `of ${names.join(', ')}, each once`;
  throw badRequest(`Expected the parameters to be ${expected}, got ${wrong}.`);
}

/** @throws `HttpProblem`: 400 if it is no address, 403 if it is not that of the person's link. Nothing is looked up for it. */
function readAddress(params: URLSearchParams, { only }: Visitor): QuestionAddress {
  const [thread, run, id] = ['thread', 'run', 'id'].map((name) => idIn(name, params.get(name)));
  const address = { thread: thread!, run: run!, id: id! };
  if (only && questionKey(only) !== questionKey(address)) throw notYours();
  return address;
}

/** Web servers pass a second argument of their own. */
function readPeer(peer: unknown): Peer {
  const { address } = (peer ?? {}) as { readonly address?: unknown };
  return typeof address === 'string' ? { address } : {};
}
