/** Who the inbox lets in, and what he may do (W3). */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { bearerTokens, createInbox, signedLinks, trustedProxy, type Authenticate } from 'holdpoint/inbox';
import { afterAll, expect, test } from 'vitest';
import { holdpoint } from './fixtures/command-line.ts';
import {
  asked,
  at,
  call,
  follow,
  listed,
  notices,
  serve,
  started,
  useInbox,
  type Following,
} from './fixtures/inbox-scenario.ts';
import { until } from './fixtures/scenario.ts';

useInbox();

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-inbox-'));
afterAll(() => rm(folder, { recursive: true }));

const ANN = 'ann-has-a-long-random-token';
const BOB = 'bob-has-a-long-random-token';

async function secretFile(text: string, name: string = randomUUID()): Promise<string> {
  const path = join(folder, name);
  const next = `${path}.next`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, path);
  return path;
}

test('without `authenticate` the person is the user of this machine, who sees all questions (W3)', async () => {
  await using open = await serve();
  const { thread } = await asked({ value: 'For finance?', options: { assignees: ['group:finance'] } });
  expect(await call('me', { to: open })).toMatchObject({
    status: 200,
    body: { actor: userInfo().username, how: 'local' },
  });
  expect((await listed(thread, 1, { to: open })).items).toMatchObject([{ mayAnswer: true }]);
});

test('without `authenticate`, whoever comes from elsewhere or under another name is refused (W3)', async () => {
  const { fetch: handle } = createInbox({ client: started.client });
  const status = async (url: string, headers: Record<string, string> = {}, address?: string): Promise<number> =>
    (await handle(new Request(`${url}/api/me`, { headers }), address === undefined ? {} : { address })).status;
  for (const host of ['http://localhost', 'http://127.0.0.1:8244', 'http://[::1]'])
    expect(await status(host)).toBe(200);
  expect(await status('http://localhost', {}, '::ffff:127.0.0.1')).toBe(200);
  // A name that points to this machine, and a name that was made up far away.
  expect(await status('http://inbox.evil.test')).toBe(403);
  expect(await status('http://localhost.evil.test')).toBe(403);
  expect(await status('http://localhost', {}, '10.1.2.3')).toBe(403);
  for (const origin of ['http://evil.test', 'null']) expect(await status('http://localhost', { origin })).toBe(403);
});

test('the page of another name is refused also when the connection is local, as DNS rebinding makes it (W5)', async () => {
  await using open = await serve();
  const { port } = new URL(open.url);
  const status = await new Promise<number>((resolve, reject) => {
    const sent = plainRequest(
      { port, host: '127.0.0.1', path: '/api/me', headers: { host: 'evil.test' } },
      (response) => resolve(response.resume().statusCode ?? 0),
    );
    sent.on('error', reject).end();
  });
  expect(status).toBe(403);
});

test('an authentication that returns what is no actor lets nobody in (W3)', async () => {
  const wrong = [
    undefined,
    null,
    true,
    {},
    new Response(),
    [],
    { actor: '' },
    { actor: 7 },
    { actor: 'a', groups: 'b' },
  ];
  for (const returned of wrong) {
    const { fetch: handle } = createInbox({ client: started.client, authenticate: (() => returned) as Authenticate });
    expect((await handle(new Request('http://localhost/api/me'))).status).toBe(401);
  }
});

test('a person sees and answers what is for them, for one of their groups, and for nobody; the rest is refused (W3)', async () => {
  const ask = (assignees?: readonly string[]) => asked({ value: 1, options: assignees ? { assignees } : {} });
  const [mine, theirs, ours, everybodys] = await Promise.all([ask(['ann']), ask(['bob']), ask(['group:legal']), ask()]);
  const ann = { as: 'ann legal' };
  for (const question of [mine, ours, everybodys]) {
    expect((await listed(question.thread, 1, ann)).items).toMatchObject([{ mayAnswer: true }]);
    expect((await call(`item?${at(question)}`, ann)).status).toBe(200);
  }
  await listed(theirs.thread, 1, { as: 'bob' });
  await listed(theirs.thread, 0, ann);
  const refused = {
    status: 403,
    body: { error: 'Forbidden', message: 'This question is for others, or does not exist.' },
  };
  expect(await call(`item?${at(theirs)}`, ann)).toMatchObject(refused);
  expect(await call(`answer?${at(theirs)}`, { ...ann, body: { value: 1, key: 'k' } })).toMatchObject(refused);
  expect((await call(`thread?thread=${theirs.thread}`, ann)).status).toBe(403);
  const several = { answers: [theirs, mine].map(({ thread, run, id }) => ({ thread, run, id, value: 2, key: 'k' })) };
  expect((await call('answers', { ...ann, body: several })).body).toMatchObject({
    results: [
      { thread: theirs.thread, status: 403, refused: { error: 'Forbidden' } },
      { thread: mine.thread, status: 200, answered: { outcome: 'accepted' } },
    ],
  });
  expect(await started.client.thread(mine.thread).result()).toBe(2);
});

