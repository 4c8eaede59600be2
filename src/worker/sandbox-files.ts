/**
 * Where the files are that the plugin puts into a workflow bundle.
 *
 * They are looked up when a bundle is built, not when this file is loaded. A program that esbuild has bundled does not have
 * them beside it, and does not need them if its workflow bundle is built ahead. In CommonJS it has no `import.meta` either.
 */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file of this package, in `src` as in `dist`.
 *
 * @param name The file's path in the folder of the doors, without an extension.
 */
export function sandboxFile(name: string): string {
  // esbuild leaves `import.meta` empty in CommonJS.
  const { url } = import.meta as { readonly url?: string };
  if (url !== undefined) {
    const path = fileURLToPath(new URL(`../${name}${extname(url)}`, url));
    if (existsSync(path)) return path;
  }
  throw new Error(
    'Expected a workflow bundle that is built ahead, because this program is itself bundled and has no files of holdpoint to build one from: build it with `holdpoint bundle <workflows file>`, and pass `workflowBundle: { codePath }` in place of `workflowsPath`.',
  );
}
