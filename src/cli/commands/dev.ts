/**
 * `holdpoint dev`: a server with the search attributes, and a worker that is started again when a file that it imports
 * changes.
 *
 * Ctrl-C stops all that it started. The server and the worker are optional packages, loaded here and nowhere else.
 */
import { existsSync, realpathSync } from 'node:fs';
import { once } from 'node:events';
import { relative } from 'node:path';
import type { DevServer } from '../dev/server.ts';
import { hasCode } from '../../protocol/errors.ts';
import { isMissing } from '../../protocol/missing-package.ts';
import { Context, type GlobalOptions } from '../context.ts';
import { UsageError } from '../failure.ts';
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
  const { startDevServer } = await loadOptional(() => import('../dev/server.ts'), '@temporalio/testing');
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

/** One that is given is used; who says how to start one wants that. */
function chooseServer({ address, namespace, port, uiPort, db }: DevOptions & GlobalOptions): void {
  const { env } = process;
  if (address !== undefined) env['TEMPORAL_ADDRESS'] = address;
  else if (port !== undefined || uiPort !== undefined || db !== undefined) delete env['TEMPORAL_ADDRESS'];
  if (namespace !== undefined) env['TEMPORAL_NAMESPACE'] = namespace;
}

function workerSettings(context: Context<DevOptions>): WorkerSettings | undefined {
  const { workflows, activities } = context.options;
  if ((workflows === undefined) !== (activities === undefined))
    throw new UsageError('Expected `--workflows` and `--activities` together: a worker runs both.');
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
      : 'Worker   none: give --workflows and --activities for one',
    ...(isDefault ? [] : [`Others   export TEMPORAL_ADDRESS=${address}`]),
    'Ctrl-C stops all of it.',
  ]);
}

async function startWorker({ out }: Context, settings: WorkerSettings): Promise<AsyncDisposable> {
  const [{ WorkerProcess }, { CodeWatcher }] = await Promise.all([
    import('../dev/worker-process.ts'),
    import('../dev/watch.ts'),
    loadOptional(async () => import.meta.resolve('@temporalio/worker'), '@temporalio/worker'),
  ]);
  const watcher = new CodeWatcher([settings.workflows, settings.activities], (path) => {
    out.note(`${relative(realpathSync(process.cwd()), path)} has changed: the worker starts again.`);
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

/** So that lists are as quick as in production. A server that is somebody else's may not allow it. */
async function addSearchAttributes(options: GlobalOptions): Promise<void> {
  const own = new Context(options, []);
  try {
    await (await own.tools()).registerAttributes();
  } catch (error) {
    if (hasCode(error, 'NoServer')) throw error;
    own.out.note(`Without search attributes: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await own.close();
  }
}

interface Interruption extends Disposable {
  readonly came: Promise<void>;
}

/** The first Ctrl-C stops; a second one does not wait. */
function awaitInterruption(): Interruption {
  // Waiting for a signal keeps no process alive, and the server is another one.
  const alive = setInterval(() => undefined, 60_000);
  const came = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => {
    process.once('SIGINT', () => process.exit(130));
  });
  return { came, [Symbol.dispose]: () => clearInterval(alive) };
}

async function loadOptional<Module>(load: () => Promise<Module>, name: string): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new Error(
      `\`holdpoint dev\` needs ${name}, which is not installed: \`npm install --save-dev @temporalio/testing @temporalio/worker @temporalio/workflow @temporalio/activity\`.`,
      { cause: error },
    );
  }
}

function readPort(given: string | undefined, name: string): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (Number.isSafeInteger(port) && port > 0 && port < 65_536) return port;
  throw new UsageError(`Expected \`${name}\` to be a port, got ${given}.`);
}