test('nobody is a member of a group by the name of the person (W3)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['group:finance'] } });
  await using careless = await serve({ authenticate: () => ({ actor: 'group:finance' }) });
  expect((await call(`item?${at(question)}`, { to: careless })).status).toBe(403);
  expect((await call(`answer?${at(question)}`, { to: careless, body: { value: 1, key: 'k' } })).status).toBe(403);
});

test('`authorize` decides about each action, and only `true` is a yes (W3)', async () => {
  const question = await asked({ value: 'May I?', options: { assignees: ['somebody else'] } });
  await using strict = await serve({
    authenticate: () => ({ actor: 'ann' }),
    authorize: ({ actor }, { thread }, action) => actor === 'ann' && thread === question.thread && action === 'see',
  });
  const { items } = await listed(question.thread, 1, { to: strict });
  expect(items).toMatchObject([{ mayAnswer: false }]);
  const body = { value: 1, key: 'k' };
  expect((await call(`answer?${at(question)}`, { to: strict, body })).status).toBe(403);
  await using careless = await serve({
    authenticate: () => ({ actor: 'ann' }),
    authorize: (() => new Response('no')) as unknown as () => boolean,
  });
  expect((await call(`item?${at(question)}`, { to: careless })).status).toBe(403);
});

test('a question that `authorize` fails for is nobody’s, and the others are still there (W3)', async () => {
  const [odd, usual] = await Promise.all([asked({ value: null }), asked({ value: { amount: 3 } })]);
  await using careless = await serve({
    authenticate: () => ({ actor: 'ann' }),
    authorize: (_actor, { value }) => (value as { readonly amount: number }).amount === 3,
  });
  expect((await listed(usual.thread, 1, { to: careless })).items).toMatchObject([{ mayAnswer: true }]);
  expect((await call(`item?${at(odd)}`, { to: careless })).status).toBe(403);
  expect(notices.join()).toContain(`\`authorize\` of the inbox failed for thread \`${odd.thread}\``);
});

test('whoever has tried too many wrong tokens has to wait, and locks out nobody at the same address (W3)', async () => {
  const authenticate = bearerTokens(await secretFile(`${ANN} ann\n`));
  const before = notices.length;
  // One of a proxy's, and none.
  for (const peer of [{ address: '10.0.0.1' }, {}]) {
    const { fetch: handle } = createInbox({ client: started.client, authenticate });
    const me = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await handle(new Request('http://localhost/api/me', { headers }), peer)).status;
    };
    const signIn = async (token: string): Promise<number> => {
      const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify({ token })];
      return (await handle(new Request('http://localhost/api/session', { method: 'POST', headers, body }), peer))
        .status;
    };
    for (let i = 0; i < 5; i++) expect([await me(`${BOB}-${i}`), await signIn(`${BOB}-${i}`)]).toEqual([401, 401]);
    expect([await me(BOB), await signIn(BOB)]).toEqual([429, 429]);
    expect([await me(ANN), await signIn(ANN)]).toEqual([200, 200]);
  }
  for (const where of ['10.0.0.1', 'an unknown address'])
    expect(notices.slice(before)).toContain(`Somebody at ${where} has sent the inbox a wrong token.`);
});

test('what else is in the header `Authorization` is no wrong token (W3)', async () => {
  const { fetch: own } = createInbox({ client: started.client, authenticate: () => undefined });
  const authenticate = bearerTokens(await secretFile(`${ANN} ann\n`));
  const { fetch: withTokens } = createInbox({ client: started.client, authenticate });
  const status = async (handle: typeof own, authorization: string): Promise<number> =>
    (await handle(new Request('http://localhost/api/me', { headers: { authorization } }))).status;
  const before = notices.length;
  for (let i = 0; i < 12; i++) {
    expect(await status(own, 'Bearer of-another-kind')).toBe(401);
    expect(await status(withTokens, 'Basic YTpi')).toBe(401);
  }
  expect(notices.slice(before)).toEqual([]);
});

