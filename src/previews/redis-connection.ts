/**
 * A connection to Redis: made when a command needs it, and made anew after it has broken.
 *
 * Nothing waits for a server that is away (P1): commands fail at once, and are not kept for later. That is why the client
 * does not reconnect by itself. Its timers would also keep a process alive that is otherwise done.
 */
import { isMissing } from '../protocol/missing-package.ts';
import { messageOf } from '../protocol/thrown.ts';

/** A client of the package `redis`. */
export type RedisClient = Awaited<ReturnType<typeof clientOf>>;

const CONNECT_MS = 5_000;
/** A server that takes longer to answer is away. */
const ANSWER_MS = 5_000;
/** After an attempt to connect has failed, others fail without a try, for this long. */
const PAUSE_MS = 1_000;

export class RedisConnection {
  readonly #url: string;
  #living: RedisClient | undefined;
  #connecting: Promise<RedisClient> | undefined;
  #failed: { readonly error: Error; readonly at: number } | undefined;
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** The client, while its connection lives. */
  get living(): RedisClient | undefined {
    return this.#living;
  }

  /** The client with a living connection. */
  async connect(): Promise<RedisClient> {
    if (this.#isClosed) throw new Error('The transport `redis` is closed');
    if (this.#living) return this.#living;
    if (this.#failed && Date.now() - this.#failed.at < PAUSE_MS) throw this.#failed.error;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /**
   * Sends commands, and gives up the connection if they are not answered in time.
   *
   * @param send Commands that it sends at once are one round trip.
   * @param blockMs How long the server itself may wait before it answers.
   */
  async run<Reply>(send: (client: RedisClient) => Promise<Reply>, blockMs = 0): Promise<Reply> {
    return this.#within(await this.connect(), blockMs + ANSWER_MS, send);
  }

  /** Drops the connection. The next command makes another one. */
  drop(): void {
    this.#living?.destroy();
  }

  /** Drops the connection for good. */
  close(): void {
    this.#isClosed = true;
    this.drop();
    // What still connects has a deadline, and keeps no process alive.
    this.#connecting?.then(
      (client) => client.destroy(),
      () => undefined,
    );
  }

  async #connect(): Promise<RedisClient> {
    const client = await clientOf(this.#url);
    const forget = (): void => {
      if (this.#living === client) this.#living = undefined;
    };
    // The commands that wait for an answer are told as well.
    client.on('error', forget).on('end', forget);
    client.unref();
    try {
      await this.#within(client, CONNECT_MS + ANSWER_MS, () => client.connect());
    } catch (error) {
      client.destroy();
      this.#failed = { error: error as Error, at: Date.now() };
      throw error;
    }
    this.#failed = undefined;
    this.#living = client;
    return client;
  }

  async #within<Reply>(client: RedisClient, ms: number, send: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      client.destroy();
    }, ms).unref();
    try {
      return await send(client);
    } catch (error) {
      throw this.#explained(error, isLate ? `no answer for ${ms / 1_000} seconds` : reasonOf(error));
    } finally {
      clearTimeout(late);
    }
  }

  /** The user and the password of the URL are in no message. */
  #explained(error: unknown, reason: string): Error {
    return new Error(`Redis at \`${new URL(this.#url).host}\` cannot be used: ${reason}`, { cause: error });
  }
}

/** An error about several addresses of one host has no message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return !message && code ? code : messageOf(error);
}

/** Makes a client that speaks version 2 of Redis's protocol, which every server knows. */
async function clientOf(url: string) {
  const { createClient } = await importPackage();
  return createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_MS },
  });
}

async function importPackage() {
  return import('redis').catch((error: unknown): never => {
    if (!isMissing(error, 'redis')) throw error;
    throw new Error('Expected the package `redis` to be installed beside holdpoint: `npm install redis`', {
      cause: error,
    });
  });
}
