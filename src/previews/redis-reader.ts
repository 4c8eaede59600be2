/**
 * Reads the streams of all runs that have readers in this process, with one blocked `XREAD`.
 *
 * A blocked connection takes no other command. To add a run to what it reads, an entry is appended to one more stream, which
 * is read along with the runs and belongs to this process. The entry is kept until it is read, so it does not matter whether
 * `XREAD` is blocked yet.
 */
import { randomUUID } from 'node:crypto';
import { inBatches } from '../protocol/in-batches.ts';
import { continued, type Preview } from '../protocol/preview.ts';
import type { RedisConnection } from './redis-connection.ts';
import { isBefore, isPreview, piecesOf, runningPieces, type Entry } from './redis-stream.ts';
import type { PreviewTarget } from './transport.ts';

/** How long the server waits for news before it answers that there is none. Dead connections are noticed by it. */
const BLOCK_MS = 5_000;
/** How many entries of a stream are read at once. */
const PAGE = 1_000;
/** How many pieces are decoded at the same time: a codec may ask a server. */
const DECODED_AT_ONCE = 50;
/** A stream without entries. Every entry comes after this id. */
const BEGINNING = '0-0';
const WAKING_MS = 60_000;

/** The connections of the reader. */
export interface ReaderConnections {
  /** For commands that are answered at once. */
  readonly commands: RedisConnection;
  /** For the blocked `XREAD`. */
  readonly blocked: RedisConnection;
}

/** A run that is read. */
interface ReadRun {
  readonly key: string;
  /** The id of the last entry that was read. */
  last: string;
  /** What was read and not taken. */
  entries: Entry[];
  error?: unknown;
  news: PromiseWithResolvers<void>;
}

export class RedisReader {
  readonly #connections: ReaderConnections;
  readonly #runs = new Set<ReadRun>();
  readonly #waking: { readonly key: string; last: string };
  #isReading = false;

  constructor(connections: ReaderConnections, prefix: string) {
    this.#connections = connections;
    this.#waking = { key: `${prefix}:waking:${randomUUID()}`, last: BEGINNING };
  }

  /** Yields what there is so far, and then what follows, until the signal aborts. */
  async *read(key: string, { signal, decode }: PreviewTarget): AsyncGenerator<readonly Preview[]> {
    const { entries, last } = await this.#soFar(key);
    const running = await decoded(runningPieces(entries), decode);
    const known = new Map<string, Preview>();
    for (const piece of running) known.set(piece.call, continued(known.get(piece.call), piece));
    if (known.size > 0) yield [...known.values()];

    const run: ReadRun = { key, last, entries: [], news: Promise.withResolvers() };
    const stop = (): void => run.news.resolve();
    signal.addEventListener('abort', stop);
    this.#runs.add(run);
    try {
      await this.#add();
      while (!signal.aborted) {
        await run.news.promise;
        if (run.error !== undefined) throw run.error;
        const news = run.entries.splice(0);
        if (!signal.aborted) run.news = Promise.withResolvers();
        const pieces = await decoded(piecesOf(news), decode);
        if (pieces.length > 0) yield pieces;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#runs.delete(run);
    }
  }

  async #soFar(key: string): Promise<{ readonly entries: readonly Entry[]; readonly last: string }> {
    const entries: Entry[] = [];
    for (;;) {
      const id = entries.at(-1)?.id ?? BEGINNING;
      const reply = await this.#connections.commands.run((client) => client.xRead({ key, id }, { COUNT: PAGE }));
      const page = reply?.[0]?.messages ?? [];
      entries.push(...page);
      if (page.length < PAGE) return { entries, last: entries.at(-1)?.id ?? BEGINNING };
    }
  }

  /** Reads a run that is new. */
  async #add(): Promise<void> {
    if (!this.#isReading) {
      this.#isReading = true;
      void this.#readAll();
      return;
    }
    const { key } = this.#waking;
    const TRIM = { strategy: 'MAXLEN', threshold: 1 } as const;
    await this.#connections.commands.run((client) =>
      Promise.all([client.xAdd(key, '*', { wake: '1' }, { TRIM }), client.pExpire(key, WAKING_MS)]),
    );
  }

  /** Reads while there are runs to read. Never rejects. */
  async #readAll(): Promise<void> {
    const { blocked } = this.#connections;
    try {
      while (this.#runs.size > 0) {
        const reply = await blocked.run(
          (client) => client.xRead(this.#streams(), { BLOCK: BLOCK_MS, COUNT: PAGE }),
          BLOCK_MS,
        );
        for (const { name, messages } of reply ?? []) this.#take(name, messages);
      }
    } catch (error) {
      for (const run of this.#runs) fail(run, error);
      this.#runs.clear();
    }
    this.#isReading = false;
    blocked.drop();
  }

  /** One for each key, from the first id that one of its readers needs. */
  #streams(): { key: string; id: string }[] {
    const firsts = new Map([[this.#waking.key, this.#waking.last]]);
    for (const { key, last } of this.#runs) {
      const first = firsts.get(key);
      if (first === undefined || isBefore(last, first)) firsts.set(key, last);
    }
    return [...firsts].map(([key, id]) => ({ key, id }));
  }

  #take(key: string, entries: readonly Entry[]): void {
    const end = entries.at(-1)?.id;
    if (end === undefined) return;
    if (key === this.#waking.key) this.#waking.last = end;
    for (const run of this.#runs) {
      if (run.key !== key) continue;
      // A run that was added later may have some of them. Readers ignore what is repeated (P2).
      run.entries.push(...entries);
      if (isBefore(run.last, end)) run.last = end;
      run.news.resolve();
    }
  }
}

function fail(run: ReadRun, error: unknown): void {
  run.error = error;
  run.news.resolve();
}

async function decoded(texts: readonly string[], decode: PreviewTarget['decode']): Promise<readonly Preview[]> {
  return (await inBatches(texts, DECODED_AT_ONCE, decode)).filter(isPreview);
}