test('a token of the file is a person; another token, and one that has left the file, is nobody (W3)', async () => {
  const path = await secretFile(`# people\n${ANN} ann finance legal # of finance\n\n${BOB} bob\n`);
  await using strict = await serve({ authenticate: bearerTokens(path) });
  const me = (token: string) => call('me', { to: strict, headers: { authorization: `Bearer ${token}` } });
  expect(await me(ANN)).toMatchObject({
    status: 200,
    body: { actor: 'ann', groups: ['finance', 'legal'], how: 'token' },
  });
  expect(await me(`${ANN}x`)).toMatchObject({ status: 401, body: { error: 'SignedOut', signIn: 'token' } });
  expect((await call('me', { to: strict })).status).toBe(401);
  await secretFile(`${BOB} bob\n`, path.slice(folder.length + 1));
  expect((await me(ANN)).status).toBe(401);
  expect((await me(BOB)).status).toBe(200);
  // A file that is wrong for a moment locks nobody out, and a file that is gone lets nobody in.
  await secretFile('short ann', path.slice(folder.length + 1));
  expect((await me(BOB)).status).toBe(200);
  await rm(path);
  expect((await me(BOB)).status).toBe(401);
});

test('the file of tokens may be JSON, and may have hashes in place of tokens', async () => {
  const hash = `sha256:${createHash('sha256').update(BOB).digest('hex')}`;
  const path = await secretFile(JSON.stringify({ [ANN]: { actor: 'ann', groups: ['a b'] }, [hash]: { actor: 'bob' } }));
  const authenticate = bearerTokens(path);
  const who = (token: string) =>
    authenticate(new Request('http://localhost', { headers: { authorization: `Bearer ${token}` } }));
  expect(who(ANN)).toEqual({ actor: 'ann', groups: ['a b'] });
  expect(who(BOB)).toEqual({ actor: 'bob', groups: [] });
  expect(who(hash)).toBeUndefined();
});

const SHORT = 'ann-has-a-secret';

test.each([
  ['a short token', `${SHORT} ann`, 'characters'],
  ['two equal tokens', `${ANN} ann\n${ANN} bob`, 'twice'],
  ['no name', ANN, 'no name'],
  ['a name before its token', `ann ${ANN}`, 'characters'],
  ['broken JSON', `{ "${ANN}": `, 'not JSON'],
  ['JSON with a wrong name', `{ "${ANN}": { "actor": 7 } }`, 'no name'],
])('a file of tokens that is wrong is refused, and the message has no token: %s', async (_what, text, words) => {
  const path = await secretFile(text);
  expect(() => bearerTokens(path)).toThrow(words);
  for (const token of [ANN, SHORT]) expect(() => bearerTokens(path)).not.toThrow(token);
});

test('a file of tokens that everybody may read is refused', async () => {
  const path = await secretFile(`${ANN} ann`);
  await chmod(path, 0o644);
  expect(() => bearerTokens(path)).toThrow('chmod 600');
  expect(() => bearerTokens(join(folder, 'nothing'))).toThrow('Cannot use the file');
});

test('a person signs in with a token: the cookie is not the token, and it ends with the sign-out (W3)', async () => {
  await using strict = await serve({ authenticate: bearerTokens(await secretFile(`${ANN} ann finance`)) });
  const signedIn = await call('session', { to: strict, body: { token: ANN } });
  expect(signedIn).toMatchObject({ status: 200, body: { actor: 'ann', groups: ['finance'], how: 'token' } });
  const cookie = signedIn.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^holdpoint-inbox=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(ANN);
  const session = { to: strict, headers: { cookie: `other=1; ${cookie.split(';')[0]}` } };
  expect((await call('me', session)).body).toMatchObject({ actor: 'ann' });
  const out = await call('session', { ...session, method: 'DELETE' });
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await call('me', session)).status).toBe(401);
});

