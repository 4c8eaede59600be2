/**
 * Refuses a workflow bundle in which an entrypoint's name is not that of its export.
 *
 * Temporal finds a workflow by its export, questions and updates carry the entrypoint's name, and the client's types
 * connect the two; so a mismatch is caught where the bundle is built, before any thread runs. The bundle is run once, in
 * a context of its own: what an export is called is only known then.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
import type { BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

export function checkEntrypointNames(config: WebpackConfig): WebpackConfig {
  return {
    ...config,
    plugins: [
      ...(config.plugins ?? []),
      {
        apply(compiler) {
          // What fails here, the bundler throws; an error of the compilation it would only log.
          compiler.hooks.emit.tap('holdpoint', ({ assets }) => {
            const messages = Object.values(assets).flatMap((source) => misnamedEntrypoints(String(source.source())));
            if (messages.length > 0) throw new TypeError(messages.join('\n'));
          });
        },
      },
    ],
  };
}

/** One sentence for each export of the bundle that is an entrypoint of another name. */
function misnamedEntrypoints(code: string): string[] {
  let exported: Record<string, unknown>;
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
    exported = vm.runInContext(`${code}\n;__TEMPORAL__.importWorkflows()`, context, { timeout: 10_000 }) as Record<
      string,
      unknown
    >;
  } catch {
    // A module that needs a workflow around it to load: Temporal says so, and better.
    return [];
  }
  return Object.entries(exported).flatMap(([name, value]) => {
    const own = typeof value === 'function' ? (value as { entrypointName?: unknown }).entrypointName : undefined;
    return typeof own !== 'string' || own === name
      ? []
      : [
          `Expected entrypoint \`${own}\` to be exported under its name, got \`${name}\`. Export it as \`${own}\`, or rename it.`,
        ];
  });
}
