/** What the inbox refuses, and what a browser may do with what it sends (W5). */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createInbox, signedLinks, type InboxAdapter } from 'holdpoint/inbox';
import { expect, test } from 'vitest';
import type { BulkAnswered } from '../../src/inbox/api.ts';
import {
  asked,
  askedAll,
  at,
  byHeader,
  call,
  follow,
  listed,
  notices,
  serve,
  server,
  started,
  useInbox,
} from './fixtures/inbox-scenario.ts';
import { atOnce, countingClient } from './fixtures/requests.ts';
import { until } from './fixtures/scenario.ts';

useInbox();

const ann = { as: 'ann' };

test('every response says what a browser may do with it: no script but the page’s, no frame, no guess (W5)', async () => {
  for (const path of ['/', '/api/me', '/api/nothing', '/nothing', '/link']) {
    const { headers } = await fetch(server.url + path);
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "font-src 'self'",
      "form-action 'self'",
      "base-uri 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types dompurify',
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain('camera=()');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  }
});

test('the page has its base, its assets are kept for long, and nothing else of the disk is served (W5)', async () => {
  await using mounted = await serve({ basePath: '/a/inbox' });
  const page = await fetch(`${mounted.url}/item?thread=t`);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const html = await page.text();
  expect(html).toContain('<base href="/a/inbox/" />');
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style="/);
  const [asset] = readdirSync(new URL('../../dist/inbox-page/assets/', import.meta.url)).filter((one) =>
    one.endsWith('.js'),
  );
  const script = await fetch(`${mounted.url}/assets/${asset}`);
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect((await fetch(mounted.url)).status).toBe(200);
  for (const path of ['index.html', 'assets', 'assets/', 'package.json', '..%2f..%2fpackage.json', 'api', 'api/'])
    expect((await fetch(`${mounted.url}/${path}`)).status).toBe(404);
  expect((await fetch(`${mounted.url}/`, { method: 'POST' })).status).toBe(405);
  expect(await rawStatus(mounted.url, '/a/inbox/../../../package.json')).toBe(404);
  expect(await rawStatus(mounted.url, '/a/inbox/assets/../../package.json')).toBe(404);
});

/** The status of a path that no client would send as it is. */
async function rawStatus(url: string, path: string): Promise<number> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return Number(text.split(' ')[1]);
}

test('a request of another site changes nothing and learns nothing, whoever’s cookies it has (W5)', async () => {
  const question = await asked({ value: 'Cross?' });
  const body = { value: 1, key: randomUUID() };
  const { origin } = new URL(server.url);
  const elsewhere = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: origin.replace('http:', 'https:') },
    { 'sec-fetch-site': 'cross-site', origin },
  ];
  for (const headers of elsewhere) {
    expect(await call(`answer?${at(question)}`, { ...ann, body, headers })).toMatchObject({ status: 403 });
    expect((await call('session', { body: { token: 'x' }, headers })).status).toBe(403);
  }
  expect((await call('items', { ...ann, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  expect((await call('items', { ...ann, headers: { 'sec-fetch-site': 'none' } })).status).toBe(200);
  // What a form of another site could send.
  for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
    expect((await call(`answer?${at(question)}`, { ...ann, body, headers: { 'content-type': type } })).status).toBe(
      400,
    );
  expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin }])
    expect((await call(`answer?${at(question)}`, { ...ann, body, headers })).status).toBe(200);
});

test('behind a proxy, the page’s own origin is that of `url`', async () => {
  const inbox = createInbox({ client: started.client, authenticate: byHeader, url: 'https://inbox.example.com' });
  const status = async (origin: string): Promise<number> => {
    const headers = { origin, 'x-name': 'ann' };
    return (await inbox.fetch(new Request('http://10.0.0.1/api/me', { headers }))).status;
  };
  expect(await status('https://inbox.example.com')).toBe(200);
  expect(await status('http://10.0.0.1')).toBe(403);
});

