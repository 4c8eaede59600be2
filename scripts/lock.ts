/**
 * A lock between processes, with a folder in which its owner can work.
 *
 * The lock is a folder that contains one folder, named after its owner's process id. It is created under another name and
 * then renamed, which fails if the target is a folder with content. A lock is therefore never seen without its owner. The
 * folder of a dead owner is removed by its name, so a process that takes over cannot remove the lock of a faster one.
 */
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export type Lock =
  /** This process has the lock. `folder` exists until the lock is released. */
  | { readonly kind: 'taken'; readonly folder: string }
  /** Another process has it. `owner` is unknown if that process is just releasing it. */
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

/** Releases this process's lock, and deletes its folder. */
export function releaseLock(path: string): void {
  release(path, process.pid);
}

function release(path: string, owner: number): void {
  rmSync(join(path, String(owner)), { recursive: true, force: true });
  try {
    rmdirSync(path);
  } catch {
    // Another process was faster: the lock is gone, or taken again.
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
    // EPERM means that the process exists but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
