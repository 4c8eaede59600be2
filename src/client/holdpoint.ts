/**
 * The client: threads by id, and the open questions of all of them, on top of any Temporal `Client`.
 */
import { Client, type ClientOptions, type ConnectionOptions } from '@temporalio/client';
import { openConnection } from './connecting.ts';
import { listInterrupts, type InterruptFilter, type ListedInterrupt } from './interrupts.ts';
import { warn, type NoticeSink } from './notices.ts';
import { Thread } from './thread.ts';

/** The entrypoints of a module of workflows, by name: `typeof import('./workflows.js')`. */
export type EntrypointName<Workflows> = {
  [Name in keyof Workflows]: Workflows[Name] extends NamedEntrypoint ? Name : never;
}[keyof Workflows] &
  string;
export type InputOf<Workflow> = Workflow extends (input: infer Input) => Promise<unknown>
  ? [Input] extends [never]
    ? unknown
    : Input
  : never;
export type ValueOf<Workflow> = Workflow extends (...args: never[]) => Promise<infer Value> ? Value : unknown;

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

export class Holdpoint<Workflows = Record<string, NamedEntrypoint>> implements AsyncDisposable {
  /** Temporal's client, for everything that is not holdpoint's. */
  readonly client: Client;
  readonly #taskQueue: string | undefined;
  readonly #notify: NoticeSink;
  readonly #close: () => Promise<void>;

  /** @param options A Temporal `Client` with its connection and data converter; it stays the caller's to close. */
  constructor(
    { client, taskQueue, onNotice = warn }: HoldpointOptions,
    close: () => Promise<void> = async () => undefined,
  ) {
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
  thread<Name extends EntrypointName<Workflows>>(
    id: string,
    entrypoint: Name,
  ): Thread<InputOf<Workflows[Name]>, ValueOf<Workflows[Name]>>;
  thread<Workflow extends NamedEntrypoint>(
    id: string,
    entrypoint: Workflow,
  ): Thread<InputOf<Workflow>, ValueOf<Workflow>>;
  thread(id: string, entrypoint?: string | NamedEntrypoint): Thread {
    const name = typeof entrypoint === 'function' ? entrypoint.entrypointName : entrypoint;
    return new Thread({ client: this.client, id, entrypoint: name, taskQueue: this.#taskQueue, notify: this.#notify });
  }

  /** The open questions of all threads, newest thread first. It may lag by seconds; acting on one checks with its thread. */
  interrupts(filter: InterruptFilter = {}): AsyncGenerator<ListedInterrupt, void> {
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

type OrUndefined<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

const MAX_RECEIVE_BYTES = 128 * 1024 * 1024;

/** Temporal's connection and client options, and holdpoint's. */
export interface ConnectOptions
  extends
    Omit<HoldpointOptions, 'client'>,
    Omit<ClientOptions, 'connection' | 'plugins'>,
    OrUndefined<Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata' | 'connectTimeout'>> {
  /** A profile of `temporal.toml`. @default `TEMPORAL_PROFILE`, else `default` */
  readonly profile?: string | undefined;
}

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
  const { address, tls, apiKey, metadata, connectTimeout, profile, taskQueue, onNotice, ...clientOptions } = options;
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  const environment = loadClientConnectConfig(profile === undefined ? {} : { profile });
  const given = Object.fromEntries(
    Object.entries({ address, tls, apiKey, metadata, connectTimeout }).filter(([, value]) => value !== undefined),
  );
  const settings: ConnectionOptions = {
    // A page of history holds many values, each up to 2 MB; the default of 4 MB would make it unreadable.
    channelArgs: { 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES },
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
