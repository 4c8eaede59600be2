/**
 * The connection of a worker, and the sentence that says why it could not be opened.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import type { ErrorCode } from '../protocol/errors.ts';
import { NO_GRPC, NO_HOST, NO_TLS, noServerMessage, REFUSED, SILENT, untrusted } from '../protocol/no-server.ts';

/** As long as a client waits by default. Temporal's Rust core waits without end for a server that accepts and says nothing. */
const CONNECT_MS = 10_000;

/** @throws `NoServer` with a sentence that says why. */
export async function connectNative(options: NativeConnectionOptions): Promise<NativeConnection> {
  try {
    return await connectInTime(options);
  } catch (error) {
    const message = noServerMessage(options.address ?? 'localhost:7233', whyNot(error));
    const code: ErrorCode = 'NoServer';
    throw Object.assign(new Error(message, { cause: error }), { name: code, code });
  }
}

async function connectInTime(options: NativeConnectionOptions): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const over = new AbortController();
  try {
    return await Promise.race([connecting, sleep(CONNECT_MS, undefined, { signal: over.signal }).then(giveUp)]);
  } catch (error) {
    // The server may answer later, when nobody waits.
    connecting.then((late) => late.close()).catch(() => undefined);
    throw error;
  } finally {
    over.abort();
  }
}

function giveUp(): never {
  throw new Error(SILENT);
}

/** The reasons by the words of Temporal's Rust core. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/ConnectionRefused/, REFUSED],
  [/dns error/, NO_HOST],
  [/InvalidContentType/, NO_TLS],
  [/http2 error|hyper::Error\(Io/, NO_GRPC],
];

function whyNot(error: unknown): string {
  const { message } = error as Error;
  const known = REASONS.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  const certificate = /InvalidCertificate\((.*?)\)\s*\)*$/.exec(message)?.[1];
  if (certificate !== undefined) return untrusted(certificate);
  const [, said] = /message: "([^"]*)"/.exec(message) ?? [];
  return said ?? message;
}
