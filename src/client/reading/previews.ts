/**
 * What running tasks show, for readers of one run: read once in this process, however many readers there are.
 *
 * P1. A preview is a hint. If it cannot be read, the reader goes on with the history, and a notice says so once.
 * P2. A reader is shown each part once. Before another take of a call it is told to forget what it was shown. If it comes
 *     late, it gets what there is so far, and then what follows.
 */
import { continued, endOf, isLater, partsAfter, withoutHalf, type Preview, type Take } from '../../protocol/preview.ts';
import type { PreviewTarget, PreviewTransport } from '../../previews/transport.ts';
import { taskOfCall } from '../../protocol/names.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { pause, withoutSignal } from '../server/abort.ts';
import { ClientMap } from '../server/client-map.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import type { PreviewPlace } from './cursor.ts';
import type { PreviewedCall, PreviewUpdate, StreamModes, TaskUpdate } from './stream-modes.ts';

/** Before a transport that has failed is read again. */
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/** Whether one of the modes shows previews. */
export function showsPreviews(modes: StreamModes): boolean {
  return [modes].flat().some((mode) => mode === 'messages' || mode === 'custom');
}

/** The feeds of this process that have readers, by run. */
const feeds = new WeakMap<PreviewTransport, ClientMap<PreviewFeed>>();

/** The previews of one run. Reads them while it has readers. */
class PreviewFeed {
  /** By the id of the call. */
  readonly known = new Map<string, Preview>();
  readonly #thread: ThreadHandle;
  readonly #run: string;
  readonly #stopped = new AbortController();
  readonly #listeners = new Set<() => void>();
  #readers = 0;
  #noticed = false;

