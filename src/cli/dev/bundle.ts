/**
 * Builds a workflow bundle with the plugin, as a worker with `workflowsPath` does when it starts, and lists what is in it.
 */
import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { HoldpointPlugin } from '../../worker.ts';
import { entrypointNames } from '../../worker/entrypoint-names.ts';
import { whyNotBuilt } from './build-errors.ts';
import { reportFiles, type Compilation, type WebpackConfig } from './imports.ts';
import { packageSizes, type PackageSize } from './package-sizes.ts';

export interface BundleSettings {
  readonly workflows: string;
  readonly payloadConverterPath?: string | undefined;
  readonly failureConverterPath?: string | undefined;
}

export interface Bundle {
  readonly code: string;
  /** In bytes. The source map is part of the code. */
  readonly size: number;
  readonly sourceMapSize: number;
  /** The names of the entrypoints. `undefined` if the code can only be loaded inside of a workflow. */
  readonly entrypoints: readonly string[] | undefined;
  /** The packages with code in the bundle, the largest first. */
  readonly packages: readonly PackageSize[];
}

/** A worker reads the whole map when it starts. Its stack traces need the places in the sources, and not the sources. */
const SOURCE_MAP = 'inline-nosources-source-map';

/** @param onFiles Called with the files of the bundle, without those of packages, even if one of them has a mistake. */
export async function buildBundle(
  { workflows, payloadConverterPath, failureConverterPath }: BundleSettings,
  onFiles: (files: readonly string[]) => void,
): Promise<Bundle> {
  let built: Compilation | undefined;
  try {
    const { code } = await bundleWorkflowCode({
      workflowsPath: resolve(workflows),
      ...(payloadConverterPath === undefined ? {} : { payloadConverterPath }),
      ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
      plugins: [new HoldpointPlugin()],
      logger: new DefaultLogger('ERROR', () => undefined),
      webpackConfigHook: (config) =>
        keepCompilation(reportFiles({ ...config, devtool: SOURCE_MAP }, onFiles), (done) => (built = done)),
    });
    const sourceMap = /^\/\/# sourceMappingURL=.*$/m.exec(code)?.[0] ?? '';
    return {
      code,
      size: Buffer.byteLength(code),
      sourceMapSize: sourceMap.length,
      entrypoints: entrypointNames(code),
      packages: built ? packageSizes(built) : [],
    };
  } catch (error) {
    throw new Error((built && whyNotBuilt(built)) ?? oneLine(error), { cause: error });
  }
}

function keepCompilation(config: WebpackConfig, onDone: (compilation: Compilation) => void): WebpackConfig {
  const keeper: NonNullable<WebpackConfig['plugins']>[number] = {
    apply: (compiler) => compiler.hooks.done.tap('holdpoint', ({ compilation }) => onDone(compilation)),
  };
  return { ...config, plugins: [...(config.plugins ?? []), keeper] };
}

/** The plugin puts each mistake on a line of its own. */
function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll('\n', ' ');
}
