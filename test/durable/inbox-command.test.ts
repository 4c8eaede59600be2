/** `holdpoint inbox`, and the inbox in the web servers of others (W3). */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createRequestListener } from '@remix-run/node-fetch-server';
import { serve as serveHono } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import express from 'express';
import { Hono } from 'hono';
import { createInbox, signedLinks, trustedProxy } from 'holdpoint/inbox';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { newestThreads } from '../../src/client/listing/threads.ts';
import type { Decisions, Item } from '../../src/inbox/api.ts';
import { document, holdpoint, MAIN } from './fixtures/command-line.ts';
import { asked, at, call, follow, listed, started, useInbox, type Sending } from './fixtures/inbox-scenario.ts';
import type { Ask } from './fixtures/inbox-workflows.ts';
import { until } from './fixtures/scenario.ts';

useInbox();

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-inbox-'));
afterAll(() => rm(folder, { recursive: true }));

interface Running extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
}

async function start(...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, 'inbox', '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { readonly url: string };
  return {
    url,
    child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

test('a malformed request is refused in a few words, and the command goes on (W5)', async () => {
  await using running = await start();
  const { port } = new URL(running.url);
  const status = (method: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path: '/api/me', method, headers: { host } });
      sent.on('response', (response) => resolve(response.resume().statusCode));
      sent.on('error', reject).end();
    });
  expect(await status('TRACE', 'localhost')).toBe(400);
  expect(await status('GET', 'a b@localhost')).toBe(400);
  expect(await status('GET', 'localhost')).toBe(200);
});

test('the command serves the inbox to this machine, until Ctrl-C, also while pages are open', async () => {
  const question = await asked({ value: 'From the command' });
  const address = process.env['TEMPORAL_ADDRESS']!;
  const converter = join(folder, 'converter.mjs');
  await writeFile(converter, 'export const dataConverter = {};');
  const connection = ['--address', address, '--data-converter', converter];
  await using running = await start('--title', 'Ours', '--ui', 'http://ui.example.com', ...connection);
  expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await call('me', { to: running })).body).toMatchObject({ actor: userInfo().username, title: 'Ours' });
  await listed(question.thread, 1, { to: running });
  const { body } = await call<{ readonly webUi: string; readonly command: string }>(`item?${at(question)}`, {
    to: running,
  });
  expect(body.webUi).toContain(`http://ui.example.com/namespaces/default/workflows/${question.thread}/`);
  // It reaches the same server, from any shell, and names no file of this machine.
  expect(body.command).toContain(` --namespace default --address ${address} -- `);
  await using page = await follow({ to: running });
  await page.until((event) => event.kind === 'server');
  expect((await call(`answer?${at(question)}`, { to: running, body: { value: 1, key: 'k' } })).status).toBe(200);
  const gone = once(running.child, 'exit');
  running.child.kill('SIGINT');
  expect(await gone).toEqual([0, null]);
});

/** Runs a line in a shell that finds the command. */
async function inShell(line: string): Promise<void> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'holdpoint'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
  const PATH = `${bin}:${process.env['PATH']}`;
  await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, PATH } });
}

/** Copies the command of the item, and runs it with an answer. @returns Who has answered. */
async function answeredInShell(options: NonNullable<Ask['options']>, sending: Sending): Promise<string | undefined> {
  const question = await asked({ value: 'Pay?', options }, `it's "$(boom)" ${randomUUID()}`);
  const { body } = await call<Item>(`item?${at(question)}`, sending);
  await inShell(`${body.command} '"yes"'`);
  const [answer] = await started.client.thread(question.thread).answers();
  expect(answer?.value).toBe('yes');
  return answer?.actor;
}

test('the command to copy gives the answer that the page would give: it has the person and the groups (A11, O4)', async () => {
  const person = `o'brien <$HOME> & "sons"`;
  const headers = { 'x-user': person, 'x-groups': `legal, money & "more"` };
  await using proxied = await start('--proxy-header', 'x-user', '--proxy-groups', 'x-groups');
  const sending = { to: proxied, headers };
  expect(await answeredInShell({ assignees: [person], by: 'assignees' }, sending)).toBe(person);
  expect(await answeredInShell({ assignees: ['group:money & "more"'], by: 'assignees' }, sending)).toBe(person);
  await using local = await start();
  const user = userInfo().username;
  expect(await answeredInShell({ assignees: [user], by: 'assignees' }, { to: local })).toBe(user);
});

