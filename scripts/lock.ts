/**
 * A lock between processes, and a folder to work in for the one that holds it.
 *
 * The lock is a folder that holds one folder, named after its owner's process id. It is made ready aside and renamed into
 * place, which fails where a folder with something in it stands; so a lock is never seen without its owner. What a dead
 * owner left is removed by its name, so that taking over from the dead never removes the lock of one who was faster.
 */
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export type Lock =
  /** It is ours; `folder` is there to work in, and goes with the lock. */
  | { readonly kind: 'taken'; readonly folder: string }
  /** `owner` is not known when the lock is released at this very moment. */
  | { readonly kind: 'held'; readonly owner?: number };

/** Takes the lock if it is free, without waiting. */
export function takeLock(path: string): Lock {
  for (const owner of owners(path)) if (!isAlive(owner)) release(path, owner);
  const ready = `${path}.${process.pid}`;
  mkdirSync(join(ready, String(process.pid)), { recursive: true });
  try {
    renameSync(ready, path);
    return { kind: 'taken', folder: join(path, String(process.pid)) };
  } catch {
    rmSync(ready, { recursive: true, force: true });
    const [owner] = owners(path);
    return { kind: 'held', ...(owner === undefined ? {} : { owner }) };
  }
}

export function releaseLock(path: string): void {
  release(path, process.pid);
}

function release(path: string, owner: number): void {
  rmSync(join(path, String(owner)), { recursive: true, force: true });
  try {
    rmdirSync(path);
  } catch {
    // Somebody was faster: it is gone, or taken.
  }
}

function owners(path: string): number[] {
  try {
    return readdirSync(path).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
