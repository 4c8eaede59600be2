/**
 * Abort signals of callers, which may be missing.
 */
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
