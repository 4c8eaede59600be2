/**
 * A running worker, which ends when it is told to, and may end by itself.
 *
 * After a fatal error Temporal's worker drains, perhaps for ever: results that cannot be sent keep it from ending, while it
 * polls for nothing and its process stays alive. A worker that ends by itself is therefore not awaited for long.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime, type Worker } from '@temporalio/worker';

/** How long a worker that ends by itself may take to report the reason. */
const DRAIN_MS = 2_000;
const LOOK_MS = 500;
const AT_WORK: ReadonlySet<string> = new Set(['INITIALIZED', 'RUNNING']);

/** Runs a worker from its creation on. */
export class RunningWorker {
  readonly #worker: Worker;
  readonly #running: Promise<void>;
  /** Resolves when the worker has ended as told; rejects if it has ended by itself. */
  readonly ended: Promise<void>;
  /** Whether its owner has told it to end, or a signal to the process, on which Temporal's runtime ends all workers. */
  #isTold = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#running = worker.run();
    this.ended = this.#end();
    // Never an unhandled rejection: callers await `ended` or `stop`.
    this.ended.catch(() => undefined);
  }

  /** Tells the worker to end. Resolves when its running tasks are done; rejects if it has ended by itself. */
  stop(): Promise<void> {
    if (this.#worker.getState() === 'RUNNING') {
      this.#isTold = true;
      this.#worker.shutdown();
    }
    return this.ended;
  }

  async #end(): Promise<void> {
    const signals = Runtime.instance().options.shutdownSignals;
    const told = (): void => void (this.#isTold = true);
    for (const signal of signals) process.on(signal, told);
    const over = new AbortController();
    try {
      await Promise.race([this.#running, this.#death(over.signal)]);
    } finally {
      over.abort();
      for (const signal of signals) process.off(signal, told);
    }
  }

  /** Rejects when the worker has ended by itself. */
  async #death(over: AbortSignal): Promise<never> {
    // Temporal's worker has no event for this. The timer does not keep the process alive.
    const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false, signal: over });
    while (this.#isTold || AT_WORK.has(this.#worker.getState())) await pause(LOOK_MS);
    await pause(DRAIN_MS);
    throw new Error('The worker has ended by itself. Its log says why.');
  }
}
