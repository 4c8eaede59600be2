/** Signed links: one question, one person, once, until a time (W4). */
import { randomBytes, randomUUID } from 'node:crypto';
import { signedLinks, type LinkKey, type LinkOptions } from 'holdpoint/inbox';
import { beforeAll, afterAll, expect, test } from 'vitest';
import {
  asked,
  at,
  byHeader,
  call,
  follow,
  serve,
  started,
  useInbox,
  type InboxUnderTest,
} from './fixtures/inbox-scenario.ts';
import { until } from './fixtures/scenario.ts';

useInbox();

const URL_OF_INBOX = 'https://inbox.example.com/approvals';
const keys: readonly LinkKey[] = [
  { id: 'new', secret: 'n'.repeat(32) },
  { id: 'old', secret: 'o'.repeat(32) },
];
const link = signedLinks({ url: URL_OF_INBOX, keys });
const ANN = { actor: 'ann', expires: '1 hour' } as const;

let linked: InboxUnderTest;
beforeAll(async () => {
  linked = await serve({ authenticate: byHeader, linkKeys: keys });
});
afterAll(() => linked[Symbol.asyncDispose]());

function tokenOf(href: string): string {
  return new URL(href).hash.slice(1);
}

/** What a page sends that was opened with a link. */
function by(href: string, to: InboxUnderTest = linked) {
  return { to, headers: { authorization: `Link ${tokenOf(href)}` } };
}

function answer(value: unknown, key = randomUUID()) {
  return { value, key };
}

test('a link opens its question for its person, and answers it without a login; opening it changes nothing (W4)', async () => {
  const question = await asked({ value: 'Pay?', options: { assignees: ['group:finance'] } });
  const href = link(question, { ...ANN, groups: ['finance'] });
  expect(href.startsWith(`${URL_OF_INBOX}/link#`)).toBe(true);
  const { thread, run, id } = question;
  expect((await call('me', by(href))).body).toMatchObject({ actor: 'ann', how: 'link', only: { thread, run, id } });
  for (let i = 0; i < 2; i++)
    expect(await call(`item?${at(question)}`, by(href))).toMatchObject({ status: 200, body: { mayAnswer: true } });
  // What a mail scanner does.
  expect((await fetch(`${linked.url}/link`)).status).toBe(200);
  expect((await call(`answer?${at(question)}`, { ...by(href), method: 'GET' })).status).toBe(405);
  expect(await started.client.thread(thread).interrupts()).toHaveLength(1);
  const body = answer('yes');
  expect((await call(`answer?${at(question)}`, { ...by(href), body })).body).toEqual({ outcome: 'accepted' });
  expect(await started.client.thread(thread).answers()).toMatchObject([{ actor: 'ann', value: 'yes' }]);
  // The same answer again, as after a broken connection; and another one.
  expect((await call(`answer?${at(question)}`, { ...by(href), body })).status).toBe(200);
  const ending = { how: 'answered', actor: 'ann', answer: 'yes' };
  expect(await call(`answer?${at(question)}`, { ...by(href), body: answer('no') })).toMatchObject({
    status: 409,
    body: { ending },
  });
  expect(await call(`item?${at(question)}`, by(href))).toMatchObject({ status: 409, body: { ending } });
});

test('a link opens no other question, and no other part of the inbox (W4)', async () => {
  const [question, other] = await Promise.all([asked({ value: 1 }), asked({ value: 2 })]);
  const sending = by(link(question, ANN));
  for (const path of ['items', 'events', `thread?thread=${question.thread}`])
    expect((await call(path, sending)).status).toBe(403);
  // Not even whether there is one.
  const refused = { status: 403, body: { error: 'Forbidden' } };
  for (const one of [other, { ...other, thread: 'no-such-thread' }, { ...question, id: 'never' }])
    expect(await call(`item?${at(one)}`, sending)).toMatchObject(refused);
  expect((await call(`answer?${at(other)}`, { ...sending, body: answer(1) })).status).toBe(403);
  const body = { answers: [{ ...question, ...answer(1) }] };
  expect((await call('answers', { ...sending, body })).status).toBe(403);
  expect(await started.client.thread(other.thread).interrupts()).toHaveLength(1);
});

