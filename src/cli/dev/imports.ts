/**
 * The files that a worker is made of: the files that Node loads, and the files in the workflow bundle. Files of packages
 * are left out.
 */
import module from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';

type BundlerOptions = NonNullable<WorkerOptions['bundlerOptions']>;
type WebpackConfigHook = NonNullable<BundlerOptions['webpackConfigHook']>;
export type WebpackConfig = Parameters<WebpackConfigHook>[0];
type Plugin = NonNullable<WebpackConfig['plugins']>[number];
type Compiler = Parameters<Extract<Plugin, (compiler: never) => void>>[0];
export type Compilation = Parameters<Parameters<Compiler['hooks']['afterCompile']['tap']>[1]>[0];

export class Imports {
  readonly #files = new Set<string>();
  readonly #report: (files: readonly string[]) => void;
  #isBundled = false;

  /** @param report Called with all files when the bundle is built, and again for each file that is loaded later. */
  constructor(report: (files: readonly string[]) => void) {
    this.#report = report;
    // Node before 22.15 has no such hook. Then nothing is reported, and the watcher takes any code file for an import.
    if (typeof module.registerHooks !== 'function') return;
    module.registerHooks({
      load: (url, context, next) => {
        if (url.startsWith('file:')) this.#add([fileURLToPath(url)]);
        return next(url, context);
      },
    });
  }

  /** For the worker's `bundlerOptions`: notes the files of the bundle, even if the bundle cannot be built. */
  readonly webpackConfigHook: WebpackConfigHook = (config) =>
    reportFiles(config, (files) => {
      this.#isBundled = typeof module.registerHooks === 'function';
      this.#add(files);
    });

  #add(files: readonly string[]): void {
    for (const file of files.filter(isNotOfPackage)) this.#files.add(file);
    if (this.#isBundled) this.#report([...this.#files]);
  }
}

/**
 * Adds to the configuration of the bundler: reports the files of the bundle, even if the bundle cannot be built because one
 * of them has a mistake.
 */
export function reportFiles(config: WebpackConfig, report: (files: readonly string[]) => void): WebpackConfig {
  const reporter: Plugin = {
    apply: (compiler) => {
      compiler.hooks.afterCompile.tap('holdpoint', ({ fileDependencies }) =>
        report([...fileDependencies].filter(isNotOfPackage)),
      );
    },
  };
  return { ...config, plugins: [...(config.plugins ?? []), reporter] };
}

function isNotOfPackage(file: string): boolean {
  return !file.includes(`${sep}node_modules${sep}`);
}
