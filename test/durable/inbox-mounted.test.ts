/** examples/inbox: the inbox in a server of one's own, with a sign-in (W3). */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createRequestListener } from '@remix-run/node-fetch-server';
import express from 'express';
import { Hono } from 'hono';
import { serializeSigned } from 'hono/utils/cookie';
import { createInbox } from 'holdpoint/inbox';
import { Events, OAuth2Server, type MutableToken } from 'oauth2-mock-server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeSignIn } from '../../examples/inbox/sign-in.ts';
import type { Items } from '../../src/inbox/api.ts';
import { startScenario, until } from './fixtures/scenario.ts';

const cookieSecret = randomUUID();
let scenario: Awaited<ReturnType<typeof startScenario>>;
let provider: OAuth2Server;
beforeAll(async () => {
  scenario = await startScenario();
  provider = new OAuth2Server();
  await provider.issuer.keys.generate('RS256');
  await provider.start(0, 'localhost');
});
afterAll(async () => {
  await provider.stop();
  await scenario[Symbol.asyncDispose]();
});

interface Served extends AsyncDisposable {
  readonly url: string;
}

/** The server of examples/inbox/serve.ts, at a free port. */
async function serveInbox(): Promise<Served> {
  const app = new Hono();
  const server = serve({ fetch: (request, env) => app.fetch(request, env), port: 0, hostname: 'localhost' }) as Server;
  const url = await listening(server);
  const signIn = await makeSignIn({
    url,
    issuer: provider.issuer.url!,
    clientId: 'inbox',
    clientSecret: 'secret',
    cookieSecret,
  });
  const { authenticate } = signIn;
  const inbox = createInbox({
    client: scenario.client,
    url: `${url}/inbox`,
    authenticate,
    signInUrl: `${url}/sign-in`,
  });
  app.route('/', signIn.routes);
  app.all('/inbox/*', (c) => inbox.fetch(c.req.raw));
  return { url, [Symbol.asyncDispose]: () => close(server, inbox) };
}

async function listening(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server, inbox: { close(): void }): Promise<void> {
  inbox.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** A browser, as far as cookies go. */
class Browser {
  readonly cookies = new Map<string, string>();
  /** The `set-cookie` headers so far. */
  readonly set: string[] = [];

  async get(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string> | undefined), cookie };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      this.set.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Signs in, as a person with these claims. The last response is the one to the provider's answer. */
  async signIn(url: string, claims: object, changed = (callback: string): string => callback): Promise<Response> {
    const sign = ({ payload }: MutableToken): void => void Object.assign(payload, claims);
    provider.service.on(Events.BeforeTokenSigning, sign);
    try {
      const toProvider = (await this.get(`${url}/sign-in`)).headers.get('location')!;
      const callback = (await fetch(toProvider, { redirect: 'manual' })).headers.get('location')!;
      return await this.get(changed(callback));
    } finally {
      provider.service.off(Events.BeforeTokenSigning, sign);
    }
  }
}

const ann = { email: 'ann@example.com', email_verified: true, groups: ['finance'] };

