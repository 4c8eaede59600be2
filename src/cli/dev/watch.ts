/**
 * Reports changes of the files that the worker has imported.
 *
 * The imported files are known once the worker has started. Before that, and after the worker has failed, any code file in
 * the folders of its two entry files and below counts, because the missing file may not exist yet. Packages and hidden
 * folders are left out: they may contain more folders than a system can watch.
 *
 * Folders come and go, for example when another branch is checked out, and some cannot be read. Those are left out until
 * they can be.
 */
import { readdirSync, realpathSync, statSync, watch, type Dirent, type FSWatcher } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/** An editor writes a file in several steps. */
const SETTLE_MS = 200;

const CODE = /\.(?:[cm]?[jt]sx?|json)$/;

export class CodeWatcher {
  /** The folders of the entry files. */
  readonly #roots: readonly string[];
  readonly #onChange: (path: string) => void;
  readonly #watched = new Map<string, WatchedFolder>();
  #imported: ReadonlySet<string> | undefined;
  /** The files that the last worker that started has imported. */
  #lastImported: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(entries: readonly string[], onChange: (path: string) => void) {
    this.#roots = entries.map((file) => realpathSync(dirname(resolve(file))));
    this.#onChange = onChange;
    this.#watchFolders();
  }

  /** @param files The files that the worker has imported; `undefined` while they are not known. */
  expect(files: readonly string[] | undefined): void {
    this.#imported = files && new Set(files);
    this.#lastImported = this.#imported ?? this.#lastImported;
    this.#watchFolders();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const folder of this.#watched.keys()) this.#unwatch(folder);
  }

  #watchFolders(): void {
    for (const [folder, { identity }] of this.#watched) if (identityOf(folder) !== identity) this.#unwatch(folder);
    const entered = this.#roots.flatMap(foldersBelow);
    for (const folder of [...entered, ...[...(this.#imported ?? [])].map((file) => dirname(file))]) this.#watch(folder);
  }

  /** Watches folders, not files, because an editor may replace a file by a new one. */
  #watch(folder: string): void {
    const identity = identityOf(folder);
    if (identity === undefined || this.#watched.has(folder)) return;
    try {
      const watcher = watch(folder, (_event, name) => this.#changed(folder, name));
      watcher.on('error', () => this.#unwatch(folder));
      this.#watched.set(folder, { watcher, identity });
    } catch {
      // It cannot be read, or has just gone.
    }
  }

  #unwatch(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }

  #changed(folder: string, name: string | null): void {
    const path = join(folder, name ?? '');
    if (name !== null && !this.#counts(path, name)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#watchFolders();
      this.#onChange(path);
    }, SETTLE_MS);
  }

  #counts(path: string, name: string): boolean {
    if (this.#imported) return this.#imported.has(path);
    // Imported files may be anywhere, in folders where other programs write too.
    if (!this.#roots.some((root) => path.startsWith(root + sep))) return this.#lastImported.has(path);
    // A new folder may contain code. A log or a database that grows does not count.
    return CODE.test(name) || !name.includes('.');
  }
}

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** A watcher does not notice that its folder was made anew under the same path. */
  readonly identity: string;
}

/** Differs for two folders that had the same path one after the other. `undefined` if there is no folder that can be read. */
function identityOf(folder: string): string | undefined {
  try {
    const { ino, birthtimeNs } = statSync(folder, { bigint: true });
    return `${ino} ${birthtimeNs}`;
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function foldersBelow(folder: string): string[] {
  const below = entriesOf(folder).filter(
    (entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
  );
  return [folder, ...below.flatMap(({ name }) => foldersBelow(join(folder, name)))];
}