test('a body that is too large, too deep, or no answer is refused with what is wrong (W5)', async () => {
  const question = await asked({ value: 1 });
  const path = `answer?${at(question)}`;
  let deep: unknown = 1;
  for (let i = 0; i < 1_000; i++) deep = [deep];
  const key = 'k';
  const wrong: readonly (readonly [unknown, number, string])[] = [
    ['{', 400, 'JSON'],
    ['[]', 400, 'the body to be a JSON object'],
    [{ value: 1 }, 400, '`key`'],
    [{ value: 1, key: '' }, 400, '`key`'],
    [{ value: 1, key: 'x'.repeat(1_001) }, 400, '`key`'],
    [{ key }, 400, '`value`'],
    [{ key, value: deep }, 400, 'levels deep'],
    [{ key, value: 'x'.repeat(5_000_000) }, 413, 'bytes'],
  ];
  for (const [body, status, message] of wrong)
    expect(await call(path, { ...ann, body })).toMatchObject({
      status,
      body: { message: expect.stringContaining(message) },
    });
  await using small = await serve({ authenticate: byHeader, maxBytes: 100 });
  expect((await call(path, { ...ann, to: small, body: { key, value: 'x'.repeat(100) } })).status).toBe(413);
  const many = { answers: Array.from({ length: 101 }, () => ({ ...question, value: 1, key })) };
  expect(await call('answers', { ...ann, body: many })).toMatchObject({ status: 400 });
  const twice = { answers: [1, 2].map((value) => ({ ...question, value, key: `k${value}` })) };
  expect(await call('answers', { ...ann, body: twice })).toMatchObject({ status: 400 });
  expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
  for (const query of ['', '?thread=t&run=r', '?thread=&run=r&id=i', `?thread=${'x'.repeat(1_001)}&run=r&id=i`])
    expect((await call(`item${query}`, ann)).status).toBe(400);
  for (const query of ['sort=x', 'limit=0', 'limit=501', 'cursor=x', 'unknown=1', `q=${'x'.repeat(1_001)}`])
    expect((await call(`items?${query}`, ann)).status).toBe(400);
  expect((await call('items', { ...ann, method: 'DELETE' })).status).toBe(405);
  expect((await call('nothing', ann)).status).toBe(404);
});

test('a body that does not say that it is JSON is refused, whatever it has (W5)', async () => {
  const question = await asked({ value: 1 });
  const body = { value: 1, key: 'k' };
  for (const type of ['', 'text/plain', 'text/json', 'application/jsonp', 'multipart/form-data; boundary=x'])
    for (const path of [
      `answer?${at(question)}`,
      'answers',
      `reassign?${at(question)}`,
      `shown?${at(question)}`,
      'session',
    ])
      expect(await call(path, { ...ann, body, headers: { 'content-type': type } })).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('`application/json`') },
      });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  expect((await call(`answer?${at(question)}`, { ...ann, body, headers })).status).toBe(200);
});

test('a parameter that an endpoint does not know, or that comes twice, is refused (W5)', async () => {
  const question = await asked({ value: 1 });
  for (const path of [
    'me?x=1',
    `item?${at(question)}&x=1`,
    `item?${at(question)}&id=other:1`,
    'events?after=a&after=b',
  ])
    expect(await call(path, ann)).toMatchObject({ status: 400, body: { error: 'BadRequest' } });
  expect((await call(`answer?${at(question)}&x=1`, { ...ann, body: { value: 1, key: 'k' } })).status).toBe(400);
});

test('an adapter that fails keeps nobody from the list: its question has the form of its schema, and it is told once', async () => {
  const told = notices.length;
  const throwing = {
    name: 'throwing',
    view: () => {
      throw new Error('value.kind is undefined');
    },
    answer: () => 1,
  };
  // JavaScript users have no types.
  const garbage = { name: 'garbage', view: () => ({ actions: [{}] }), answer: () => 1 } as unknown as InboxAdapter;
  await using failing = await serve({ authenticate: byHeader, adapters: [throwing, garbage] });
  const to = { ...ann, to: failing };
  await using page = await follow(to);
  const questions = [await asked({ value: 1, schema: { type: 'number' } }), await asked({ value: 2 })];
  for (const { thread } of questions) {
    await listed(thread, 1, to);
    await page.until((event) => event.kind === 'opened' && event.item.thread === thread);
  }
  expect(await call(`item?${at(questions[0]!)}`, to)).toMatchObject({ status: 200, body: { kind: 'number' } });
  expect(notices.slice(told)).toEqual([
    'Adapter `throwing` of the inbox failed: value.kind is undefined',
    expect.stringContaining('Adapter `garbage` of the inbox failed: Expected `view` to return `actions`'),
  ]);
});

test('an error that nobody expects says nothing about itself, and its owner learns of it (W5)', async () => {
  await using broken = await serve({
    authenticate: () => {
      throw new Error('the password is 1234');
    },
  });
  const { status, body, headers } = await call('me', { to: broken });
  expect([status, body]).toEqual([500, { error: 'Internal', message: 'The request failed.' }]);
  expect(['server', 'via', 'x-powered-by'].filter((name) => headers.has(name))).toEqual([]);
  await until(() => notices.some((one) => one.includes('the password is 1234')));
});

