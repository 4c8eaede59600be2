/** A server that is away for longer than Temporal's client tries: readers wait, and calls that send fail (S6). */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'holdpoint/client';
import { startServer, type DevServer, type Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN } from './fixtures/command-line.ts';
import { openGate, reached } from './fixtures/gates.ts';
import { drain, drive, expectCode, asking, replay, startScenario, until, type Workflows } from './fixtures/scenario.ts';

/** Temporal's client tries for some 20 seconds. */
const OUTAGE_MS = 27_000;

const shared = process.env['TEMPORAL_ADDRESS'];
const dbFilename = join(tmpdir(), `holdpoint-outage-${randomUUID()}.db`);
const notices: string[] = [];
let port: number;
let server: DevServer;
let scenario: Test<Workflows>;

async function start(): Promise<void> {
  delete process.env['TEMPORAL_ADDRESS'];
  server = await startServer({ dbFilename, port });
  process.env['TEMPORAL_ADDRESS'] = server.address;
}

beforeAll(async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  ({ port } = probe.address() as AddressInfo);
  probe.close();
  await once(probe, 'close');
  await start();
  scenario = await startScenario({ onNotice: (message) => notices.push(message) });
});
afterAll(async () => {
  await scenario[Symbol.asyncDispose]();
  await server.stop();
  if (shared !== undefined) process.env['TEMPORAL_ADDRESS'] = shared;
  await Promise.all(['', '-shm', '-wal'].map((end) => rm(dbFilename + end, { force: true })));
});

/** The command `holdpoint follow`, which runs until it is stopped. */
function follow(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, 'follow', ...args], { env: process.env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return {
    out: () => out,
    err: () => err,
    stop: async () => {
      if (child.exitCode !== null) return child.exitCode;
      child.kill();
      return once(child, 'exit');
    },
  };
}

const AWAY = /^The Temporal server is not reachable \(connect ECONNREFUSED [\d.:]+\)\. Check that it runs/;

async function drainAll(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

// It has nothing to do with how workers replay.
test.skipIf(replay)(
  'S6: readers wait while the server is away, and continue when it is back',
  { timeout: 120_000 },
  async () => {
    const { client } = scenario;
    const { thread, send } = drive(client, 'asksTwice');
    const busy = drive(client, 'asksAfterGate').thread;
    const chat = drive(client, 'addsAnswers').thread;
    expect(await send(undefined)).toEqual([asking('asksTwice:1', 'first')]);
    await busy.start(undefined);
    await reached(busy, 'g');
    await chat.start('q');
    await until(async () => (await chat.state()).interrupts.length === 1);

    const live = drain(client.thread(thread.id).follow({ live: true }));
    const result = thread.result();
    const chatResult = chat.result();
    const reading = drain(client.thread(busy.id).follow());
    const left = new AbortController();
    const stopped = [
      client.thread(thread.id).result({ signal: left.signal }),
      drain(client.thread(thread.id).follow({ live: true, signal: left.signal })),
    ];
    const printed = follow(thread.id);
    const printedAll = follow('--interval', '200ms');
    await until(() => printed.out().includes('first') && printedAll.out().includes('asksTwice:1'));

    notices.length = 0;
    await server.stop();
    // What sends something, or looks once, does not wait.
    const failing = [
      expectCode(thread.resume('1', { key: 'k' }), 'NoServer'),
      expectCode(drive(client, 'asksTwice').thread.start(undefined), 'NoServer'),
      expectCode(thread.state(), 'NoServer'),
      expectCode(drainAll(client.interrupts()), 'NoServer'),
    ];
    await sleep(2_000);
    // Not at its next try, which may be seconds away.
    const at = Date.now();
    left.abort(new Error('left'));
    for (const one of stopped) await expect(one).rejects.toThrow('left');
    expect(Date.now() - at).toBeLessThan(500);
    for (const { message } of await Promise.all(failing)) expect(message).toMatch(AWAY);
    await sleep(OUTAGE_MS - 2_000);
    // Once for each reader that was there: two of one thread, one each of the others.
    expect(notices).toHaveLength(4);
    for (const notice of notices) expect(notice).toMatch(AWAY);
    for (const { err } of [printed, printedAll]) expect(err().match(/not reachable/g)).toHaveLength(1);

    await start();
    await until(async () => await thread.resume('1', { id: 'asksTwice:1', key: 'k' }).then(Boolean, () => false));
    await until(async () => (await thread.state()).interrupts.some(({ id }) => id === 'asksTwice:2'));
    await until(() => printed.out().includes('second') && printedAll.out().includes('asksTwice:2'));
    expect((await drain(thread.stream(new Command({ resume: '2' })))).at(-1)).toEqual({
      asksTwice: ['1', '2'],
    });
    expect(await result).toEqual(['1', '2']);
    expect(await live).toMatchObject([
      asking('asksTwice:1', 'first'),
      asking('asksTwice:2', 'second'),
      { asksTwice: ['1', '2'] },
    ]);
    await chat.resume(1);
    expect(await chatResult).toBe(1);
    openGate(busy, 'g');
    expect(await reading).toMatchObject([{ hold: null }, asking('ask:1', 'q')]);
    await until(() => printed.out().includes('["1","2"]'));
    await Promise.all([printed.stop(), printedAll.stop()]);
  },
);
