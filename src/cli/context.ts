/**
 * What every command works with: its options and arguments, its output, and a client that is opened on first use.
 *
 * The connection is found as in every Temporal tool: from options, then `TEMPORAL_*`, then a profile of `temporal.toml`.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConnectOptions, Tools } from '../client/tools.ts';
import { messageOf } from '../protocol/thrown.ts';
import { UsageError } from './failure.ts';
import { Output } from './output.ts';
import { unreadableCodec } from './unreadable.ts';

/** A running server answers sooner, even one that is far away. */
const CONNECT_MS = 5_000;

/** The options of every command, as program.ts declares them. */
export interface GlobalOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly profile?: string;
  readonly apiKey?: string;
  readonly tls?: boolean;
  readonly tlsCertPath?: string;
  readonly tlsKeyPath?: string;
  readonly tlsCaPath?: string;
  readonly tlsServerName?: string;
  readonly taskQueue?: string;
  readonly dataConverter?: string;
  readonly json?: boolean;
  /** Only of the commands with `--tokens`. */
  readonly previews?: string;
}

/** One call of a command. */
export class Context<Options = object> {
  readonly options: Options & GlobalOptions;
  readonly args: readonly string[];
  readonly out: Output;
  #tools: Promise<Tools> | undefined;

  constructor(options: Options & GlobalOptions, args: readonly string[]) {
    this.options = options;
    this.args = args;
    const { env, stdout, stderr } = process;
    this.out = new Output({ isJson: options.json === true, env, stdout, stderr });
  }

  /** True if a person can be asked: stdin and stdout are a terminal. */
  get isInteractive(): boolean {
    return process.stdin.isTTY && process.stdout.isTTY && !this.out.isJson;
  }

  /** The task queue from `--task-queue` or, without it, from `TEMPORAL_TASK_QUEUE`. */
  get taskQueue(): string | undefined {
    return this.options.taskQueue ?? process.env['TEMPORAL_TASK_QUEUE'];
  }

  /** The client. It connects on the first call. */
  tools(): Promise<Tools> {
    const { options, taskQueue, out } = this;
    return (this.#tools ??= openTools(options, {
      taskQueue,
      dataConverter: this.dataConverter(),
      previews: resolvePreviews(options.previews ?? process.env['HOLDPOINT_PREVIEWS']),
      onNotice: (message) => out.note(message),
    }));
  }

  /** The data converter from `--data-converter` or, without it, from `HOLDPOINT_DATA_CONVERTER`. */
  dataConverter(): Promise<ConnectOptions['dataConverter']> {
    return loadDataConverter(this.options.dataConverter ?? process.env['HOLDPOINT_DATA_CONVERTER']);
  }

  /** Closes the client if it was opened. */
  async close(): Promise<void> {
    const tools = await this.#tools?.catch(() => undefined);
    await tools?.close();
  }
}

interface Opening extends Pick<ConnectOptions, 'taskQueue' | 'onNotice'> {
  readonly dataConverter: Promise<ConnectOptions['dataConverter']>;
  readonly previews: Promise<ConnectOptions['previews']>;
}

async function openTools(options: GlobalOptions, opening: Opening): Promise<Tools> {
  const { address, namespace, profile, apiKey } = options;
  const [{ connectTools }, tls, dataConverter, previews] = await Promise.all([
    import('../client/tools.ts'),
    resolveTls(options),
    opening.dataConverter,
    opening.previews,
  ]);
  return connectTools({
    address,
    profile,
    apiKey,
    tls,
    connectTimeout: CONNECT_MS,
    ...opening,
    previews,
    ...(namespace === undefined ? {} : { namespace }),
    dataConverter: dataConverter ?? { payloadCodecs: [unreadableCodec] },
  });
}

/** The transport of previews, if it is not the one that needs nothing. */
async function resolvePreviews(url: string | undefined): Promise<ConnectOptions['previews']> {
  if (url === undefined) return undefined;
  const { redis } = await import('../previews/redis.ts');
  try {
    return redis(url);
  } catch (error) {
    throw new UsageError(`Expected \`--previews\` to be the URL of a Redis: ${messageOf(error)}.`, { cause: error });
  }
}

async function resolveTls(options: GlobalOptions): Promise<ConnectOptions['tls']> {
  const { tls, tlsCertPath, tlsKeyPath, tlsCaPath, tlsServerName } = options;
  if ((tlsCertPath === undefined) !== (tlsKeyPath === undefined))
    throw new UsageError(
      'Expected `--tls-cert-path` and `--tls-key-path` together: a client certificate needs its key.',
    );
  const isDetailed = [tlsCertPath, tlsCaPath, tlsServerName].some((value) => value !== undefined);
  if (!isDetailed) return tls;
  const [crt, key, serverRootCACertificate] = await Promise.all([tlsCertPath, tlsKeyPath, tlsCaPath].map(readOption));
  return {
    ...(crt && key ? { clientCertPair: { crt, key } } : {}),
    ...(serverRootCACertificate ? { serverRootCACertificate } : {}),
    ...(tlsServerName === undefined ? {} : { serverNameOverride: tlsServerName }),
  };
}

async function readOption(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${(error as Error).message}.`, { cause: error });
  }
}

/** The data converter that a module exports, as `dataConverter` or as its default. */
async function loadDataConverter(module: string | undefined): Promise<ConnectOptions['dataConverter']> {
  if (module === undefined) return undefined;
  const specifier = /^(?:[./]|\w:)|\.[cm]?[jt]s$/.test(module) ? pathToFileURL(resolve(module)).href : module;
  let loaded: { readonly dataConverter?: unknown; readonly default?: unknown };
  try {
    loaded = (await import(specifier)) as typeof loaded;
  } catch (error) {
    throw new UsageError(`Cannot load the data converter ${module}: ${(error as Error).message}.`, { cause: error });
  }
  const converter = loaded.dataConverter ?? loaded.default;
  if (typeof converter !== 'object' || converter === null) {
    throw new UsageError(`Expected module ${module} to export \`dataConverter\`, an object for Temporal's client.`);
  }
  // Temporal's client checks its parts.
  return converter;
}
