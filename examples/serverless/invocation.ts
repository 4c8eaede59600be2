/** One invocation of the function: a fresh process that ends by itself, or is killed at its deadline. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface FunctionSettings {
  /** The file of the built handler. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly environment: NodeJS.ProcessEnv;
  /** The file that takes what the function prints. */
  readonly logFile: string;
}

export interface Invocation {
  /** The worker's identity on the server begins with it. */
  readonly requestId: string;
  readonly pid: number;
  readonly ended: Promise<End>;
  kill(): void;
}

export type End = { readonly livedMs: number } & (
  | { readonly kind: 'returned' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'killed' }
  | { readonly kind: 'failed'; readonly code: number }
);

const RUNTIME = fileURLToPath(new URL('runtime.ts', import.meta.url));

export function invoke({ handler, timeoutMs, environment, logFile }: FunctionSettings): Invocation {
  const requestId = randomUUID();
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [RUNTIME, handler, requestId, String(timeoutMs)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const startedAt = Date.now();
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  // The handler is loaded, and its time begins.
  child.once('message', () => timer.refresh());
  const ended = once(child, 'exit').then(([code]: (number | null)[]): End => {
    clearTimeout(timer);
    const livedMs = Date.now() - startedAt;
    if (isTimedOut) return { kind: 'timed-out', livedMs };
    if (code === 0) return { kind: 'returned', livedMs };
    return typeof code === 'number' ? { kind: 'failed', livedMs, code } : { kind: 'killed', livedMs };
  });
  // A process that could not be started rejects `ended`.
  return { requestId, pid: child.pid ?? 0, ended, kill: () => void child.kill('SIGKILL') };
}
