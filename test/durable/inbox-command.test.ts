/** `holdpoint inbox`, and the inbox in the web servers of others (W3). */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRequestListener } from '@remix-run/node-fetch-server';
import { serve as serveHono } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import express from 'express';
import { Hono } from 'hono';
import { createInbox, signedLinks, trustedProxy } from 'holdpoint/inbox';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { holdpoint, MAIN } from './fixtures/command-line.ts';
import { asked, at, call, follow, listed, started, useInbox } from './fixtures/inbox-scenario.ts';

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

test('the command knows people by a file of tokens, and takes links of a file of keys', async () => {
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
  const { port } = new URL(running.url);
  expect(await holdpoint(['inbox', '--host', '127.0.0.2', '--tokens', tokens, '--port', port])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--port'),
  });
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