  /** The feed of this run, which another reader may have opened. {@link close} it. */
  static open(thread: ThreadHandle, run: string): PreviewFeed {
    const { client, settings } = thread;
    const ofTransport = feeds.get(settings.previews) ?? new ClientMap<PreviewFeed>();
    feeds.set(settings.previews, ofTransport);
    const ofClient = ofTransport.of(client);
    const feed = ofClient.get(run) ?? new PreviewFeed(thread, run);
    ofClient.set(run, feed);
    // The requests of the feed must not carry the signal of the reader that comes first.
    if (feed.#readers++ === 0) void withoutSignal(client, () => feed.#read());
    return feed;
  }

  private constructor(thread: ThreadHandle, run: string) {
    this.#thread = thread;
    this.#run = run;
  }

  /** Calls the listener after each change. Returns what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    if (--this.#readers > 0) return;
    feeds.get(this.#thread.settings.previews)?.of(this.#thread.client).delete(this.#run);
    this.#stopped.abort();
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    const { signal } = this.#stopped;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        for await (const pieces of this.#thread.settings.previews.read(this.#target())) {
          pauseMs = FIRST_PAUSE_MS;
          this.#take(pieces);
        }
      } catch (error) {
        if (!signal.aborted) this.#notice(error);
      }
      await pause(pauseMs, signal).catch(() => undefined);
    }
  }

  #take(pieces: readonly Preview[]): void {
    for (const piece of pieces) this.known.set(piece.call, continued(this.known.get(piece.call), piece));
    for (const changed of this.#listeners) changed();
  }

  #target(): PreviewTarget {
    const { client, id: thread, decode } = this.#thread;
    return {
      namespace: client.options.namespace,
      thread,
      run: this.#run,
      pendingCalls: () => this.#thread.pendingCalls(this.#run),
      decode: (text) => decode.text(text),
      signal: this.#stopped.signal,
    };
  }

  #notice(error: unknown): void {
    if (this.#noticed) return;
    this.#noticed = true;
    const { id, settings } = this.#thread;
    settings.notify(
      `What the running tasks of thread \`${id}\` show cannot be read: ${messageOf(error)}. Their results come nevertheless.`,
    );
  }
}

/** How far a reader has come with one call. */
interface Seen extends Take {
  /** The place behind what it was shown. */
  readonly place: number;
  /** The modes in which it was shown something. */
  readonly modes: ReadonlySet<PreviewUpdate['mode']>;
}

const MODES = ['messages', 'custom'] as const satisfies readonly PreviewUpdate['mode'][];

/** The previews of one reader. {@link close} them when reading ends. */
export class Previews {
  readonly #thread: ThreadHandle;
  readonly #seen = new Map<string, Seen>();
  #open: { readonly run: string; readonly feed: PreviewFeed } | undefined;

  /** @param places How far an earlier reader had come, whose cursor this one goes on with. */
  constructor(thread: ThreadHandle, places: readonly PreviewPlace[] = []) {
    this.#thread = thread;
    for (const { call, ...place } of places) this.#seen.set(call, { ...place, modes: new Set(MODES) });
  }

  /**
   * Yields what calls show until the history goes on, and then the news of the history.
   *
   * @param calls The calls that run. Without any, nothing is read.
   */
  async *until(history: Promise<unknown>, run: string, calls: readonly string[]): AsyncGenerator<PreviewUpdate> {
    if (calls.length === 0 || this.#open?.run !== run) this.close();
    if (calls.length === 0) return;
    this.#open ??= { run, feed: PreviewFeed.open(this.#thread, run) };
    const { feed } = this.#open;
    // A race for each change would leave something behind at `history`, which may take hours.
    const over = new AbortController();
    let news = Promise.withResolvers<void>();
    const unlisten = feed.listen(() => news.resolve());
    const end = (): void => {
      over.abort();
      news.resolve();
    };
    history.then(end, end);
    try {
      while (!over.signal.aborted) {
        news = Promise.withResolvers();
        for (const call of calls) {
          const known = feed.known.get(call);
          if (known) yield* this.#news(known);
        }
        await news.promise;
      }
    } finally {
      unlisten();
    }
  }

  /** What the end of a call means for what was shown of it. */
  *finish({ task, id, kind, attempt = 1 }: TaskUpdate): Generator<PreviewUpdate> {
    const seen = this.#seen.get(id);
    if (!seen) return;
    switch (kind) {
      case 'scheduled':
      // The call runs again, and says itself when its preview begins anew.
      case 'asked':
      case 'unregistered':
      case 'cutOff':
        return;
      case 'finished':
        this.#seen.delete(id);
        return;
      case 'failed':
      case 'timedOut':
      case 'canceled':
        yield* this.#reset(seen, { task, id, attempt }, () => this.#seen.delete(id));
        return;
      default:
        kind satisfies never;
    }
  }

  /** The run has ended: what its calls have shown is void. A run that a reset has made calls them again, in the same take. */
  *forget(): Generator<PreviewUpdate> {
    for (const [id, seen] of this.#seen) {
      const about = { task: taskOfCall(id), id, attempt: seen.attempt };
      yield* this.#reset(seen, about, () => this.#seen.delete(id));
    }
  }

  /**
   * Tells the modes to forget what they were shown.
   *
   * @param forget Called before the last one is told: a reader whose cursor is between two of them is told again.
   */
  *#reset({ modes }: Seen, about: PreviewedCall, forget: () => void): Generator<PreviewUpdate> {
    const told = [...modes];
    if (told.length === 0) forget();
    for (const [i, mode] of told.entries()) {
      if (i === told.length - 1) forget();
      yield { mode, item: { ...about, kind: 'reset' } };
    }
  }

  /** How far the reader has come, for its cursor. */
  places(): readonly PreviewPlace[] {
    return [...this.#seen].map(([call, { scheduledMs, attempt, place }]) => ({ call, scheduledMs, attempt, place }));
  }

  close(): void {
    this.#open?.feed.close();
    this.#open = undefined;
  }

  *#news(known: Preview): Generator<PreviewUpdate> {
    const { call: id, scheduledMs, attempt, begin } = known;
    const before = this.#seen.get(id);
    if (before && isLater(before, known)) return;
    const isAnew = before !== undefined && (isLater(known, before) || before.place < begin);
    const about = { task: taskOfCall(id), id, attempt };
    if (before && isAnew) {
      const anew: Seen = { scheduledMs, attempt, place: begin, modes: new Set() };
      yield* this.#reset(before, about, () => this.#seen.set(id, anew));
    }
    const { place, modes } = this.#seen.get(id) ?? { place: begin, modes: new Set<never>() };
    const shown = new Set<PreviewUpdate['mode']>(modes);
    let at = Math.max(place, known.from);
    let skipped = at - place;
    for (const part of withoutHalf(partsAfter(known, place))) {
      const mode = part.kind === 'chunk' ? 'custom' : 'messages';
      at = Math.min(at + endOf({ from: 0, parts: [part] }), endOf(known));
      this.#seen.set(id, { scheduledMs, attempt, place: at, modes: shown.add(mode) });
      yield { mode, item: { ...about, ...part, ...(skipped > 0 ? { skipped } : {}) } } as PreviewUpdate;
      skipped = 0;
    }
  }
}