test('the user of this machine has the same name in the command as on the page (W3, A11)', async () => {
  const actor = userInfo().username;
  const question = await asked({ value: 1, options: { assignees: [actor], by: 'assignees' } });
  expect(await document('resume', question.thread, '1')).toMatchObject({ outcome: 'accepted', actor });
});

test('with `--url`, the command prints the address that people open, and the one at which it listens', async () => {
  const child = spawn(process.execPath, [MAIN, 'inbox', '--port', '0', '--url', 'https://inbox.example.com'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) if (lines.push(line) === 2) break;
  expect(lines).toEqual([
    'Inbox    https://inbox.example.com, namespace default',
    expect.stringMatching(/^Listens  http:\/\/127\.0\.0\.1:\d+$/),
  ]);
});

test('a query that the server refuses ends the command at its start', async () => {
  const { code, err } = await holdpoint(['inbox', '--port', '0', '--query', 'NoSuchAttribute = 1']);
  expect([code, err]).toEqual([1, expect.stringContaining('NoSuchAttribute')]);
});

test('the command knows people by a file of tokens, takes links of a file of keys, and warns where nothing is encrypted', async () => {
  const [tokens, keys] = [join(folder, 'tokens'), join(folder, 'keys')];
  const secret = 's'.repeat(40);
  await writeFile(tokens, 'ann-has-a-long-random-token ann finance\n', { mode: 0o600 });
  await writeFile(keys, `# keys\nnew ${secret}\n`, { mode: 0o600 });
  await using running = await start('--host', '127.0.0.2', '--tokens', tokens, '--link-keys', keys);
  expect((await call('me', { to: running })).status).toBe(401);
  const headers = { authorization: 'Bearer ann-has-a-long-random-token' };
  expect((await call('me', { to: running, headers })).body).toMatchObject({ actor: 'ann', groups: ['finance'] });
  const question = await asked({ value: 1 });
  const href = signedLinks({ url: running.url, keys: [{ id: 'new', secret }] })(question, {
    actor: 'bob',
    expires: '1h',
  });
  const link = { to: running, headers: { authorization: `Link ${new URL(href).hash.slice(1)}` } };
  expect((await call(`item?${at(question)}`, link)).status).toBe(200);
  // Its port is taken, so another one ends at once.
  const { port } = new URL(running.url);
  const again = ['inbox', '--host', '127.0.0.2', '--tokens', tokens, '--port', port];
  const warning = 'Nothing is encrypted between the inbox and others';
  for (const url of [[], ['--url', 'http://inbox.example.com']]) {
    const { code, err } = await holdpoint([...again, ...url]);
    expect([code, err]).toEqual([2, expect.stringMatching(new RegExp(`${warning}[^]*--port`))]);
  }
  const { code, err } = await holdpoint([...again, '--url', 'https://inbox.example.com']);
  expect([code, err]).toEqual([2, expect.stringContaining('--port')]);
  expect(err).not.toContain(warning);
});

const TOKENS = ['ann', 'bob', 'carl', 'dora auditors'].map((person) => `${tokenOf(person)} ${person}\n`).join('');

function tokenOf(person: string): string {
  return `${person.split(' ', 1)[0]}-has-a-long-random-token`;
}

async function withTokens(...args: readonly string[]): Promise<Running> {
  const tokens = join(folder, 'people');
  await writeFile(tokens, TOKENS, { mode: 0o600 });
  return start('--tokens', tokens, ...args);
}

test('the auditors of the command read audits and who decides how fast, and may do no more than others (W3, A13)', async () => {
  const prefix = `audited-${randomUUID()}`;
  const query = `WorkflowId STARTS_WITH '${prefix}'`;
  const options = { assignees: ['ann'] };
  const closed = await asked({ value: 1, options }, `${prefix}-closed`);
  await started.client.thread(closed.thread).resume('yes', { actor: 'ann' });
  const open = await asked({ value: 1, options }, `${prefix}-open`);
  await until(async () => {
    const threads = await newestThreads(started.client.client, query, 2);
    return threads.length === 2 && threads.some(({ closedAt }) => closedAt !== undefined);
  });
  await using running = await withTokens('--query', query, '--auditor', 'carl', '--auditor', 'group:auditors');
  const audit = async (person: string) => {
    const headers = { authorization: `Bearer ${tokenOf(person)}` };
    const { status } = await fetch(`${running.url}/api/audit?thread=${closed.thread}`, { headers });
    const { body } = await call<Decisions>('decisions', { to: running, headers });
    const item = await call(`item?${at(open)}`, { to: running, headers });
    return [status, body.people.map(({ actor }) => actor), item.status];
  };
  expect(await audit('ann')).toEqual([403, ['ann'], 200]);
  expect(await audit('bob')).toEqual([403, [], 403]);
  expect(await audit('carl')).toEqual([200, ['ann'], 403]);
  expect(await audit('dora')).toEqual([200, ['ann'], 403]);
});

test('the adapters of the command show the questions of LangChain as approvals', async () => {
  const human = { action_request: { action: 'pay', args: {} }, config: { allow_accept: true, allow_ignore: true } };
  const reviewed = {
    actionRequests: [{ name: 'pay', args: {} }],
    reviewConfigs: [{ actionName: 'pay', allowedDecisions: ['approve', 'reject'] }],
  };
  await using both = await start('--adapter', 'agent-inbox', '--adapter', 'middleware');
  await using one = await start('--adapter', 'middleware');
  const names: (string | undefined)[][] = [];
  for (const value of [human, reviewed]) {
    const question = await asked({ value });
    const adapter = async (to: Running) => (await call<Item>(`item?${at(question)}`, { to })).body.approval?.adapter;
    names.push([await adapter(both), await adapter(one)]);
    const body = { decisions: [{ type: 'approve' }], key: 'k' };
    expect((await call(`answer?${at(question)}`, { to: both, body })).status).toBe(200);
  }
  expect(names).toEqual([
    ['langchain-agent-inbox', undefined],
    ['langchain-middleware', 'langchain-middleware'],
  ]);
});

test('the command records to whom a question was shown, unless it is told not to (A13)', async () => {
  const question = await asked({ value: 1 });
  const isRecorded = async (...args: readonly string[]) => {
    await using running = await start(...args);
    const { digest } = (await call<Item>(`item?${at(question)}`, { to: running })).body;
    return (await call(`shown?${at(question)}`, { to: running, body: { digest } })).body['isRecorded'];
  };
  expect(await isRecorded('--no-record-shown')).toBe(false);
  expect(await isRecorded()).toBe(true);
});

test.for([
  [['--adapter', 'langchain'], 'Expected an adapter to be agent-inbox or middleware, got `langchain` (string).'],
  [['--auditor', 'ann'], 'Expected `--auditor` with `--tokens` or `--proxy-header` only.'],
  [
    ['--proxy-header', 'x-user', '--auditor', 'ann', '--auditor', 'group:'],
    'Expected `--auditor` to be the name of a person, or group:<name>, got `group:` (string).',
  ],
] as const)('a wrong option is refused with one sentence: %j', async ([args, sentence]) => {
  const { code, err } = await holdpoint(['inbox', '--port', '0', ...args]);
  expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
});

test('Hono serves the inbox under a path, with the addresses of those who ask', async () => {
  const authenticate = trustedProxy({ header: 'x-user' });
  const inbox = createInbox({ client: started.client, basePath: '/inbox', authenticate });
  const app = new Hono();
  app.all('/inbox/*', (c) => inbox.fetch(c.req.raw, { address: getConnInfo(c).remote.address }));
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await used(server, inbox.close);
});

test('Express serves the inbox under a path, which it takes away', async () => {
  const authenticate = trustedProxy({ header: 'x-user' });
  const inbox = createInbox({ client: started.client, basePath: '/inbox', authenticate });
  const app = express();
  app.use('/inbox', createRequestListener(inbox.fetch));
  await used(createServer(app).listen(0, '127.0.0.1'), inbox.close);
});

/** Opens the page, lists, follows and answers. */
async function used(server: Server, close: () => void): Promise<void> {
  if (!server.listening) await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const to = { url: `http://127.0.0.1:${port}/inbox` };
    const sending = { to, headers: { 'x-user': 'ann' } };
    expect(await (await fetch(`${to.url}/`)).text()).toContain('<base href="/inbox/" />');
    expect((await call('me', sending)).body).toMatchObject({ actor: 'ann', how: 'proxy' });
    const question = await asked({ value: 1 });
    await listed(question.thread, 1, sending);
    await using page = await follow(sending);
    await page.until((event) => event.kind === 'server');
    expect((await call(`answer?${at(question)}`, { ...sending, body: { value: 'ok', key: 'k' } })).status).toBe(200);
    await page.until((event) => event.kind === 'closed' && event.thread === question.thread);
    expect(await started.client.thread(question.thread).answers()).toMatchObject([{ actor: 'ann', value: 'ok' }]);
  } finally {
    close();
    server.close();
    server.closeAllConnections();
  }
}
