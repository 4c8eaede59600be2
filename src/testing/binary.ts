/**
 * The places of a `temporal` binary. This file imports only Node, so that a script can search without loading the SDK.
 */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The name of the Temporal CLI's binary on this platform. */
export const BINARY = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** The folder for a development binary: `$XDG_CACHE_HOME/holdpoint`, by default `~/.cache/holdpoint`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdpoint');
}

/** A `temporal` binary on the PATH or in the cache folder. */
export function findTemporal(): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), cacheFolder()]
    .filter(Boolean)
    .map((folder) => join(folder, BINARY))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