test('W3: a person who has signed in at an identity provider is who the inbox knows; the page cannot say otherwise', async () => {
  await using served = await serveInbox();
  const { url } = served;
  const browser = new Browser();
  const signedOut = await browser.get(`${url}/inbox/api/me`);
  expect(signedOut.status).toBe(401);
  expect(await signedOut.json()).toMatchObject({ error: 'SignedOut', signIn: 'elsewhere' });
  const back = await browser.signIn(url, ann);
  expect(back.headers.get('location')).toBe('/inbox');
  const session = browser.set.find((line) => line.startsWith('session='));
  expect(session).toMatch(/; HttpOnly.*; SameSite=Strict/);
  expect([...browser.cookies.keys()]).toEqual(['session']);
  const me = await (await browser.get(`${url}/inbox/api/me`)).json();
  expect(me).toMatchObject({ actor: 'ann@example.com', groups: ['finance'], how: 'custom' });
  // The page itself is for everybody: it says how to sign in.
  expect((await fetch(`${url}/inbox`)).status).toBe(200);
  const elsewhere = await browser.get(`${url}/sign-out`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(elsewhere.status).toBe(403);
  expect((await browser.get(`${url}/sign-out`, { method: 'POST', headers: { origin: url } })).status).toBe(302);
  expect((await browser.get(`${url}/inbox/api/me`)).status).toBe(401);
});

test('W3: a session that this server has not made, or that is over, is nobody', async () => {
  await using served = await serveInbox();
  const call = async (value: object, secret: string): Promise<number> => {
    const cookie = await serializeSigned('session', JSON.stringify(value), secret);
    return (await fetch(`${served.url}/inbox/api/me`, { headers: { cookie: cookie.split(';')[0]! } })).status;
  };
  const until = Date.now() + 60_000;
  expect(await call({ actor: 'ann', groups: [], until }, cookieSecret)).toBe(200);
  expect(await call({ actor: 'ann', groups: [], until }, randomUUID())).toBe(401);
  expect(await call({ actor: 'ann', groups: [], until: Date.now() - 1 }, cookieSecret)).toBe(401);
  // What was signed for an attempt to sign in is no session.
  expect(await call({ state: 's', nonce: 'n', verifier: 'v' }, cookieSecret)).toBe(401);
});

test('W3: an address that is not verified, a forged answer of the provider, and an answer that nobody asked for are refused', async () => {
  await using served = await serveInbox();
  const { url } = served;
  const unverified = new Browser();
  expect((await unverified.signIn(url, { ...ann, email_verified: false })).status).toBe(403);
  const forged = await new Browser().signIn(url, ann, (callback) => callback.replace(/state=[^&]+/, 'state=forged'));
  expect(forged.status).toBe(403);
  expect((await new Browser().get(`${url}/sign-in/callback?code=1&state=2`)).status).toBe(400);
  expect(unverified.cookies.has('session')).toBe(false);
});

test('the inbox is mounted in Express with one line', async () => {
  const inbox = createInbox({ client: scenario.client, basePath: '/inbox', authenticate: () => ({ actor: 'ann' }) });
  const app = express();
  app.use('/inbox', createRequestListener(inbox.fetch));
  const server = app.listen(0, 'localhost');
  const url = await listening(server);
  try {
    const page = await fetch(`${url}/inbox/`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('<base href="/inbox/"');
    expect(await (await fetch(`${url}/inbox/api/me`)).json()).toMatchObject({ actor: 'ann' });
  } finally {
    await close(server, inbox);
  }
});

test('the handlers of the route of Next.js serve the page, its requests and the sign-out', async () => {
  const url = 'http://localhost:3000';
  const settings = { OIDC_ISSUER: provider.issuer.url!, OIDC_CLIENT_ID: 'inbox', OIDC_CLIENT_SECRET: 'secret' };
  for (const [name, value] of Object.entries({ ...settings, URL: url, COOKIE_SECRET: cookieSecret }))
    vi.stubEnv(name, value);
  // When the test is repeated, the inbox is a new one.
  vi.resetModules();
  const { inbox } = await import('../../examples/inbox/inbox.ts');
  using _closing = inbox;
  const { GET, POST, DELETE, dynamic } = await import('../../examples/inbox/next-route.ts');
  // Nothing is made ahead, when the program is built.
  expect(dynamic).toBe('force-dynamic');
  const session = { actor: 'ann@example.com', groups: [], until: Date.now() + 60_000 };
  const signed = await serializeSigned('session', JSON.stringify(session), cookieSecret);
  const headers = { cookie: signed.split(';')[0]!, origin: url, 'content-type': 'application/json' };
  const page = await GET(new Request(`${url}/inbox`));
  expect(await page.text()).toContain('<base href="/inbox/" />');
  const signedOut = await GET(new Request(`${url}/inbox/api/me`));
  expect([signedOut.status, await signedOut.json()]).toMatchObject([401, { url: `${url}/sign-in` }]);
  const me = await GET(new Request(`${url}/inbox/api/me`, { headers }));
  expect(await me.json()).toMatchObject({ actor: 'ann@example.com' });
  const thread = scenario.client.thread(`next-${randomUUID()}`, 'asksTwice');
  await thread.start();
  let items: Items['items'] = [];
  await until(async () => {
    const list = await GET(new Request(`${url}/inbox/api/items?q=${thread.id}`, { headers }));
    ({ items } = (await list.json()) as Items);
    return items.length === 1;
  });
  const { run, id } = items[0]!;
  const address = String(new URLSearchParams({ thread: thread.id, run, id }));
  const answer = (own: Record<string, string>): Promise<Response> => {
    const body = JSON.stringify({ value: 'from Next.js', key: 'k' });
    return POST(new Request(`${url}/inbox/api/answer?${address}`, { method: 'POST', headers: own, body }));
  };
  expect((await answer({ ...headers, origin: 'https://evil.example' })).status).toBe(403);
  expect((await answer(headers)).status).toBe(200);
  expect(await thread.answers()).toMatchObject([{ actor: 'ann@example.com', value: 'from Next.js' }]);
  const out = await DELETE(new Request(`${url}/inbox/api/session`, { method: 'DELETE', headers }));
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
});
