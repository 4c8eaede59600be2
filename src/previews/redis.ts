/**
 * `redis(url)`: previews go through Redis, one stream for each run of a thread. For Temporal Cloud, where each heartbeat is
 * a billed action, and for many readers.
 *
 * Redis keeps previews for a while and up to a number. If it is away, tasks and readers go on without previews (P1).
 */
import { randomUUID } from 'node:crypto';
import { durationMs, type Duration } from '../protocol/duration.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { RedisConnection, type RedisClient } from './redis-connection.ts';
import { RedisReader } from './redis-reader.ts';
import { keyOf, type EntryFields } from './redis-stream.ts';
import type { PreviewSink, PreviewSource, PreviewTransport } from './transport.ts';

/** The options of `redis`. */
export interface RedisOptions {
  /**
   * The server: `redis://host:6379`, or `rediss://…` for TLS. A user, a password and the number of a database may be in it:
   * `rediss://user:password@host:6379/2`.
   */
  readonly url: string;
  /**
   * The shortest pause between two pieces of a task: milliseconds, or text such as '1s'.
   *
   * @default 50
   */
  readonly every?: Duration | undefined;
  /**
   * How long previews of a run are kept after the last one, at least one second.
   *
   * @default '1h'
   */
  readonly keep?: Duration | undefined;
  /**
   * About how many pieces of a run are kept. Redis drops the oldest ones, and may keep some more.
   *
   * @default 4000
   */
  readonly maxLength?: number | undefined;
  /**
   * What the keys begin with. Workers and clients need the same one.
   *
   * @default 'holdpoint:previews'
   */
  readonly prefix?: string | undefined;
}

const NAMES: OptionNames<RedisOptions> = { url: true, every: true, keep: true, maxLength: true, prefix: true };

/** The transport through Redis. Its connections keep no process alive; {@link close} ends them at once. */
export interface RedisTransport extends PreviewTransport, AsyncDisposable {
  /** Ends the connections. What a task shows from then on is dropped. */
  close(): Promise<void>;
}

/**
 * The transport of previews through Redis. It needs the package `redis`, and connects when something is shown or read.
 *
 * @example
 * const previews = redis('rediss://worker:secret@redis.example.com:6379');
 * const worker = await Worker.create({ …, plugins: [new HoldpointPlugin({ previews })] });
 *
 * @throws `TypeError` if the URL or another option is wrong.
 */
export function redis(options: string | RedisOptions): RedisTransport {
  const { url, everyMs, ...bounds } = settingsOf(options);
  const commands = new RedisConnection(url);
  const blocked = new RedisConnection(url);
  const reader = new RedisReader({ commands, blocked }, bounds.prefix);
  const close = async (): Promise<void> => {
    commands.close();
    blocked.close();
  };
  return {
    everyMs,
    usesHeartbeats: false,
    open: (source) => open(source, commands, bounds),
    read: (target) => reader.read(keyOf(bounds.prefix, target), target),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Bounds {
  readonly prefix: string;
  readonly keepMs: number;
  readonly maxLength: number;
}

/**
 * The way of one take.
 *
 * Sometimes all of the take is sent in place of the piece: on each new connection, because Redis may have missed something
 * or lost it, and at least once in a quarter of what is kept, so that readers that come late find it.
 */
function open(source: PreviewSource, connection: RedisConnection, { prefix, keepMs, maxLength }: Bounds): PreviewSink {
  const key = keyOf(prefix, source);
  const take = randomUUID();
  const TRIM = { strategy: 'MAXLEN', strategyModifier: '~', threshold: maxLength } as const;
  const wholeEach = Math.ceil(maxLength / 4);
  let count = 0;
  /** The client that sent the last piece. */
  let last: RedisClient | undefined;

  const add = async (fields: EntryFields): Promise<void> => {
    last = undefined;
    last = await connection.run(async (client) => {
      await Promise.all([client.xAdd(key, '*', fields, { TRIM }), client.pExpire(key, keepMs)]);
      return client;
    });
  };
  return {
    append: async (piece, whole) => {
      const isBehind = (await connection.connect()) !== last;
      const text = await source.encode(isBehind || count % wholeEach === 0 ? whole : piece);
      await add({ take, piece: text });
      count++;
    },
    // Without the sign, readers that come late are shown a take that is over, until they read in the history that it is. So
    // the result of a task does not wait for Redis to come back.
    end: async () => {
      if (last !== undefined && last === connection.living) await add({ take, ended: '1' });
    },
  };
}

const EXPECTED_URL = "a URL such as 'redis://localhost:6379' or 'rediss://user:password@redis.example.com:6379'";

function settingsOf(given: string | RedisOptions) {
  const options: RedisOptions = typeof given === 'string' ? { url: given } : given;
  assertOptions(options, '`redis`', NAMES, { isRequired: true });
  const { url, every = 50, keep = '1h', maxLength = 4_000, prefix = 'holdpoint:previews' } = options;
  assertUrl(url);
  const keepMs = durationMs(keep, 'keep');
  if (keepMs < 1_000) throw refusedOption('`keep`', 'at least one second', keep);
  if (!Number.isSafeInteger(maxLength) || maxLength < 1)
    throw refusedOption('`maxLength`', 'a whole number of at least 1', maxLength);
  if (typeof prefix !== 'string' || prefix === '') throw refusedOption('`prefix`', 'a text', prefix);
  return { url, everyMs: durationMs(every, 'every'), keepMs: Math.ceil(keepMs), maxLength, prefix };
}

/** @throws `TypeError` if Redis cannot be reached by it. The message has nothing of what may be a password. */
function assertUrl(url: unknown): asserts url is string {
  if (typeof url !== 'string') throw refusedOption('`url`', EXPECTED_URL, url);
  const parsed = URL.parse(url);
  if (!parsed) throw refusedOption('`url`', EXPECTED_URL, '…');
  const isRedis = /^rediss?:$/.test(parsed.protocol) && parsed.hostname !== '';
  if (!isRedis || !/^\/?\d*$/.test(parsed.pathname) || !isEscaped(parsed))
    throw refusedOption('`url`', EXPECTED_URL, `${parsed.protocol}…`);
}

/** Whether the user and the password can be read. */
function isEscaped({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
