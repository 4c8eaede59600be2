/**
 * `holdpoint dev`: runs a server with the search attributes, and a worker that restarts when a file that it imports
 * changes.
 *
 * Ctrl-C stops the server and the worker that the command has started. Both need optional packages, which are loaded
 * when the command runs.
 */
import { existsSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import type { DevServer } from '../dev/server.ts';
import { hasCode } from '../../protocol/errors.ts';
import { Context, type GlobalOptions } from '../context.ts';
import { UsageError } from '../failure.ts';
import { awaitInterruption } from '../interruption.ts';
import { loadOptional } from '../optional-package.ts';
import type { WorkerSettings } from '../dev/worker-process.ts';

interface DevOptions {
  readonly workflows?: string;
  readonly activities?: string;
  readonly port?: string;
  readonly uiPort?: string;
  readonly db?: string;
}

const TASK_QUEUE = 'holdpoint';

export async function run(context: Context<DevOptions>): Promise<void> {
  const { options } = context;
  const worker = workerSettings(context);
  chooseServer(options);
  const { startDevServer } = await load(() => import('../dev/server.ts'), '@temporalio/testing');
  using interruption = awaitInterruption();
  await using server = await startDevServer({
    port: readPort(options.port, '--port'),
    uiPort: readPort(options.uiPort, '--ui-port'),
    dbFilename: options.db,
  });
  process.env['TEMPORAL_ADDRESS'] = server.address;
  process.env['TEMPORAL_NAMESPACE'] = server.namespace;
  await addSearchAttributes(options);
  announce(context, server, worker);
  await using _worker = worker ? await startWorker(context, worker) : undefined;
  await interruption.came;
  context.out.note('Stopping …');
}

/** Decides whether a given server is used or a new one is started. An option about the new server asks for a new one. */
function chooseServer({ address, namespace, port, uiPort, db }: DevOptions & GlobalOptions): void {
  const { env } = process;
  if (address !== undefined) env['TEMPORAL_ADDRESS'] = address;
  else if (port !== undefined || uiPort !== undefined || db !== undefined) delete env['TEMPORAL_ADDRESS'];
  if (namespace !== undefined) env['TEMPORAL_NAMESPACE'] = namespace;
}

function workerSettings(context: Context<DevOptions>): WorkerSettings | undefined {
  const { workflows, activities } = context.options;
  if ((workflows === undefined) !== (activities === undefined))
    throw new UsageError('Expected `--workflows` and `--activities` together: a worker needs both.');
  if (workflows === undefined || activities === undefined) return undefined;
  for (const file of [workflows, activities]) if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`);
  return { workflows, activities, taskQueue: context.taskQueue ?? TASK_QUEUE };
}

function announce({ out }: Context, server: DevServer, worker: WorkerSettings | undefined): void {
  const { address, namespace, uiUrl } = server;
  const started = { address, namespace, ...(uiUrl === undefined ? {} : { ui: uiUrl }), ...(worker ? { worker } : {}) };
  const isDefault = address.endsWith(':7233');
  out.event(started, () => [
    `Server   ${address}, namespace ${namespace}`,
    ...(uiUrl === undefined ? [] : [`Web UI   ${uiUrl}`]),
    worker
      ? `Worker   task queue ${worker.taskQueue}: ${worker.workflows}, ${worker.activities}`
      : 'Worker   none; --workflows and --activities start one',
    ...(isDefault ? [] : [`Clients  export TEMPORAL_ADDRESS=${address}`]),
    'Press Ctrl-C to stop.',
  ]);
}

async function startWorker({ out }: Context, settings: WorkerSettings): Promise<AsyncDisposable> {
  const [{ WorkerProcess }, { CodeWatcher }] = await Promise.all([
    import('../dev/worker-process.ts'),
    import('../dev/watch.ts'),
    load(async () => import.meta.resolve('@temporalio/worker'), '@temporalio/worker'),
  ]);
  // Read once: the folder may be gone later.
  const base = realpathSync(process.cwd());
  const watcher = new CodeWatcher([settings.workflows, settings.activities], (path) => {
    out.note(`${relative(base, path)} changed: restarting the worker.`);
    void worker.restart();
  });
  const worker = new WorkerProcess(settings, {
    onNote: (message) => out.note(message),
    onImports: (files) => watcher.expect(files),
  });
  await worker.restart();
  return {
    [Symbol.asyncDispose]: async () => {
      watcher.close();
      await worker.stop();
    },
  };
}

/** Registers the search attributes, so that lists are as fast as in production. A server that is given may forbid it. */
async function addSearchAttributes(options: GlobalOptions): Promise<void> {
  const own = new Context(options, []);
  try {
    await (await own.tools()).registerAttributes();
  } catch (error) {
    if (hasCode(error, 'NoServer')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    own.out.note(`The search attributes were not registered: ${reason}`);
  } finally {
    await own.close();
  }
}

/** What the command needs, besides what the library always needs. */
const PACKAGES = ['testing', 'worker', 'workflow', 'activity'].map((name) => `@temporalio/${name}`);

function load<Module>(loading: () => Promise<Module>, name: string): Promise<Module> {
  return loadOptional(loading, { command: 'dev', name }, PACKAGES);
}

function readPort(given: string | undefined, name: string): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (Number.isSafeInteger(port) && port > 0 && port < 65_536) return port;
  throw new UsageError(`Expected \`${name}\` to be a port number from 1 to 65535, got ${given}.`);
}
