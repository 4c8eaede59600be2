/**
 * Abort signals of callers, which may be missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

/** Makes a call on the client's connection, which the signal ends when it aborts. */
export function withSignal<Value>(
  client: Client,
  signal: AbortSignal | undefined,
  call: () => Promise<Value>,
): Promise<Value> {
  return signal ? client.connection.withAbortSignal(signal, call) : call();
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
