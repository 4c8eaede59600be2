/** The transport through Redis by itself, without Temporal: what is written is read, and Redis may go away (P1 P2). */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, inspect } from 'node:util';
import {
  decodeArrayFromPayloads,
  encodeToPayload,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { redis, type Preview, type PreviewRun, type PreviewSink, type RedisTransport } from 'holdpoint/previews';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { continued } from '../../src/protocol/preview.ts';
import { codec } from './fixtures/codec.ts';
import { freePort } from './fixtures/processes.ts';
import { hasRedis, startRedis, type TestRedis } from './fixtures/redis.ts';
import { rejection, until } from './fixtures/scenario.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('Skipped: the test of `rediss`, which needs `openssl` on the PATH');

const aRun = (): PreviewRun => ({ namespace: 'default', thread: `t-${randomUUID()}`, run: randomUUID() });

interface Ends {
  readonly encode: (value: unknown) => Promise<string>;
  readonly decode: (text: string) => Promise<unknown>;
}

const plain: Ends = { encode: async (value) => JSON.stringify(value), decode: async (text) => JSON.parse(text) };

/** The worker's end and the client's end, with a codec. */
const hidden: Ends = {
  encode: async (value) => {
    const { metadata, data } = await encodeToPayload(loadDataConverter({ payloadCodecs: [codec] }), value);
    const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
    return JSON.stringify([base64(metadata?.['encoding']), base64(data)]);
  },
  decode: async (text) => {
    const [encoding, data] = (JSON.parse(text) as string[]).map((bytes) => Buffer.from(bytes, 'base64'));
    const payload = { metadata: { encoding: encoding! }, data: data! };
    return (await decodeArrayFromPayloads(loadDataConverter({ payloadCodecs: [codec] }), [payload]))[0];
  },
};

/** Writes texts as a task does. */
class Task {
  #whole: Preview;
  readonly #sink: PreviewSink;

  constructor(transport: RedisTransport, run: PreviewRun, { call = 'write:1', attempt = 1, ends = plain } = {}) {
    this.#whole = { call, scheduledMs: 1, attempt, begin: 0, from: 0, parts: [] };
    this.#sink = transport.open({ ...run, carry: undefined, encode: ends.encode })!;
  }

  async show(text: string): Promise<void> {
    const from = this.#whole.from + textOf(this.#whole).length;
    const piece: Preview = { ...this.#whole, from, parts: [{ kind: 'text', text }] };
    this.#whole = continued(this.#whole, piece);
    await this.#sink.append(piece, this.#whole);
  }

  async end(): Promise<void> {
    await this.#sink.end();
  }
}

function textOf({ parts }: Preview): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

/** Reads a run until it is disposed of. */
class Reader implements AsyncDisposable {
  /** What was yielded. */
  readonly pieces: (readonly Preview[])[] = [];
  readonly #known = new Map<string, Preview>();
  readonly #stopped = new AbortController();
  readonly done: Promise<unknown>;

  constructor(transport: RedisTransport, run: PreviewRun, ends = plain) {
    const pendingCalls = async (): Promise<[]> => [];
    const target = { ...run, pendingCalls, decode: ends.decode, signal: this.#stopped.signal };
    this.done = this.#read(transport.read(target)).catch((error: unknown) => error);
  }

  async #read(all: AsyncIterable<readonly Preview[]>): Promise<void> {
    for await (const pieces of all) {
      this.pieces.push(pieces);
      for (const piece of pieces) this.#known.set(piece.call, continued(this.#known.get(piece.call), piece));
    }
  }

  text(call = 'write:1'): string {
    const known = this.#known.get(call);
    return known ? textOf(known) : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.done;
  }
}

describe.skipIf(!hasRedis)('with a Redis server', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('readers of several runs are shown what tasks show, while they show it (P2)', async () => {
    await using worker = redis(server.url);
    await using client = redis({ url: server.url });
    const [one, other] = [aRun(), aRun()];
    const [writing, elsewhere] = [new Task(worker, one), new Task(worker, other)];
    await using reader = new Reader(client, one);
    await writing.show('Hello');
    await until(() => reader.text() === 'Hello');
    // The other run is added while the read for the first one is blocked.
    await using late = new Reader(client, other);
    await elsewhere.show('elsewhere');
    await until(() => late.text() === 'elsewhere');
    await writing.show(', world');
    await until(() => reader.text() === 'Hello, world');
    expect(late.text()).toBe('elsewhere');
    // One connection for commands and one for the blocked read.
    const clients = await server.client.clientList();
    expect(clients.filter(({ cmd }) => cmd === 'xread')).toHaveLength(1);
  });

  test('a reader that comes late gets one piece for each call that runs, and none for a call that has ended (P2)', async () => {
    await using transport = redis(server.url);
    const run = aRun();
    const [first, ended, other] = ['first:1', 'ended:1', 'other:1'].map((call) => new Task(transport, run, { call }));
    for (const word of ['a', 'b', 'c']) await first!.show(word);
    await ended!.show('over');
    await ended!.end();
    await other!.show('x');
    await using reader = new Reader(transport, run);
    await until(() => reader.pieces.length > 0);
    expect(reader.pieces[0]).toEqual([
      { call: 'first:1', scheduledMs: 1, attempt: 1, begin: 0, from: 0, parts: [{ kind: 'text', text: 'abc' }] },
      expect.objectContaining({ call: 'other:1', parts: [{ kind: 'text', text: 'x' }] }),
    ]);
    await first!.show('d');
    await until(() => reader.text('first:1') === 'abcd');
  });

  test('two readers of one run in one process are both shown everything (P2)', async () => {
    await using transport = redis(server.url);
    const run = aRun();
    const task = new Task(transport, run);
    await using one = new Reader(transport, run);
    await task.show('a');
    await until(() => one.text() === 'a');
    await using two = new Reader(transport, run);
    await until(() => two.text() === 'a');
    await task.show('b');
    await until(() => one.text() === 'ab' && two.text() === 'ab');
    expect(one.pieces.flat()).toHaveLength(2);
  });

  test('with a codec, nothing readable is in Redis, and no key is that of another thread', async () => {
    await using transport = redis({ url: server.url, prefix: 'hidden' });
    const run = { ...aRun(), thread: 'a:b/c' };
    const task = new Task(transport, run, { call: 'whisper:1', ends: hidden });
    await task.show('a secret');
    await task.end();
    const keys = await server.client.keys('hidden:*');
    expect(keys).toEqual([`hidden:default:a%3Ab%2Fc:${run.run}`]);
    const entries = JSON.stringify(await server.client.xRange(keys[0]!, '-', '+'));
    for (const word of ['secret', 'whisper', 'text']) {
      expect(entries).not.toContain(word);
      expect(entries).not.toContain(Buffer.from(word).toString('base64').slice(0, -3));
    }
    const next = new Task(transport, run, { call: 'whisper:2', ends: hidden });
    await next.show('a secret');
    await using reader = new Reader(transport, run, hidden);
    await until(() => reader.text('whisper:2') === 'a secret');
  });

  test('a stream has a bound and a time to live, and late readers find all of a long text in it', async () => {
    await using transport = redis({ url: server.url, maxLength: 200, keep: '90s' });
    const run = aRun();
    const task = new Task(transport, run);
    let text = '';
    for (let i = 0; i < 1_000; i++) {
      await task.show(`${i} `);
      text += `${i} `;
    }
    const key = `holdpoint:previews:default:${run.thread}:${run.run}`;
    // Redis drops whole blocks of entries, a hundred each.
    expect(await server.client.xLen(key)).toBeLessThanOrEqual(300);
    const ttl = await server.client.pTTL(key);
    expect(ttl).toBeGreaterThan(60_000);
    expect(ttl).toBeLessThanOrEqual(90_000);
    await using reader = new Reader(transport, run);
    await until(() => reader.text() === text);
  });

  test('entries of others in the stream are ignored', async () => {
    await using transport = redis(server.url);
    const run = aRun();
    const task = new Task(transport, run);
    await task.show('a');
    const key = `holdpoint:previews:default:${run.thread}:${run.run}`;
    await server.client.xAdd(key, '*', { something: 'else' });
    await server.client.xAdd(key, '*', { take: 'x', piece: '{"call":1}' });
    await using reader = new Reader(transport, run);
    await until(() => reader.text() === 'a');
    await server.client.xAdd(key, '*', { take: 'x', piece: 'null' });
    await task.show('b');
    await until(() => reader.text() === 'ab');
  });

  test('a reader that stops stops, and the blocked connection ends with the last one', async () => {
    await using transport = redis(server.url);
    const run = aRun();
    const before = await connections(server);
    const reader = new Reader(transport, run);
    await until(async () => (await connections(server)) === before + 2);
    await reader[Symbol.asyncDispose]();
    expect(await reader.done).toBeUndefined();
    await until(async () => (await connections(server)) === before + 1);
    await transport.close();
    await until(async () => (await connections(server)) === before);
    const task = new Task(transport, run);
    expect((await rejection(task.show('late'))).message).toBe('The transport `redis` is closed');
    await task.end();
  });

  test('a process that has shown and read ends by itself', async () => {
    const script = `
      import { redis } from 'holdpoint/previews';
      const transport = redis('${server.url}');
      const run = { namespace: 'default', thread: 't', run: 'r', encode: async (v) => JSON.stringify(v), decode: JSON.parse };
      const piece = { call: 'write:1', scheduledMs: 1, attempt: 1, begin: 0, from: 0, parts: [] };
      const held = setInterval(() => {}, 1_000);
      await transport.open(run).append(piece, piece);
      const pieces = transport.read({ ...run, signal: new AbortController().signal })[Symbol.asyncIterator]();
      await pieces.next();
      pieces.next();
      clearInterval(held);
      console.log('read');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 30_000,
    });
    expect(stdout).toBe('read\n');
  });

  test('Redis stops in the middle of a text, and is empty afterwards: then all of it is there again (P1)', async () => {
    await using own = await startRedis();
    await using transport = redis(own.url);
    const run = aRun();
    const task = new Task(transport, run);
    const reader = new Reader(transport, run);
    await task.show('a');
    await until(() => reader.text() === 'a');
    await own.stop();
    expect(await reader.done).toMatchObject({ message: expect.stringContaining(`Redis at \`${hostOf(own)}\``) });
    expect((await rejection(task.show('b'))).message).toContain('cannot be used: ');
    // The result of the task does not wait for Redis.
    await new Task(transport, run).end();
    await own.start();
    await until(() =>
      task.show('c').then(
        () => true,
        () => false,
      ),
    );
    await using again = new Reader(transport, run);
    await until(() => /^ab(c)+$/.test(again.text()));
  });

  test('Redis hangs: what is shown is dropped after a while, and nothing waits for longer (P1)', async () => {
    await using own = await startRedis();
    await using transport = redis(own.url);
    const run = aRun();
    const task = new Task(transport, run);
    await task.show('a');
    own.hang();
    expect((await rejection(task.show('b'))).message).toContain('no answer for 5 seconds');
    await task.end();
    own.goOn();
    await task.show('c');
    await using reader = new Reader(transport, run);
    await until(() => reader.text() === 'abc');
  });

  test('nothing that is thrown has the password', async () => {
    const password = 'open-sesame';
    await using own = await startRedis([], password);
    await using right = redis(own.url);
    const run = aRun();
    await new Task(right, run).show('a');
    await using reader = new Reader(right, run);
    await until(() => reader.text() === 'a');
    await using wrong = redis(own.url.replace(password, 'let-me-in'));
    const refused = await rejection(new Task(wrong, run).show('b'));
    expect(refused.message).toContain('WRONGPASS');
    await own.stop();
    const away = await rejection(new Task(right, run).show('c'));
    for (const error of [refused, away, await reader.done])
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/let-me-in|open-sesame/);
  });

  test.skipIf(!hasOpenssl)('`rediss` is TLS, and a certificate that nobody vouches for is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    );
    const port = await freePort();
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    await using _own = await startRedis(['--tls-port', `${port}`, '--tls-auth-clients', 'no', ...files]);
    const url = `rediss://127.0.0.1:${port}`;
    await using transport = redis(url);
    expect((await rejection(new Task(transport, aRun()).show('a'))).message).toContain('self-signed certificate');
    const script = `
      import { redis } from 'holdpoint/previews';
      const sink = redis('${url}').open({ namespace: 'default', thread: 't', run: 'r', encode: async () => 'x' });
      const held = setInterval(() => {}, 1_000);
      await sink.append();
      clearInterval(held);
      console.log('shown');`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: cert };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env,
      timeout: 30_000,
    });
    expect(stdout).toBe('shown\n');
    rmSync(folder, { recursive: true });
  });
});

