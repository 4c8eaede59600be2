/**
 * A worker at work: it ends when it is told to, and may end by itself.
 *
 * One that met a fatal error drains, and may do so for ever, because what it was to hand back never leaves: it polls no
 * more, and its process stays. So a worker that was not told to end is not waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime, type Worker } from '@temporalio/worker';

/** How long one that ends by itself may take to say why. */
const DRAIN_MS = 2_000;
const LOOK_MS = 500;
const AT_WORK: ReadonlySet<string> = new Set(['INITIALIZED', 'RUNNING']);

export class RunningWorker {
  readonly #worker: Worker;
  readonly #running: Promise<void>;
  /** Resolves when it has ended as it was told to; rejects when it has ended by itself. */
  readonly ended: Promise<void>;
  /** By its owner, or by a signal to the process, which Temporal's runtime hands to all workers. */
  #isTold = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#running = worker.run();
    this.ended = this.#end();
    // Whoever waits for it is told.
    this.ended.catch(() => undefined);
  }

  /** Resolves when what it runs is finished; rejects where it has ended by itself. */
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

  /** Rejects when it has ended by itself. */
  async #death(over: AbortSignal): Promise<never> {
    // Temporal's worker has no event for it. The timer does not keep the process; the worker does.
    const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false, signal: over });
    while (this.#isTold || AT_WORK.has(this.#worker.getState())) await pause(LOOK_MS);
    await pause(DRAIN_MS);
    throw new Error('The worker has ended by itself. Its log says why.');
  }
}
