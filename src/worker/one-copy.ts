/**
 * One copy of `holdpoint/workflow` in the bundle: the plugin's own.
 *
 * A workspace may hold several copies of the package. A body of one copy would not be known to the interceptor of another
 * one, and two in one workflow would not share their run.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

const DOOR = 'holdpoint/workflow';
/** Beside the folder of this file, in `src` as in `dist`. */
const OWN = fileURLToPath(import.meta.resolve(`../workflow${extname(import.meta.url)}`));

export function useOneCopy(config: WebpackConfig): WebpackConfig {
  const alias = config.resolve?.alias ?? {};
  const withOwn = Array.isArray(alias)
    ? [...alias, { name: DOOR, onlyModule: true, alias: OWN }]
    : { ...alias, [`${DOOR}$`]: OWN };
  return { ...config, resolve: { ...config.resolve, alias: withOwn } };
}
