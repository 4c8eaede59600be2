/**
 * The process that runs the worker of `holdpoint dev`. It can be restarted and stopped.
 *
 * If a mistake in a file keeps the worker from starting, the worker prints the error, and the next change restarts it. The
 * same holds where the process cannot be started, for example while Node itself is installed again.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface WorkerSettings {
  readonly taskQueue: string;
  readonly workflows: string;
  readonly activities: string;
}

/** How long a worker may finish its work before it is killed. */
const STOP_MS = 10_000;

const SCRIPT = fileURLToPath(import.meta.resolve(`./worker${extname(import.meta.url)}`));

export interface WorkerEvents {
  /** Called with a sentence for the user. */
  readonly onNote: (message: string) => void;
  /** Called with the files that the worker has imported; with `undefined` when it starts and when it has failed. */
  readonly onImports: (files: readonly string[] | undefined) => void;
}

export class WorkerProcess {
  readonly #settings: WorkerSettings;
  readonly #events: WorkerEvents;
  #child: ChildProcess | undefined;
  /** The last start or stop. The next one begins when this one has ended. */
  #last: Promise<void> = Promise.resolve();

  constructor(settings: WorkerSettings, events: WorkerEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /** Starts a worker, after stopping the one that runs. */
  restart(): Promise<void> {
    return this.#then(async () => {
      await this.#end();
      this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#then(() => this.#end());
  }

  /** A step begins also where the one before has failed. */
  #then(step: () => Promise<void>): Promise<void> {
    return (this.#last = this.#last.then(step, step));
  }

  #start(): void {
    const child = fork(SCRIPT, [JSON.stringify(this.#settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const { onNote, onImports } = this.#events;
    onImports(undefined);
    child.on('message', ({ imported }: { readonly imported: readonly string[] }) => {
      if (this.#child === child) onImports(imported);
    });
    child.on('error', ({ message }) => {
      // A process that runs may report other errors.
      if (this.#child !== child || child.pid !== undefined) return;
      this.#child = undefined;
      onImports(undefined);
      onNote(`The worker could not be started: ${message}. The next change tries again.`);
    });
    child.on('exit', (code) => {
      if (this.#child !== child) return;
      onImports(undefined);
      const ending = code === null ? 'was killed' : `exited with code ${code}`;
      onNote(`The worker ${ending}. The next change restarts it.`);
    });
    this.#child = child;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
  }
}
