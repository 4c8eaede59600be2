/**
 * Makes every import of `holdpoint/workflow` in a bundle mean the plugin's own copy.
 *
 * A workspace may hold several copies of the package. The interceptor of one copy would not know a body of another, and two
 * copies in one workflow would not share their run.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

const DOOR = 'holdpoint/workflow';
/** Beside the folder of this file, in `src` as in `dist`. */
const OWN = fileURLToPath(import.meta.resolve(`../workflow${extname(import.meta.url)}`));

/** Adds the alias to the configuration of the bundler. */
export function useOneCopy(config: WebpackConfig): WebpackConfig {
  const alias = config.resolve?.alias ?? {};
  const withOwn = Array.isArray(alias)
    ? [...alias, { name: DOOR, onlyModule: true, alias: OWN }]
    : { ...alias, [`${DOOR}$`]: OWN };
  return { ...config, resolve: { ...config.resolve, alias: withOwn } };
}
