/**
 * The client: threads by id, and the open questions of all of them, on top of any Temporal `Client`.
 */
import { Client, type ClientOptions, type ConnectionOptions } from '@temporalio/client';
import { openConnection } from './server/connecting.ts';
import { explainEnvconfig } from '../protocol/missing-package.ts';
import type { Arrived } from '../protocol/jsonified.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { assertFilter, listInterrupts, type InterruptFilter, type ListedInterrupt } from './listing/interrupts.ts';
import { warn, type NoticeSink } from './server/notices.ts';
import { Thread } from './thread.ts';

export type InputOf<Workflow> = Workflow extends (input: infer Input) => Promise<unknown>
  ? [Input] extends [never]
    ? unknown
    : Input
  : never;
/** As it arrives (T7). */
export type ValueOf<Workflow> = Workflow extends (...args: never[]) => Promise<infer Value> ? Arrived<Value> : unknown;

/** An entrypoint as the client sees it: a function that knows its own name. */
export interface NamedEntrypoint {
  (input: never): Promise<unknown>;
  readonly entrypointName: string;
}

export interface HoldpointOptions {
  readonly client: Client;
  /** Where threads are started. */
  readonly taskQueue?: string | undefined;
  /** Takes notices: what keeps a thread from going on while the client waits. @default a process warning */
  readonly onNotice?: NoticeSink | undefined;
}

/** @typeParam Workflows The module of workflows, whose entrypoints are known by name: `typeof import('./workflows.js')`. */
export class Holdpoint<Workflows = Record<string, NamedEntrypoint>> implements AsyncDisposable {
  /** Temporal's client, for everything that is not holdpoint's. */
  readonly client: Client;
  readonly #taskQueue: string | undefined;
  readonly #notify: NoticeSink;
  readonly #close: () => Promise<void>;

  /** @param options A Temporal `Client` with its connection and data converter; it stays the caller's to close. */
  constructor(options: HoldpointOptions, close: () => Promise<void> = async () => undefined) {
    assertOptions(options, '`new Holdpoint`', NAMES, { isRequired: true });
    const { client, taskQueue, onNotice = warn } = options;
    assertText('`taskQueue`', taskQueue);
    this.client = client;
    this.#taskQueue = taskQueue;
    this.#notify = onNotice;
    this.#close = close;
  }

  /**
   * A thread, by its id. Nothing is sent. With an entrypoint, by name or as the function itself, it can be started, and
   * its input and value are typed.
   */
  thread(id: string): Thread;
  thread<Workflow extends NamedEntrypoint>(
    id: string,
    entrypoint: Workflow,
  ): Thread<InputOf<Workflow>, ValueOf<Workflow>>;
  // The last one, because the compiler explains that; written out, because it then lists the names that there are.
  thread<
    Name extends {
      [Key in keyof Workflows]: Workflows[Key] extends NamedEntrypoint ? Key : never;
    }[keyof Workflows] &
      string,
  >(id: string, entrypoint: Name): Thread<InputOf<Workflows[Name]>, ValueOf<Workflows[Name]>>;
  thread(id: string, entrypoint?: string | NamedEntrypoint): Thread {
    const name = typeof entrypoint === 'function' ? entrypoint.entrypointName : entrypoint;
    if (entrypoint !== undefined && typeof name !== 'string')
      throw refusedOption('the entrypoint of a thread', 'its name, or what `entrypoint` returned', entrypoint);
    return new Thread({ client: this.client, id, entrypoint: name, taskQueue: this.#taskQueue, notify: this.#notify });
  }

  /** The open questions of all threads, newest thread first. It may lag by seconds; acting on one checks with its thread. */
  interrupts(filter: InterruptFilter = {}): AsyncGenerator<ListedInterrupt, void> {
    assertFilter(filter);
    return listInterrupts(this.client, filter);
  }

  /** Closes the connection that `connect` made. */
  close(): Promise<void> {
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const NAMES: OptionNames<HoldpointOptions> = { client: true, taskQueue: true, onNotice: true };

type OrUndefined<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

const MAX_RECEIVE_BYTES = 128 * 1024 * 1024;
/** After a long outage: gRPC's own two minutes are long for people who wait. */
const MAX_RECONNECT_MS = 5_000;

/** Temporal's connection and client options, and holdpoint's. */
export interface ConnectOptions
  extends
    Omit<HoldpointOptions, 'client'>,
    Omit<ClientOptions, 'connection' | 'plugins'>,
    OrUndefined<Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata' | 'connectTimeout'>> {
  /** A profile of `temporal.toml`. @default `TEMPORAL_PROFILE`, else `default` */
  readonly profile?: string | undefined;
}

const CONNECT_NAMES: OptionNames<ConnectOptions> = {
  address: true,
  namespace: true,
  taskQueue: true,
  onNotice: true,
  profile: true,
  tls: true,
  apiKey: true,
  metadata: true,
  connectTimeout: true,
  dataConverter: true,
  identity: true,
  interceptors: true,
  workflow: true,
};

/**
 * Connects to a Temporal server. What the options do not say comes from Temporal's environment configuration:
 * `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and the rest, or `temporal.toml`; by default `localhost:7233`, `default`.
 *
 * @throws `NoServer` when none answers at the address: at once where nothing listens there, else after `connectTimeout`,
 *   by default 10 seconds.
 */
export async function connect<Workflows = Record<string, NamedEntrypoint>>(
  options: ConnectOptions = {},
): Promise<Holdpoint<Workflows>> {
  assertOptions(options, '`connect`', CONNECT_NAMES, { isOpen: true });
  const { address, tls, apiKey, metadata, connectTimeout, profile, taskQueue, onNotice, ...clientOptions } = options;
  const { loadClientConnectConfig } = await import('@temporalio/envconfig').catch(explainEnvconfig);
  const environment = loadClientConnectConfig(profile === undefined ? {} : { profile });
  const given = Object.fromEntries(
    Object.entries({ address, tls, apiKey, metadata, connectTimeout }).filter(([, value]) => value !== undefined),
  );
  const settings: ConnectionOptions = {
    // A page of history holds many values, each up to 2 MB; the default of 4 MB would make it unreadable.
    channelArgs: {
      'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_MS,
    },
    ...environment.connectionOptions,
    ...given,
  };
  const connection = await openConnection(settings);
  const client = new Client({
    ...(environment.namespace === undefined ? {} : { namespace: environment.namespace }),
    ...clientOptions,
    connection,
  });
  const rest = { ...(taskQueue === undefined ? {} : { taskQueue }), ...(onNotice === undefined ? {} : { onNotice }) };
  return new Holdpoint<Workflows>({ client, ...rest }, () => connection.close());
}