test('each sign-in begins a new session, whatever cookie comes with it, and ends no other (W3)', async () => {
  await using strict = await serve({ authenticate: bearerTokens(await secretFile(`${ANN} ann`)) });
  const cookieOf = async (headers: Record<string, string> = {}): Promise<string> =>
    (await call('session', { to: strict, body: { token: ANN }, headers })).headers.get('set-cookie')!.split(';')[0]!;
  const me = async (cookie: string): Promise<number> => (await call('me', { to: strict, headers: { cookie } })).status;
  // Somebody else has put it into the browser.
  const fixed = `holdpoint-inbox=${randomBytes(32).toString('base64url')}`;
  const first = await cookieOf({ cookie: fixed });
  const second = await cookieOf({ cookie: first });
  expect(new Set([fixed, first, second]).size).toBe(3);
  expect(await Promise.all([fixed, first, second].map(me))).toEqual([401, 200, 200]);
  await call('session', { to: strict, method: 'DELETE', headers: { cookie: first } });
  expect(await Promise.all([first, second].map(me))).toEqual([401, 200]);
});

test('no notice and no response has a token, a cookie or a link in it, right or wrong (W3, W5)', async () => {
  const [right, wrong] = [1, 2].map(() => randomBytes(32).toString('hex')) as [string, string];
  const linkKeys = [{ id: 'a', secret: randomBytes(32).toString('base64') }];
  const authenticate = bearerTokens(await secretFile(`${right} ann`));
  await using strict = await serve({ authenticate, linkKeys });
  const url = new URL(strict.url);
  const link = signedLinks({ url: url.href, keys: linkKeys });
  const [good, bad] = (['1h', 0] as const).map((expires) => {
    const href = link({ thread: 't', run: 'r', id: 'i' }, { actor: 'ann', expires });
    return new URL(href).hash.slice(1);
  }) as [string, string];
  const signedIn = await call('session', { to: strict, body: { token: right } });
  const cookie = /=([^;]+)/.exec(signedIn.headers.get('set-cookie')!)![1]!;
  const before = notices.length;
  const responses = [
    await call('session', { to: strict, body: { token: wrong } }),
    await call('session', { to: strict, body: `{"token":"${right}"` }),
    await call('session', { to: strict, body: { token: [right] } }),
    await call(`me?token=${right}`, { to: strict, headers: { authorization: `Bearer ${right}` } }),
    ...(await Promise.all(
      [`Bearer ${wrong}`, `Bearer ${right}`, `Link ${bad}`, `Link ${good}`, `Link ${good}x`].map((authorization) =>
        call('me', { to: strict, headers: { authorization } }),
      ),
    )),
    await call('me', { to: strict, headers: { cookie: `holdpoint-inbox=${cookie}` } }),
    await call('me', { to: strict, headers: { cookie: `holdpoint-inbox=${cookie}x` } }),
  ];
  const said = notices.slice(before);
  expect(said).toEqual([
    'Somebody at 127.0.0.1 has tried to sign in to the inbox with a wrong token.',
    'Somebody at 127.0.0.1 has sent the inbox a wrong token.',
  ]);
  const texts = [...notices, ...responses.map(({ body, headers }) => JSON.stringify([body, ...headers]))];
  for (const secret of [right, wrong, good, bad, cookie, linkKeys[0]!.secret])
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});

test('over HTTPS the cookie is bound to its host, and browsers are told to stay with HTTPS (W5)', async () => {
  const authenticate = bearerTokens(await secretFile(`${ANN} ann`));
  const inbox = createInbox({ client: started.client, authenticate, url: 'https://inbox.example.com/a' });
  const headers = { 'content-type': 'application/json', origin: 'https://inbox.example.com' };
  const body = JSON.stringify({ token: ANN });
  // As it comes from a proxy that ends TLS and takes the path away.
  const response = await inbox.fetch(new Request('http://10.0.0.1/api/session', { method: 'POST', headers, body }));
  expect(response.headers.get('set-cookie')).toMatch(/^__Host-holdpoint-inbox-\w+=.*; Path=\/; .*; Secure$/);
  expect(response.headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}/);
});

test('a session ends when its token leaves the file', async () => {
  const path = await secretFile(`${ANN} ann`);
  await using strict = await serve({ authenticate: bearerTokens(path) });
  const { headers } = await call('session', { to: strict, body: { token: ANN } });
  const session = { to: strict, headers: { cookie: headers.get('set-cookie')!.split(';')[0]! } };
  expect((await call('me', session)).status).toBe(200);
  await secretFile(`${BOB} bob`, path.slice(folder.length + 1));
  expect((await call('me', session)).status).toBe(401);
});

