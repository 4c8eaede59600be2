/**
 * Opens a connection to a server. If that fails, one sentence says why.
 *
 * gRPC retries until its deadline, and then does not say what was wrong. So a probe tries the address at the same time. If
 * nothing listens there, or no host has the name, the wait ends at once. Other causes are looked for after the deadline.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import {
  normalizeGrpcEndpointAddress,
  normalizeTlsConfig,
  splitProtoHostPort,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { defined } from '../../protocol/defined.ts';
import { NEEDS_TLS, NO_HOST, NO_TLS, noServerMessage, REFUSED, SILENT, untrusted } from '../../protocol/no-server.ts';
import { HoldpointError } from './errors.ts';

const PORT = 7233;
const LOCAL = `localhost:${PORT}`;
/** A server that speaks TLS answers a handshake within this time. */
const HANDSHAKE_MS = 2_000;

/** @throws `NoServer`. */
export async function openConnection(settings: ConnectionOptions): Promise<Connection> {
  let connection: Connection | undefined;
  using probe = new Probe(settings);
  try {
    connection = Connection.lazy(settings);
    await Promise.race([connection.ensureConnected(), probe.refusal()]);
    return connection;
  } catch (error) {
    await connection?.close();
    const why = await probe.why(error);
    throw new HoldpointError('NoServer', noServerMessage(settings.address ?? LOCAL, why), { cause: error });
  }
}

/** A plain connection to the address, which finds out what gRPC does not report. */
class Probe implements Disposable {
  readonly #settings: ConnectionOptions;
  #socket: Socket | undefined;
  #verdict: string | undefined;

  constructor(settings: ConnectionOptions) {
    this.#settings = settings;
  }

  /** Rejects when nothing can answer at the address. Otherwise the promise stays pending. */
  refusal(): Promise<never> {
    return new Promise((_, reject) => {
      const place = this.#place();
      if (!place) return;
      this.#socket = connectTcp(place).on('error', (error: NodeJS.ErrnoException) => {
        this.#verdict = error.code === 'ECONNREFUSED' ? REFUSED : error.code === 'ENOTFOUND' ? NO_HOST : undefined;
        if (this.#verdict !== undefined) reject(error);
      });
    });
  }

  /** What is wrong, as a clause without a full stop. */
  async why(error: unknown): Promise<string> {
    return this.#verdict ?? (await this.#tlsProblem()) ?? reasonOf(error);
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
  }

  /** Whether only one side speaks TLS, or one side does not trust the other. */
  async #tlsProblem(): Promise<string | undefined> {
    const place = this.#place();
    if (!place || this.#socket?.connecting !== false) return undefined;
    const { tls, apiKey } = this.#settings;
    const given = normalizeTlsConfig(tls, apiKey);
    const { serverRootCACertificate: ca, serverNameOverride: servername } = given ?? {};
    const options = given ? defined({ ca: ca && Buffer.from(ca), servername: servername || undefined }) : {};
    const socket = connectTls({ ...place, ...options, rejectUnauthorized: given !== undefined });
    try {
      await once(socket, 'secureConnect', { signal: AbortSignal.timeout(HANDSHAKE_MS) });
      return given ? undefined : NEEDS_TLS;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!given || code === 'ABORT_ERR') return undefined;
      return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
        ? NO_TLS
        : untrusted(message);
    } finally {
      socket.destroy();
    }
  }

  /** `undefined` where a probe would prove nothing: gRPC uses a proxy, or the address is not one of a host. */
  #place(): { readonly host: string; readonly port: number } | undefined {
    const { env } = process;
    if (env['grpc_proxy'] || env['https_proxy'] || env['http_proxy']) return undefined;
    try {
      const address = normalizeGrpcEndpointAddress(this.#settings.address ?? LOCAL, PORT);
      const { hostname, port = PORT } = splitProtoHostPort(address) ?? {};
      return hostname === undefined ? undefined : { host: hostname, port };
    } catch {
      return undefined;
    }
  }
}

/** Temporal's own errors say little; the server's words are in their cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { details } = (cause ?? {}) as { details?: unknown };
  const reason = typeof details === 'string' && details !== '' ? details : message;
  return reason === 'Failed to connect before the deadline' ? SILENT : reason;
}
