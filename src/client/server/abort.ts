/**
 * Abort signals of callers, which may be missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

/**
 * Makes calls on the client's connection, which the signal ends when it aborts. All requests that `call` makes carry the
 * signal, however deep. Rejects with the signal's reason at once (S6).
 *
 * Temporal's client does not notice an abort between two of its own retries, so the wait is raced against the signal.
 */
export async function withSignal<Value>(
  client: Client,
  signal: AbortSignal | undefined,
  call: () => Promise<Value>,
): Promise<Value> {
  if (!signal) return call();
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  // Temporal's client adds a listener for each request, and removes none. The caller's signal may live long.
  const own = new AbortController();
  const abort = (): void => {
    aborted.reject(signal.reason);
    own.abort(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([client.connection.withAbortSignal(own.signal, call), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Makes a call for several callers. It does not carry the signal of the one who comes first. */
export function withoutSignal<Value>(client: Client, call: () => Promise<Value>): Promise<Value> {
  return client.connection.withAbortSignal(new AbortController().signal, call);
}

/** A signal that aborts when either of the two does. */
export function eitherSignal(signal: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return signal ? AbortSignal.any([signal, other]) : other;
}

/** Waits. Rejects with the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    // The timer rejects with an error of its own, and has the reason as its cause.
    signal?.throwIfAborted();
    throw error;
  }
}
