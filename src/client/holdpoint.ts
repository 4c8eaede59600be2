/**
 * The client: threads by id, and the open questions of all of them, on top of any Temporal `Client`.
 */
import { Client, type ClientOptions, type ConnectionOptions } from '@temporalio/client';
import { defined } from '../protocol/defined.ts';
import type { Arrived } from '../protocol/jsonified.ts';
import { explainEnvconfig } from '../protocol/missing-package.ts';
import { assertTransport, type PreviewTransport } from '../previews/transport.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { assertFilter, listInterrupts, type InterruptFilter, type ListedInterrupt } from './listing/interrupts.ts';
import { heartbeats } from '../previews/heartbeats.ts';
import { openConnection } from './server/connecting.ts';
import { inertSink, warn, type NoticeSink } from './server/notices.ts';
import type { ThreadSettings } from './server/thread-handle.ts';
import { Thread } from './thread.ts';

/** What an entrypoint takes. */
export type InputOf<Workflow> = Workflow extends (input: infer Input) => Promise<unknown>
  ? [Input] extends [never]
    ? unknown
    : Input
  : never;
/** What an entrypoint returns, as it arrives (T7). */
export type ValueOf<Workflow> = Workflow extends (...args: never[]) => Promise<infer Value> ? Arrived<Value> : unknown;

/** An entrypoint as the client sees it: a function that knows its own name. */
export interface NamedEntrypoint {
  (input: never): Promise<unknown>;
  /** The name by which workers and clients know it. */
  readonly entrypointName: string;
}

/** The options of `new Holdpoint`. */
export interface HoldpointOptions {
  /** A Temporal `Client` with its connection and data converter. It stays the caller's to close. */
  readonly client: Client;
  /** The task queue that threads are started on. Not needed to read and answer. */
  readonly taskQueue?: string | undefined;
  /** Takes notices: sentences about what keeps a thread from going on while the client waits. @default a process warning */
  readonly onNotice?: NoticeSink | undefined;
  /**
   * How the previews of tasks come to streams of the modes `messages` and `custom`. The workers must use the same transport.
   *
   * @default `heartbeats()`
   */
  readonly previews?: PreviewTransport | undefined;
}

/** The transport of clients that are given none. Their readers of a run are one reader, so it is one transport. */
const PREVIEWS = heartbeats();

/**
 * The client: starts, reads and answers threads.
 *
 * @typeParam Workflows The module of workflows, whose entrypoints are known by name: `typeof import('./workflows.js')`.
 */
export class Holdpoint<Workflows = Record<string, NamedEntrypoint>> implements AsyncDisposable {
  /** Temporal's client, for everything that holdpoint does not offer. */
  readonly client: Client;
  /** Takes notices. @internal */
  readonly notify: NoticeSink;
  readonly #taskQueue: string | undefined;
  readonly #close: () => Promise<void>;
  readonly #previews: PreviewTransport;

  /** @throws `TypeError` when an option is wrong. */
  constructor(options: HoldpointOptions, close: () => Promise<void> = async () => undefined) {
    assertOptions(options, '`new Holdpoint`', NAMES, { isRequired: true });
    const { client, taskQueue, onNotice = warn, previews = PREVIEWS } = options;
    assertTransport(previews);
    assertText('`taskQueue`', taskQueue);
    this.client = client;
    this.#taskQueue = taskQueue;
    this.notify = inertSink(onNotice);
    this.#close = close;
    this.#previews = previews;
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
  // The last overload is the one that compiler errors explain. Its type is written out so that they list the names.
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
    return new Thread(this.settings(id, name));
  }

  /**
   * The open questions of all threads, newest thread first. The list may lag by seconds; acting on a question checks with its
   * thread.
   *
   * @throws `NoServer`. `TypeError` when the filter is wrong.
   */
  interrupts(filter: InterruptFilter = {}): AsyncGenerator<ListedInterrupt, void> {
    assertFilter(filter);
    return listInterrupts(this.client, filter);
  }

  /** What the calls of a thread need. @internal */
  settings(id: string, entrypoint?: string): ThreadSettings {
    const { client } = this;
    return { client, id, entrypoint, taskQueue: this.#taskQueue, notify: this.notify, previews: this.#previews };
  }

  /** Closes the connection that `connect` made. A client that was given stays open. */
  close(): Promise<void> {
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const NAMES: OptionNames<HoldpointOptions> = { client: true, taskQueue: true, onNotice: true, previews: true };

type OrUndefined<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

const MAX_RECEIVE_BYTES = 128 * 1024 * 1024;
/** How soon a connection is tried again after a long outage: gRPC's own two minutes are long for people who wait. */
const MAX_RECONNECT_MS = 5_000;

/** Options of {@link connect}: Temporal's for its connection and client, and holdpoint's. */
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
  previews: true,
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
 * Connects to a Temporal server. Missing options come from Temporal's environment configuration: `TEMPORAL_ADDRESS`,
 * `TEMPORAL_NAMESPACE` and the rest, or `temporal.toml`. The defaults are `localhost:7233` and namespace `default`.
 *
 * @throws `NoServer` when no server answers at the address: at once where nothing listens there, else after
 *   `connectTimeout`, by default 10 seconds. `TypeError` when an option is wrong.
 */
export async function connect<Workflows = Record<string, NamedEntrypoint>>(
  options: ConnectOptions = {},
): Promise<Holdpoint<Workflows>> {
  assertOptions(options, '`connect`', CONNECT_NAMES, { isOpen: true });
  const { address, tls, apiKey, metadata, connectTimeout, profile, ...rest } = options;
  const { taskQueue, onNotice, previews, ...clientOptions } = rest;
  const { loadClientConnectConfig } = await import('@temporalio/envconfig').catch(explainEnvconfig);
  const environment = loadClientConnectConfig(defined({ profile }));
  const settings: ConnectionOptions = {
    // A page of history holds many values of up to 2 MB each, so it may pass gRPC's default limit of 4 MB.
    channelArgs: {
      'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_MS,
    },
    ...environment.connectionOptions,
    ...defined({ address, tls, apiKey, metadata, connectTimeout }),
  };
  const connection = await openConnection(settings);
  const client = new Client({
    ...defined({ namespace: environment.namespace }),
    ...clientOptions,
    connection,
  });
  return new Holdpoint<Workflows>({ client, taskQueue, onNotice, previews }, () => connection.close());
}
