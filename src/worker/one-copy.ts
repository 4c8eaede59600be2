/**
 * Makes every import of `holdpoint/workflow` and `holdpoint/agent` in a bundle mean the plugin's own copy.
 *
 * A workspace may hold several copies of the package. The interceptor of one copy would not know a body of another, and two
 * copies in one workflow would not share their run.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** The doors of the sandbox. They are beside the folder of this file, in `src` as in `dist`. */
const DOORS = ['workflow', 'agent'].map((door) => ({
  name: `holdpoint/${door}`,
  own: fileURLToPath(import.meta.resolve(`../${door}${extname(import.meta.url)}`)),
}));

/** Adds the aliases to the configuration of the bundler. */
export function useOneCopy(config: WebpackConfig): WebpackConfig {
  const alias = config.resolve?.alias ?? {};
  const withOwn = Array.isArray(alias)
    ? [...alias, ...DOORS.map(({ name, own }) => ({ name, onlyModule: true, alias: own }))]
    : { ...alias, ...Object.fromEntries(DOORS.map(({ name, own }) => [`${name}$`, own])) };
  return { ...config, resolve: { ...config.resolve, alias: withOwn } };
}
