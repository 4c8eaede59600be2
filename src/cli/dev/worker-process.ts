/**
 * The process that runs the worker of `holdpoint dev`: started, started again when a file changes, stopped.
 *
 * One that cannot start, for a mistake in a file, has said why; the next change starts another.
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

/** A worker finishes what it runs; one that does not is killed. */
const STOP_MS = 10_000;

const SCRIPT = fileURLToPath(import.meta.resolve(`./worker${extname(import.meta.url)}`));

export interface WorkerEvents {
  /** For the user. */
  readonly onNote: (message: string) => void;
  /** The files that the worker has imported; `undefined` when it starts, and when it has failed. */
  readonly onImports: (files: readonly string[] | undefined) => void;
}

export class WorkerProcess {
  readonly #settings: WorkerSettings;
  readonly #events: WorkerEvents;
  #child: ChildProcess | undefined;
  /** Starts and stops come one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(settings: WorkerSettings, events: WorkerEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /** Starts it, in place of the one that runs. */
  restart(): Promise<void> {
    return this.#then(async () => {
      await this.#end();
      const child = fork(SCRIPT, [JSON.stringify(this.#settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const { onNote, onImports } = this.#events;
      onImports(undefined);
      child.on('message', ({ imported }: { readonly imported: readonly string[] }) => {
        if (this.#child === child) onImports(imported);
      });
      child.on('exit', (code) => {
        if (this.#child !== child) return;
        onImports(undefined);
        onNote(`The worker has ended (${code ?? 'killed'}); the next change starts it again.`);
      });
      this.#child = child;
    });
  }

  stop(): Promise<void> {
    return this.#then(() => this.#end());
  }

  #then(step: () => Promise<void>): Promise<void> {
    return (this.#last = this.#last.then(step));
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
  }
}
