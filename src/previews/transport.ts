/**
 * The way of previews from a task to its readers: what `heartbeats()` and `redis(url)` implement.
 *
 * Workers and clients use the same transport. Both ends give it what it needs of Temporal, so a transport knows nothing else
 * of Temporal, and a user may write one.
 */
import type { Preview } from '../protocol/preview.ts';
import { refusedOption } from '../protocol/refused-options.ts';

/** The run of a thread that previews belong to. */
export interface PreviewRun {
  /** Temporal's namespace. */
  readonly namespace: string;
  /** The id of the thread. */
  readonly thread: string;
  /** The run. */
  readonly run: string;
}

/** A running call, as the server describes it. */
export interface PendingCall {
  /** The id of the call. */
  readonly id: string;
  /** Which attempt of it runs or is about to run, from 1. */
  readonly attempt: number;
  /** The decoded details of its last heartbeat, of this attempt or of an earlier one. */
  readonly details: unknown;
}

/** The end of a transport on the worker: one take of a task. */
export interface PreviewSource extends PreviewRun {
  /**
   * Lets the preview ride on the heartbeats of the task, from now on. Rejects if it cannot. `undefined` if the task may not
   * heartbeat.
   */
  readonly carry: ((preview: Preview) => Promise<void>) | undefined;
  /** Encodes a value with the data converter of the worker, and so with its codec. */
  readonly encode: (value: unknown) => Promise<string>;
}

/** The end of a transport on the client: the reader of one run. */
export interface PreviewTarget extends PreviewRun {
  /** The running calls, from the server. */
  readonly pendingCalls: () => Promise<readonly PendingCall[]>;
  /** Decodes what `encode` of the worker has made. */
  readonly decode: (text: string) => Promise<unknown>;
  /** Stops reading when it aborts. */
  readonly signal: AbortSignal;
}

/** Takes the preview of one take. Calls do not overlap. What it throws is logged once, and fails nothing (P1). */
export interface PreviewSink {
  /**
   * Takes what is new.
   *
   * @param piece The parts since the last call.
   * @param whole All of the take, or its end, which holds the piece.
   */
  readonly append: (piece: Preview, whole: Preview) => void | Promise<void>;
  /** The task has ended: its result is known from now on. */
  readonly end: () => void | Promise<void>;
}

/** One way of previews. */
export interface PreviewTransport {
  /** The shortest pause between two pieces of one task, in milliseconds. */
  readonly everyMs: number;
  /** True if previews ride on heartbeats: the worker then sends these as often. */
  readonly usesHeartbeats: boolean;
  /** Opens the way for one take. `undefined` if its previews cannot be shown: the task then shows nothing. */
  readonly open: (source: PreviewSource) => PreviewSink | undefined;
  /**
   * Yields pieces of the previews of a run as they come, at first what there is so far. Pieces may overlap and may be
   * repeated. One reader serves all readers of the run in a process. It is read only while a task runs.
   */
  readonly read: (target: PreviewTarget) => AsyncIterable<readonly Preview[]>;
}

/** @throws `TypeError` when an option is not a transport. */
export function assertTransport(previews: unknown): asserts previews is PreviewTransport {
  const { open, read } = (previews ?? {}) as Partial<PreviewTransport>;
  if (typeof open !== 'function' || typeof read !== 'function')
    throw refusedOption('`previews`', '`heartbeats()`, `redis(url)` or another transport', previews);
}