test('whoever is signed out, or has left a group, is sent no more of what happens (W3)', async () => {
  const path = await secretFile(`${ANN} ann legal\n${BOB} bob`);
  // The server asks again who looks as often as it keeps the connection open.
  await using strict = await serve({ authenticate: bearerTokens(path), keepAlive: '1ms' });
  const { headers } = await call('session', { to: strict, body: { token: BOB } });
  const bob = { to: strict, headers: { cookie: headers.get('set-cookie')!.split(';')[0]! } };
  const ann = { to: strict, headers: { authorization: `Bearer ${ANN}` } };
  const opens = (page: Following, thread: string): boolean =>
    page.seen.some((event) => event.kind === 'opened' && event.item.thread === thread);
  await using annsPage = await follow(ann);
  {
    await using bobsPage = await follow(bob);
    const before = await asked({ value: 1 });
    await until(() => opens(annsPage, before.thread) && opens(bobsPage, before.thread));
    await call('session', { ...bob, method: 'DELETE' });
    const after = await asked({ value: 2 });
    await until(() => opens(annsPage, after.thread) && strict.open() === 1);
    expect(opens(bobsPage, after.thread)).toBe(false);
  }
  await secretFile(`${ANN} ann`, path.slice(folder.length + 1));
  const legal = await asked({ value: 3, options: { assignees: ['group:legal'] } });
  const all = await asked({ value: 4 });
  await until(() => opens(annsPage, all.thread));
  await listed(legal.thread, 1, { as: 'x legal' });
  expect(opens(annsPage, legal.thread)).toBe(false);
});

test('the header of a proxy counts only from its address, and only if it is there once (W3)', async () => {
  const authenticate = trustedProxy({ header: 'x-user', groupsHeader: 'x-groups', from: ['10.0.0.0/8', '::1'] });
  const inbox = createInbox({ client: started.client, authenticate });
  const who = async (headers: Headers | Record<string, string>, address?: string): Promise<unknown> => {
    const response = await inbox.fetch(
      new Request('http://inbox/api/me', { headers }),
      address === undefined ? undefined : { address },
    );
    const { actor, groups, how } = (await response.json()) as Record<string, unknown>;
    return response.status === 200 ? { actor, groups, how } : response.status;
  };
  const ann = { 'x-user': 'ann', 'x-groups': 'finance, legal' };
  const found = { actor: 'ann', groups: ['finance', 'legal'], how: 'proxy' };
  expect(await who(ann, '10.1.2.3')).toEqual(found);
  expect(await who(ann, '::ffff:10.1.2.3')).toEqual(found);
  expect(await who(ann, '::1')).toEqual(found);
  for (const address of [undefined, '11.0.0.1', '127.0.0.1', '::2', 'x']) expect(await who(ann, address)).toBe(401);
  expect(await who({}, '10.1.2.3')).toBe(401);
  const twice = new Headers([
    ['x-user', 'mallory'],
    ['x-user', 'ann'],
  ]);
  expect(await who(twice, '10.1.2.3')).toBe(401);
  const utf8 = { 'x-user': Buffer.from('jörg').toString('latin1') };
  expect(await who(utf8, '10.1.2.3')).toMatchObject({ actor: 'jörg' });
});

test('people are sent to sign in only where the owner says (W5)', () => {
  const made = (signInUrl: string) => (): void => createInbox({ client: started.client, signInUrl }).close();
  for (const url of ['javascript:alert(1)', 'data:text/html,x', '//evil.test', String.raw`/\evil.test`, 'sign-in'])
    expect(made(url)).toThrow('`signInUrl`');
  for (const url of ['/sign-in', 'https://login.example.com/a?b=c']) expect(made(url)).not.toThrow();
});

test('the command does not serve others without knowing who they are', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', '127.0.0.2'])
    expect(await holdpoint(['inbox', '--host', host])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--tokens'),
    });
  expect(await holdpoint(['inbox', '--tokens', join(folder, 'nothing')])).toMatchObject({ code: 2 });
  expect(await holdpoint(['inbox', '--proxy-from', '10.0.0.1'])).toMatchObject({ code: 2 });
  expect(await holdpoint(['inbox', '--port', 'x'])).toMatchObject({ code: 2 });
});
