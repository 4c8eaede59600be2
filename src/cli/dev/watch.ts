/**
 * Tells of changes of code in the folders of some files, and in those below; not in `node_modules` and hidden folders,
 * which may hold more than a system can watch.
 */
import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** An editor writes a file in several steps. */
const SETTLE_MS = 200;

const CODE = /\.(?:[cm]?[jt]sx?|json)$/;

/** @returns Stops watching. */
export function watchFolders(files: readonly string[], onChange: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const changed = (_event: string, name: string | null): void => {
    // A log or a database that grows is no change; a folder that comes may hold code.
    if (name !== null && name.includes('.') && !CODE.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      add();
      onChange();
    }, SETTLE_MS);
  };
  const add = (): void => {
    for (const folder of new Set(files.flatMap((file) => foldersBelow(dirname(resolve(file)))))) {
      if (!watchers.has(folder))
        watchers.set(
          folder,
          watch(folder, changed).on('error', () => watchers.delete(folder)),
        );
    }
  };
  add();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function foldersBelow(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
  );
  return [folder, ...below.flatMap(({ name }) => foldersBelow(join(folder, name)))];
}
