/** What tasks show comes to their readers through Redis, beside Temporal (P1 P2 P3). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { Holdpoint } from 'holdpoint/client';
import { redis, type RedisTransport } from 'holdpoint/previews';
import type { StartTestOptions } from 'holdpoint/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { codec } from './fixtures/codec.ts';
import { countingProxy } from './fixtures/counting-proxy.ts';
import { openGate } from './fixtures/gates.ts';
import type { Step } from './fixtures/preview-activities.ts';
import { newId, reading, startPreviews } from './fixtures/preview-scenario.ts';
import type * as workflows from './fixtures/preview-workflows.ts';
import { hasRedis, startRedis, type TestRedis } from './fixtures/redis.ts';
import { until } from './fixtures/scenario.ts';

const about = { task: 'play', id: 'play:1', attempt: 1, kind: 'chunk' };
const end: Step = { gate: 'end' };

/** A worker and a client that use this server of Redis, each with a transport of its own. */
async function startOn(server: TestRedis, options: Partial<StartTestOptions> = {}) {
  await using made = new AsyncDisposableStack();
  const [ofWorker, ofClient] = [made.use(redis(server.url)), made.use(redis(server.url))];
  const test = made.use(await startPreviews({ previews: ofWorker, ...options }));
  const owned = made.move();
  return { test, client: clientOf(test, ofClient, options), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function clientOf(
  { client: { client }, taskQueue }: Awaited<ReturnType<typeof startPreviews>>,
  previews: RedisTransport,
  { onNotice, worker }: Partial<StartTestOptions>,
): Holdpoint<typeof workflows> {
  const { connection, options } = client;
  const { namespace } = options;
  const dataConverter = worker?.dataConverter ?? {};
  return new Holdpoint({ client: new Client({ connection, namespace, dataConverter }), taskQueue, previews, onNotice });
}

/** A process that reads a thread. */
function readerProcess(id: string, url: string) {
  const program = fileURLToPath(new URL('fixtures/preview-reader.ts', import.meta.url));
  const args = [program, process.env['TEMPORAL_ADDRESS']!, id, url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const items: unknown[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => items.push(JSON.parse(line)));
  const exit = once(child, 'exit');
  return {
    items,
    ended: once(child.stdout, 'end').then(() => exit),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exit;
    },
  };
}

describe.skipIf(!hasRedis)('with a Redis server', () => {
  let server: TestRedis;
  let own: Awaited<ReturnType<typeof startOn>>;
  beforeAll(async () => {
    server = await startRedis();
    own = await startOn(server);
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test('two processes read what a task shows, and a late reader gets what there is so far joined (P2)', async () => {
    const thread = own.client.thread(newId(), 'plays');
    await thread.start([
      [{ show: 'one ' }, { gate: 'two' }, { show: 'two ' }, { gate: 'three' }, { show: 'three' }, end],
    ]);
    await using here = readerProcess(thread.id, server.url);
    await using there = readerProcess(thread.id, server.url);
    await until(() => here.items.length === 1 && there.items.length === 1);
    openGate(thread, 'two');
    await until(() => here.items.length === 2 && there.items.length === 2);
    const late = reading(thread.follow({ mode: 'custom' }));
    await late.has(({ length }) => length === 1);
    openGate(thread, 'three');
    await until(() => here.items.length === 3 && there.items.length === 3);
    await late.has(({ length }) => length === 2);
    openGate(thread, 'end');
    expect(await here.ended).toEqual([0, null]);
    expect(await there.ended).toEqual([0, null]);
    const words = ['one ', 'two ', 'three'].map((chunk) => ({ ...about, chunk }));
    expect([here.items, there.items]).toEqual([words, words]);
    expect(await late.ended).toEqual(['one two ', 'three'].map((chunk) => ({ ...about, chunk })));
  });

  test('before the preview of a new attempt, a reader is told to forget that of the failed one (P2)', async () => {
    const thread = own.client.thread(newId(), 'plays');
    const attempts: Step[][] = [
      [{ show: 'first' }, { gate: 'fail' }, { fail: 'once more' }],
      [{ show: 'second' }, end],
    ];
    const shown = reading(thread.stream(attempts, { mode: 'custom' }));
    await shown.has(({ length }) => length === 1);
    openGate(thread, 'fail');
    await shown.has(({ length }) => length === 3);
    openGate(thread, 'end');
    expect(await shown.ended).toEqual([
      { ...about, chunk: 'first' },
      { ...about, attempt: 2, kind: 'reset' },
      { ...about, attempt: 2, chunk: 'second' },
    ]);
  });

  test('a task without heartbeats shows what it does, too (P2)', async () => {
    const thread = own.client.thread(newId(), 'playsMute');
    const shown = reading(thread.stream([[{ show: 'Hello' }, end]], { mode: 'custom' }));
    await shown.has(({ length }) => length === 1);
    openGate(thread, 'end');
    expect(await shown.ended).toEqual([{ ...about, chunk: 'Hello' }]);
  });

  test('a task that shows something sends as many heartbeats as without previews, and no event (P1 P3)', async () => {
    await using made = new AsyncDisposableStack();
    const workers = [{ previews: made.use(redis(server.url)) }, { previews: false } as const].map(async (options) => {
      const proxy = made.use(await countingProxy());
      const connection = await NativeConnection.connect({ address: proxy.address });
      const { client } = made.use(await startPreviews({ ...options, worker: { connection } }));
      const thread = client.thread(newId(), 'plays');
      await thread.start([[{ show: 'Hello' }, { beatsUntil: 'beats' }, { show: 'Goodbye' }]]);
      return { thread, count: () => proxy.count('RecordActivityTaskHeartbeat', thread.id) };
    });
    const [on, off] = await Promise.all(workers);
    await until(() => on!.count() >= 2 && off!.count() >= 2);
    expect([on!.count(), off!.count()]).toEqual([2, 2]);
    const types: unknown[] = [];
    for (const { thread } of [on!, off!]) {
      openGate(thread, 'beats');
      await thread.result();
      types.push((await thread.handle.fetchHistory()).events?.map(({ eventType }) => eventType));
    }
    expect(types[0]).toEqual(types[1]);
    const { thread } = on!;
    // Both pieces, and the end.
    expect(await server.client.xLen((await server.client.keys(`*:${thread.id}:*`))[0]!)).toBe(3);
  });

  test('with a codec, what a task shows is readable for the client and not in Redis (P2)', async () => {
    await using hidden = await startOn(server, { worker: { dataConverter: { payloadCodecs: [codec] } } });
    const thread = hidden.client.thread(newId(), 'plays');
    const shown = reading(thread.stream([[{ show: 'a secret' }, end]], { mode: 'custom' }));
    await shown.has(({ length }) => length === 1);
    const [key] = await server.client.keys(`*:${thread.id}:*`);
    const entries = await server.client.xRange(key!, '-', '+');
    const payload = JSON.parse(entries![0]!.message['piece']!) as { metadata: { encoding: string }; data: string };
    expect(Buffer.from(payload.metadata.encoding, 'base64').toString()).toBe('binary/hidden');
    expect(Buffer.from(payload.data, 'base64').toString()).not.toContain('secret');
    expect(JSON.stringify(entries)).not.toContain('secret');
    openGate(thread, 'end');
    expect(await shown.ended).toEqual([{ ...about, chunk: 'a secret' }]);
  });

  test('Redis stops and comes back while a task shows something: each end says so once, and previews go on (P1)', async () => {
    await using other = await startRedis();
    const notices: string[] = [];
    const log = vi.spyOn(Runtime.instance().logger, 'log');
    await using there = await startOn(other, { onNotice: (notice) => notices.push(notice) });
    const thread = there.client.thread(newId(), 'plays');
    const steps: Step[] = [{ show: 'begin ' }, { gate: 'on' }, { shows: '.', until: 'stop' }, { returns: 'fine' }];
    const stream = reading(thread.stream([steps], { mode: ['custom', 'updates'] }));
    await stream.has(({ length }) => length === 1);
    await other.stop();
    openGate(thread, 'on');
    const warnings = (): readonly string[] =>
      log.mock.calls.map(([, message]) => message).filter((message) => message.includes('shows while it runs'));
    await until(() => warnings().length > 0 && notices.length > 0);
    await other.start();
    await stream.has(({ length }) => length > 1);
    openGate(thread, 'stop');
    const items = await stream.ended;
    expect(items.slice(-2)).toEqual([
      ['updates', { play: 'fine' }],
      ['updates', { plays: 'fine' }],
    ]);
    const texts = items.flatMap(([mode, item]) => (mode === 'custom' && 'chunk' in item ? [item.chunk] : []));
    expect(texts.join('')).toMatch(/^begin \.+$/);
    const lost = expect.stringContaining(`Redis at \`${new URL(other.url).host}\` cannot be used`);
    expect(warnings()).toEqual([lost]);
    expect(notices).toEqual([lost]);
  });

  test('where Redis is away all the time, a thread ends with its result (P1)', async () => {
    const other = await startRedis();
    await other[Symbol.asyncDispose]();
    await using there = await startOn(other, { onNotice: () => undefined });
    const thread = there.client.thread(newId(), 'plays');
    const stream = reading(thread.stream([[{ show: 'lost' }]], { mode: ['custom', 'updates'] }));
    expect(await stream.ended).toEqual([
      ['updates', { play: 'done' }],
      ['updates', { plays: 'done' }],
    ]);
  });
});
