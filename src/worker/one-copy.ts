/**
 * Makes every import of `holdpoint/workflow` and `holdpoint/agent` in a bundle mean the plugin's own copy.
 *
 * A workspace may hold several copies of the package. The interceptor of one copy would not know a body of another, and two
 * copies in one workflow would not share their run.
 */
import type { BundleOptions } from '@temporalio/worker';
import { sandboxFile } from './sandbox-files.ts';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** The doors of the sandbox. */
const DOORS = ['workflow', 'agent'];

/** Adds the aliases to the configuration of the bundler. */
export function useOneCopy(config: WebpackConfig): WebpackConfig {
  const alias = config.resolve?.alias ?? {};
  const doors = DOORS.map((door) => ({ name: `holdpoint/${door}`, own: sandboxFile(door) }));
  const withOwn = Array.isArray(alias)
    ? [...alias, ...doors.map(({ name, own }) => ({ name, onlyModule: true, alias: own }))]
    : { ...alias, ...Object.fromEntries(doors.map(({ name, own }) => [`${name}$`, own])) };
  return { ...config, resolve: { ...config.resolve, alias: withOwn } };
}