test('a link that was changed, whose time has run out, or whose key is gone is wrong (W4)', async () => {
  const question = await asked({ value: 1 });
  const status = async (href: string, to = linked): Promise<number> =>
    (await call(`item?${at(question)}`, by(href, to))).status;
  const href = link(question, ANN);
  expect(await status(href)).toBe(200);
  const [key, text, signature] = tokenOf(href).split('~') as [string, string, string];
  const claims = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
  const forged = (change: (claims: unknown[]) => unknown[], id = key): string =>
    `x:#${[id, Buffer.from(JSON.stringify(change(claims))).toString('base64url'), signature].join('~')}`;
  const wrong = [
    forged((one) => one.with(3, 'mallory')),
    forged((one) => one.with(5, 2 ** 40)),
    forged((one) => one, 'old'),
    forged((one) => one, 'none'),
    `x:#${key}~${text}`,
    `x:#${key}~${text}~`,
    `x:#${key}~${text}~${signature}~`,
    `x:#${key}~${text}~${signature.slice(0, -2)}`,
    `x:#${key}~~${signature}`,
    `x:#${'x'.repeat(9_000)}`,
    link(question, { ...ANN, expires: 0 }),
    link(question, { ...ANN, expires: new Date(Date.now() - 1) }),
    signedLinks({ url: URL_OF_INBOX, keys: [{ id: 'new', secret: 'm'.repeat(32) }] })(question, ANN),
  ];
  for (const one of wrong) expect(await status(one)).toBe(401);
  // Keys are changed one after the other: the one before still opens its links.
  const before = signedLinks({ url: URL_OF_INBOX, keys: keys.slice(1) })(question, ANN);
  expect(await status(before)).toBe(200);
  await using later = await serve({ authenticate: byHeader, linkKeys: keys.slice(0, 1) });
  expect(await status(before, later)).toBe(401);
  // A server without keys takes no links.
  await using without = await serve();
  expect((await call('me', by(href, without))).status).toBe(401);
});

test('a link is dead when the question has been given to others since, and not to its person (W4)', async () => {
  const question = await asked({ value: 1, options: { assignees: ['bob', 'carl'] } });
  const status = async (href: string): Promise<number> => (await call(`item?${at(question)}`, by(href))).status;
  const made = (assignees: string[], options: Partial<LinkOptions> = {}): string =>
    link({ ...question, assignees }, { ...ANN, ...options });
  // For whoever makes the link, the person may be anybody; the order of the assignees does not matter.
  expect(await status(made(['carl', 'bob']))).toBe(200);
  expect(await status(made(['ann']))).toBe(403);
  expect(await status(made([]))).toBe(403);
  expect(await status(made(['dora'], { actor: 'bob' }))).toBe(200);
});

test('a link gives one of several answers, and is used up by it, while the question waits for more (W4, A11)', async () => {
  const question = await asked({ value: 1, options: { by: { quorum: 2 } }, schema: { type: 'boolean' } });
  const href = link(question, ANN);
  const path = `answer?${at(question)}`;
  const voted = { outcome: 'voted', votes: { count: 1, quorum: 2 } };
  expect((await call(path, { ...by(href), body: answer(true) })).body).toEqual(voted);
  // Again, as after a broken connection; and another answer.
  expect((await call(path, { ...by(href), body: answer(true) })).body).toEqual(voted);
  const ending = { how: 'answered', actor: 'ann', answer: true };
  expect(await call(path, { ...by(href), body: answer(false) })).toMatchObject({ status: 409, body: { ending } });
  expect(await call(`item?${at(question)}`, by(href))).toMatchObject({ status: 409, body: { ending } });
  const carls = by(link(question, { ...ANN, actor: 'carl' }));
  expect((await call(path, { ...carls, body: answer(true) })).body).toEqual({ outcome: 'accepted' });
});

test('a link answers once, also while no worker is up, and again after an answer that was wrong (W4, A11)', async () => {
  const ask = () => asked({ value: 1, options: { by: { quorum: 2 } }, schema: { enum: ['a', 'b'] } });
  const [question, atOnce] = await Promise.all([ask(), ask()]);
  const sending = by(link(question, ANN));
  const send = (value: unknown) => call(`answer?${at(question)}`, { ...sending, body: answer(value) });
  expect((await send('wrong')).status).toBe(422);
  expect((await send('wrong too')).status).toBe(422);
  await started.worker.stop();
  try {
    expect((await send('a')).status).toBe(202);
    expect((await send('a')).status).toBe(202);
    expect(await send('b')).toMatchObject({ status: 409, body: { ending: { actor: 'ann', answer: 'a' } } });
    // Another link to the same person, another server, and both at the same moment.
    const later = by(link(atOnce, { ...ANN, expires: '2 hours' }));
    const sent = await Promise.all(
      [by(link(atOnce, ANN)), later].map((one, i) =>
        call(`answer?${at(atOnce)}`, { ...one, body: answer(i === 0 ? 'a' : 'b') }),
      ),
    );
    expect(sent.filter(({ status }) => status === 202)).toHaveLength(1);
    await started.worker.restart();
    for (const one of [question, atOnce]) {
      const thread = started.client.thread(one.thread);
      await until(async () => ((await thread.interrupts())[0]?.votes ?? []).length > 0);
    }
    const kept = (await started.client.thread(atOnce.thread).interrupts())[0]?.votes?.[0]?.value;
    expect(kept).toBe(sent[0]!.status === 202 ? 'a' : 'b');
    expect((await send('a')).body).toMatchObject({ outcome: 'voted', votes: { count: 1, quorum: 2 } });
    expect((await started.client.thread(question.thread).interrupts())[0]?.votes).toMatchObject([{ value: 'a' }]);
  } finally {
    await started.worker.restart();
  }
});

