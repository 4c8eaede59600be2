/**
 * A Temporal server for development and tests: found, started and stopped.
 *
 * It takes the first way that works: the server at `TEMPORAL_ADDRESS`, which runs already; `temporal` on the PATH; a
 * binary in the cache folder; the SDK's own download. A server that is started here has free ports, is fast, and stops
 * with {@link DevServer.stop}.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { TestWorkflowEnvironment, type LocalTestWorkflowEnvironmentOptions } from '@temporalio/testing';
import { HoldpointError } from '../client/server/errors.ts';
import { assertOptions, type OptionNames } from '../protocol/refused-options.ts';
import { cacheFolder, findTemporal } from './binary.ts';

export interface StartServerOptions {
  /** SQLite file that keeps the threads over a restart. @default in memory */
  readonly dbFilename?: string | undefined;
  /** @default a free port */
  readonly port?: number | undefined;
  /** Whether to serve the Web UI too, on a free port. @default false */
  readonly ui?: boolean | undefined;
  /** Serves the Web UI on this port. */
  readonly uiPort?: number | undefined;
  /**
   * Whether the server answers as fast as it can. `false` makes it what `temporal server start-dev` starts, and so closer
   * to most servers: its queues are read 20 times a second, and a task goes to any worker that has time. With `true` it
   * goes to the worker that ran the body, which hides what happens when workers differ.
   *
   * @default true
   */
  readonly tuned?: boolean | undefined;
  /** More arguments for `temporal server start-dev`. */
  readonly extraArgs?: readonly string[] | undefined;
}

export interface DevServer extends AsyncDisposable {
  /** `host:port` of the gRPC service. */
  readonly address: string;
  readonly namespace: string;
  /** Address of the Web UI, if it was started here with one. */
  readonly uiUrl?: string;
  /** Stops the server if it was started here. */
  stop(): Promise<void>;
}

type ServerConfig = NonNullable<LocalTestWorkflowEnvironmentOptions['server']>;

/** What makes the dev server answer at once. Measured in docs/benchmarks.md. */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=10000',
  'history.timerProcessorMaxPollRPS=10000',
  'history.visibilityProcessorMaxPollRPS=10000',
  // Timers and retries fire up to this late; the default is a second.
  'history.timerProcessorMaxTimeShift="10ms"',
  'system.enableActivityEagerExecution=true',
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
 * Finds or starts a server.
 *
 * @throws `NoServer` when there is no way to get one; the message lists them.
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
    ...(dbFilename === undefined ? {} : { dbFilename }),
    ...(port === undefined ? {} : { port }),
    ...(uiPort === undefined ? {} : { uiPort }),
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
    ...(uiPort === undefined ? {} : { uiUrl: `http://localhost:${uiPort}` }),
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
    `No Temporal server: \`TEMPORAL_ADDRESS\` is not set, \`temporal\` is neither on the PATH nor in ${cacheFolder()}, and the SDK could not download it. Set \`TEMPORAL_ADDRESS\` to a server that runs, or install the Temporal CLI.`,
    { cause },
  );
}