test('what is too large for a thread is refused without the reason of the server, which its owner learns (W5)', async () => {
  const question = await asked({ value: 1 });
  const body = { value: 'x'.repeat(3_000_000), key: 'k' };
  const problem = { error: 'TooLarge', message: 'This is too large to be sent. Shorten it.' };
  expect(await call(`answer?${at(question)}`, { ...ann, body })).toMatchObject({ status: 413, body: problem });
  await until(() => notices.some((one) => one.includes('Expected the answer to be at most 2 MB')));
});

/** Sends requests until one is refused, faster than the limits fill up again. */
async function refused(path: string, sending: Parameters<typeof call>[1]): Promise<Headers> {
  for (;;) {
    const all = await Promise.all(Array.from({ length: 50 }, () => call(path, sending)));
    const one = all.find(({ status }) => status === 429);
    if (one) return one.headers;
  }
}

test('who asks too often, or guesses tokens, has to wait, and others do not (W5)', async () => {
  await using to = await serve({ authenticate: byHeader });
  expect(Number((await refused('me', { to, as: 'mallory' })).get('retry-after'))).toBeGreaterThan(0);
  expect((await call('me', { to, as: 'bob' })).status).toBe(200);
  // Nobody, again and again, from one address.
  const headers = { authorization: 'Bearer guess' };
  expect(Number((await refused('me', { to, headers })).get('retry-after'))).toBeGreaterThan(0);
});

test('who changes too much has to wait, and each answer of a request counts (W5)', async () => {
  await using to = await serve({ authenticate: byHeader });
  const one = { thread: 'none', run: 'r', value: 1, key: 'k' };
  const answers = Array.from({ length: 100 }, (_, i) => ({ ...one, id: `i:${i}` }));
  const send = () => call('answers', { to, as: 'mallory', body: { answers } });
  expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
  const { status, headers } = await send();
  expect(status).toBe(429);
  // For about a hundred answers, at five in a second.
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(10);
  const path = 'answer?thread=none&run=r&id=i:1';
  const body = { value: 1, key: 'k' };
  expect(Number((await refused(path, { to, as: 'mallory', body })).get('retry-after'))).toBeGreaterThan(0);
  expect((await call(path, { to, as: 'bob', body })).status).toBe(403);
  expect((await call('me', { to, as: 'mallory' })).status).toBe(200);
});

test('no more than twenty answers of a request are sent at the same time, and their results are in its order (W2, W5)', async () => {
  const looks = atOnce('DescribeWorkflowExecution');
  const signals = atOnce('SignalWorkflowExecution');
  await using counting = await countingClient(started.taskQueue, [looks.count, signals.count]);
  await using counted = await serve({ authenticate: byHeader, client: counting.client });
  const schema = { type: 'boolean' };
  const questions = await askedAll(Array.from({ length: 45 }, (_, value) => ({ value, schema })));
  const [key, value] = ['k', true];
  const answers = questions.map(({ thread, run, id }, i) => ({ thread, run, id: i === 25 ? 'never' : id, value, key }));
  const { body } = await call<BulkAnswered>('answers', { ...ann, to: counted, body: { answers } });
  expect(body.results.map(({ id }) => id)).toEqual(answers.map(({ id }) => id));
  // A worker on a busy machine may take an answer later.
  const isTaken = body.results.map(({ status }) => status === 200 || status === 202);
  expect(isTaken).toEqual(answers.map(({ id }) => id !== 'never'));
  expect([looks.most(), signals.most()].map((most) => most <= 20)).toEqual([true, true]);
  expect(counting.take()['SignalWorkflowExecution']).toBe(44);
});

test('a person has no more than twenty connections for events, and one that has ended does not count (W5)', async () => {
  const dora = { as: 'dora' };
  {
    await using connections = new AsyncDisposableStack();
    for (let i = 0; i < 20; i++) connections.use(await follow(dora));
    await expect(follow(dora)).rejects.toThrow('429');
    connections.use(await follow(ann));
  }
  await until(async () => {
    try {
      await using again = await follow(dora);
      return again !== undefined;
    } catch {
      return false;
    }
  });
});