test('a link does not need `authenticate`, also where others reach the inbox', async () => {
  const question = await asked({ value: 1 });
  await using local = await serve({ linkKeys: keys, url: 'http://inbox.example.com' });
  const href = local.inbox.link(question, ANN);
  expect(href.startsWith('http://inbox.example.com/link#')).toBe(true);
  const request = (headers: Record<string, string>): Promise<Response> =>
    local.inbox.fetch(new Request(`http://inbox.example.com/api/item?${at(question)}`, { headers }), {
      address: '10.1.1.1',
    });
  expect((await request({ authorization: `Link ${tokenOf(href)}` })).status).toBe(200);
  expect((await request({})).status).toBe(403);
  await using following = await follow({ to: local });
  await following.until((event) => event.kind === 'server');
});

test('keys that are too short, and links without what they need, are refused (W4)', async () => {
  const question = { thread: 't', run: 'r', id: 'i' };
  expect(() => signedLinks({ url: URL_OF_INBOX, keys: [{ id: 'a', secret: 'x'.repeat(31) }] })).toThrow(
    'at least 32 bytes',
  );
  expect(() => signedLinks({ url: URL_OF_INBOX, keys: [] })).toThrow('`keys`');
  expect(() => signedLinks({ url: URL_OF_INBOX, keys: [keys[0]!, keys[0]!] })).toThrow('`id` of its own');
  expect(() => signedLinks({ url: URL_OF_INBOX, keys: [{ id: 'a~b', secret: 'x'.repeat(32) }] })).toThrow('`id`');
  for (const url of ['inbox', 'ftp://inbox', 'https://inbox/?a=1', 'https://inbox/#a'])
    expect(() => signedLinks({ url, keys })).toThrow('`url`');
  // Such a link would be dead from the beginning.
  const groups = Array.from({ length: 160 }, () => randomUUID());
  expect(() => link(question, { ...ANN, groups })).toThrow('at most 8000 characters');
  expect(() => link(question, { actor: '', expires: 1 })).toThrow('`actor`');
  expect(() => link(question, { actor: 'ann' } as LinkOptions)).toThrow('`expires`');
  expect(() => link({ ...question, run: '' }, ANN)).toThrow('`run`');
  await using none = await serve({ linkKeys: keys });
  expect(() => none.inbox.link(question, ANN)).toThrow('`url`');
});

test('no message about a wrong key has a secret in it (W4)', () => {
  const secret = randomBytes(32).toString('base64');
  const short = randomBytes(12).toString('hex');
  const right = { id: 'a', secret };
  const wrong: readonly unknown[] = [
    [{ id: 'a', secret: short }],
    [right, right],
    [{ id: 'a b', secret }],
    // Given the wrong way round.
    [{ id: secret, secret: 'a' }],
    [{ id: short, secret: 'a' }],
    [secret],
    [{ secret }],
    right,
    secret,
    { [secret]: 'a' },
  ];
  for (const keys of wrong) {
    const message = messageOf(() => signedLinks({ url: URL_OF_INBOX, keys: keys as readonly LinkKey[] }));
    expect(message).toContain('Expected');
    for (const one of [secret, short]) expect(message).not.toContain(one);
  }
  for (const options of [{ url: 'inbox', keys: [right] }, { url: URL_OF_INBOX, keys: [right], secret }, [right]])
    expect(messageOf(() => signedLinks(options as Parameters<typeof signedLinks>[0]))).not.toContain(secret);
});

/** The message of what it throws. */
function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  throw new Error('It was not refused');
}