async function connections({ client }: TestRedis): Promise<number> {
  return (await client.clientList()).length;
}

function hostOf({ url }: TestRedis): string {
  return new URL(url).host;
}

test('where nothing listens, what is shown fails at once and says where (P1)', async () => {
  const host = `localhost:${await freePort()}`;
  await using transport = redis(`redis://ann:secret@${host}`);
  const task = new Task(transport, aRun());
  const error = await rejection(task.show('a'));
  expect(error.message).toContain(`Redis at \`${host}\` cannot be used: `);
  expect(error.message).toContain('ECONNREFUSED');
  expect(inspect(error, { depth: 10 })).not.toContain('secret');
  // Many tasks show many things: not each of them is a try.
  expect(await rejection(task.show('b'))).toBe(error);
});

test('without the package `redis`, what is shown fails with a sentence that says what to install', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    const missing = Object.assign(new Error("Cannot find package 'redis'"), { code: 'ERR_MODULE_NOT_FOUND' });
    registerHooks({
      resolve(name, context, next) {
        if (name === 'redis') throw missing;
        return next(name, context);
      },
    });
    const { redis } = await import('holdpoint/previews');
    const sink = redis('redis://localhost').open({ namespace: 'default', thread: 't', run: 'r' });
    await sink.append().catch((error) => console.log(error.message));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout).toBe('Expected the package `redis` to be installed beside holdpoint: `npm install redis`\n');
});
