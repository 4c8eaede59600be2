/**
 * Ctrl-C, for the commands that run until it comes.
 */
import { once } from 'node:events';

export interface Interruption extends Disposable {
  readonly came: Promise<void>;
}

/** Resolves at the first Ctrl-C. A second one ends the process at once. */
export function awaitInterruption(): Interruption {
  // A signal handler does not keep the process alive, and neither does a process that was started.
  const alive = setInterval(() => undefined, 60_000);
  const came = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => {
    process.once('SIGINT', () => process.exit(130));
  });
  return { came, [Symbol.dispose]: () => clearInterval(alive) };
}
