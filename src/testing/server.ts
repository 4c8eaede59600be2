/**
 * A Temporal server for development and tests.
 *
 * The first way that works is taken: the running server at `TEMPORAL_ADDRESS`; `temporal` on the PATH; a binary in the cache
 * folder; the SDK's own download. A server that is started here uses free ports, is fast, and ends with
 * {@link DevServer.stop}.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { TestWorkflowEnvironment, type LocalTestWorkflowEnvironmentOptions } from '@temporalio/testing';
import { HoldpointError } from '../client/server/errors.ts';
import { defined } from '../protocol/defined.ts';
import { assertOptions, type OptionNames } from '../protocol/refused-options.ts';
import { cacheFolder, findTemporal } from './binary.ts';

/** The options of `startServer`. A server at `TEMPORAL_ADDRESS` ignores them. */
export interface StartServerOptions {
  /** A SQLite file that keeps the threads over a restart. @default in memory */
  readonly dbFilename?: string | undefined;
  /** The port of the gRPC service. @default a free port */
  readonly port?: number | undefined;
  /** Whether to start the Web UI too, on a free port. @default false */
  readonly ui?: boolean | undefined;
  /** Starts the Web UI on this port. */
  readonly uiPort?: number | undefined;
  /**
   * Whether the server answers as fast as it can. With `false` it is what `temporal server start-dev` starts, and closer to
   * most servers: it reads its queues 20 times a second, and a task goes to any free worker. With `true` a task goes to the
   * worker that ran the body, which hides mistakes that appear only when workers differ.
   *
   * @default true
   */
  readonly tuned?: boolean | undefined;
  /** More arguments for `temporal server start-dev`. */
  readonly extraArgs?: readonly string[] | undefined;
}

/** A server that was found or started. `await using` stops it at the end of the block. */
export interface DevServer extends AsyncDisposable {
  /** `host:port` of the gRPC service. */
  readonly address: string;
  /** The namespace to use. */
  readonly namespace: string;
  /** The address of the Web UI, if it was started here. */
  readonly uiUrl?: string;
  /** Stops the server, if it was started here. */
  stop(): Promise<void>;
}

type ServerConfig = NonNullable<LocalTestWorkflowEnvironmentOptions['server']>;

/** The settings with which the dev server answers at once. docs/benchmarks.md has the measurements. */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=10000',
  'history.timerProcessorMaxPollRPS=10000',
  'history.visibilityProcessorMaxPollRPS=10000',
  // How late a timer or a retry may fire; the default is a second.
  'history.timerProcessorMaxTimeShift="10ms"',
  'system.enableActivityEagerExecution=true',
  // With several partitions, a worker that starts may find the tasks that wait for it a second late.
  'matching.numTaskqueueWritePartitions=1',
];
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

const NAMES: OptionNames<StartServerOptions> = {
  dbFilename: true,
  port: true,
  ui: true,
  uiPort: true,
  tuned: true,
  extraArgs: true,
};

/**
 * Finds or starts a Temporal server for development or a test.
 *
 * @example
 * await using server = await startServer({ ui: true });
 *
 * @throws `NoServer` if none could be found or started; the message lists the ways.
 */
export async function startServer(options: StartServerOptions = {}): Promise<DevServer> {
  assertOptions(options, '`startServer`', NAMES);
  const address = process.env['TEMPORAL_ADDRESS'];
  if (address)
    return {
      address,
      namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
      stop: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  const path = findTemporal();
  const { dbFilename, port, ui = false, tuned = true, extraArgs = [] } = options;
  const uiPort = options.uiPort ?? (ui ? await freePort() : undefined);
  const server: ServerConfig = {
    ...(path === undefined ? {} : { executable: { type: 'existing-path', path } }),
    ...defined({ dbFilename, port, uiPort }),
    log: { format: 'pretty', level: 'error' },
    extraArgs: [
      '--output=none',
      ...(tuned ? DYNAMIC_CONFIG : []).flatMap((value) => ['--dynamic-config-value', value]),
      ...(dbFilename === undefined ? [] : SQLITE_PRAGMAS.flatMap((value) => ['--sqlite-pragma', value])),
      ...extraArgs,
    ],
  };
  const environment = await TestWorkflowEnvironment.createLocal({ server }).catch((error: unknown) => {
    throw path === undefined ? noServer(error) : error;
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= environment.teardown());
  return {
    address: environment.address,
    namespace: environment.namespace ?? 'default',
    ...defined({ uiUrl: uiPort === undefined ? undefined : `http://localhost:${uiPort}` }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function noServer(cause: unknown): HoldpointError {
  return new HoldpointError(
    'NoServer',
    `No Temporal server: \`TEMPORAL_ADDRESS\` is not set, \`temporal\` is neither on the PATH nor in ${cacheFolder()}, and the SDK could not download it. Set \`TEMPORAL_ADDRESS\` to a running server, or install the Temporal CLI.`,
    { cause },
  );
}