test('a page that leaves while the server finds out who it is leaves no connection behind (W1, C4)', async () => {
  let came = Promise.withResolvers<void>();
  let left = Promise.withResolvers<void>();
  await using slow = await serve({
    authenticate: async (request) => {
      if (request.headers.has('x-slow')) {
        came.resolve();
        await once(request.signal, 'abort');
        left.resolve();
      }
      return byHeader(request);
    },
  });
  const finn = { as: 'finn', to: slow };
  for (let i = 0; i < 20; i++) {
    [came, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const leaving = new AbortController();
    const headers = { 'x-name': 'finn', 'x-slow': 'yes' };
    const page = fetch(`${slow.url}/api/events`, { headers, signal: leaving.signal });
    await came.promise;
    leaving.abort();
    await expect(page).rejects.toThrow('aborted');
    await left.promise;
  }
  // The requests before have been handled to their end once a later one has been answered.
  await call('me', finn);
  await using page = await follow(finn);
  await page.until((event) => event.kind === 'server');
});

test('what an agent wrote comes as JSON and is never a part of a page, and no cache keeps it (W5)', async () => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u2028';
  const question = await asked({ value: hostile, options: { title: hostile, description: hostile } });
  const response = await fetch(`${server.url}/api/item?${at(question)}`, { headers: { 'x-name': 'ann' } });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { title, question: asIs } = (await response.json()) as { title: string; question: { title: string } };
  expect(asIs.title).toBe(hostile);
  expect(title).toBe(hostile.replace('\u202e', String.raw`\u202e`).replace('\u2028', String.raw`\u2028`));
  expect(await (await fetch(`${server.url}/item?${at(question)}`)).text()).not.toContain('alert');
});

test('the command to copy is quoted for a shell, and has no control characters', async () => {
  const thread = `it's "$(reboot)"\u001b[31m ${randomUUID()}`;
  const question = await asked({ value: 1 }, thread);
  const { body } = await call<{ readonly command: string }>(`item?${at(question)}`, ann);
  const { run, id } = question;
  expect(body.command).toBe(
    `holdpoint resume --id ${id} --run ${run} --actor ann --namespace default -- '${thread.replace("'", String.raw`'\''`).replace('\u001b', String.raw`\u001b`)}'`,
  );
});

test('a link is refused by the same rules about other sites (W5)', async () => {
  const keys = [{ id: 'a', secret: 'a'.repeat(32) }];
  await using linked = await serve({ authenticate: byHeader, linkKeys: keys });
  const question = await asked({ value: 1 });
  const href = signedLinks({ url: linked.url, keys })(question, { actor: 'ann', expires: '1h' });
  const authorization = `Link ${new URL(href).hash.slice(1)}`;
  const headers = { authorization, 'sec-fetch-site': 'cross-site' };
  expect((await call(`answer?${at(question)}`, { to: linked, headers, body: { value: 1, key: 'k' } })).status).toBe(
    403,
  );
});

test('a thread’s id can neither begin a line of a log nor control a terminal (W5)', async () => {
  await using failing = await serve({
    authenticate: byHeader,
    authorize: () => {
      throw new Error('no\r\nsuch\u009bfield');
    },
  });
  const question = await asked({ value: 1 }, `log\n12:00 All is well\u001b[2J\u202e-${randomUUID()}`);
  expect((await call(`item?${at(question)}`, { ...ann, to: failing })).status).toBe(403);
  const notice = notices.find((one) => one.includes('12:00'))!;
  expect(notice).toContain(String.raw`log ↵ 12:00 All is well\u001b[2J\u202e-`);
  expect(notice).toContain(String.raw`no ↵ such\u009bfield`);
  expect(notices.filter((one) => /[\p{Cc}\u202e]/u.test(one))).toEqual([]);
});

test('the server makes no request to an address that somebody wrote (W5)', async () => {
  let connections = 0;
  const elsewhere = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  elsewhere.on('connection', () => connections++);
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/elsewhere`;
  const question = await asked({
    value: { url: address, $ref: address },
    options: { title: address, description: `![](${address}) <img src="${address}">`, tags: [address], group: address },
    schema: { $schema: address, $id: address, properties: { url: { type: 'string', format: 'uri' } } },
  });
  const headers = { 'x-forwarded-host': `127.0.0.1:${port}`, forwarded: `host=127.0.0.1:${port}`, referer: address };
  const sending = { ...ann, headers };
  const { items } = await listed(question.thread, 1, sending);
  expect(items).toMatchObject([{ title: address }]);
  const encoded = encodeURIComponent(address);
  for (const path of [`items?q=${encoded}`, `item?${at(question)}`, `thread?thread=${question.thread}`, 'decisions'])
    expect((await call(path, sending)).status).toBe(200);
  for (const path of [`item?thread=${encoded}&run=${encoded}&id=${encoded}`, `thread?thread=${encoded}`])
    expect((await call(path, sending)).status).toBeGreaterThanOrEqual(403);
  const value = { url: address, $ref: address };
  expect((await call(`answer?${at(question)}`, { ...sending, body: { value, key: 'k' } })).status).toBe(200);
  // The next connection is the first one.
  await fetch(address);
  expect(connections).toBe(1);
  elsewhere.close();
  elsewhere.closeAllConnections();
});
