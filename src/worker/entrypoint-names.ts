/**
 * Refuses a workflow bundle in which an entrypoint is exported under another name than its own.
 *
 * Temporal finds a workflow by its export, questions and updates carry the name of the entrypoint, and the client's types
 * assume that both are the same. A mismatch is found when the bundle is built, before any thread runs. The names of exports
 * are only known at run time, so the bundle is run once in a context of its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
import type { BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** Adds the check to the configuration of the bundler. */
export function checkEntrypointNames(config: WebpackConfig): WebpackConfig {
  return {
    ...config,
    plugins: [
      ...(config.plugins ?? []),
      {
        apply(compiler) {
          // The bundler throws an error from this hook; it would only log an error of the compilation.
          compiler.hooks.emit.tap('holdpoint', ({ assets }) => {
            const messages = Object.values(assets).flatMap((source) => misnamedEntrypoints(String(source.source())));
            if (messages.length > 0) throw new TypeError(messages.join('\n'));
          });
        },
      },
    ],
  };
}

/** One sentence for each export that is an entrypoint with another name. */
function misnamedEntrypoints(code: string): string[] {
  // Temporal reports a module that cannot be loaded with a better message.
  return (exportedEntrypoints(code) ?? []).flatMap(({ exported, own }) =>
    own === exported
      ? []
      : [
          `Expected entrypoint \`${own}\` to be exported under its name, got \`${exported}\`. Export it as \`${own}\`, or rename it.`,
        ],
  );
}

/** The names of the entrypoints of a bundle that was built. `undefined` if it can only be loaded inside of a workflow. */
export function entrypointNames(code: string): string[] | undefined {
  return exportedEntrypoints(code)?.map(({ own }) => own);
}

/** Runs a bundle. `undefined` if it has a module that only loads inside of a workflow. */
function exportedEntrypoints(code: string): { readonly exported: string; readonly own: string }[] | undefined {
  let module: Record<string, unknown>;
  try {
    const context = vm.createContext({
      AsyncLocalStorage,
      URL,
      URLSearchParams,
      TextEncoder,
      TextDecoder,
      AbortController,
      __webpack_module_cache__: {},
    });
    module = vm.runInContext(`${code}\n;__TEMPORAL__.importWorkflows()`, context, { timeout: 10_000 }) as Record<
      string,
      unknown
    >;
  } catch {
    return undefined;
  }
  return Object.entries(module).flatMap(([exported, value]) => {
    const own = typeof value === 'function' ? (value as { entrypointName?: unknown }).entrypointName : undefined;
    return typeof own === 'string' ? [{ exported, own }] : [];
  });
}
