/**
 * `holdpoint bundle`: builds the workflow bundle of a file of entrypoints, writes it, and prints what is in it.
 *
 * It needs an optional package, which is loaded when the command runs.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { Bundle, BundleSettings } from '../dev/bundle.ts';
import type { Context } from '../context.ts';
import { errorLines, UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import { awaitInterruption } from '../interruption.ts';
import { loadOptional } from '../optional-package.ts';
import { renderTable } from '../table.ts';

interface BundleOptions {
  readonly out: string;
  readonly watch?: boolean;
}

/** What the command needs, besides what the library always needs. */
const PACKAGES = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/activity'];

export async function run(context: Context<BundleOptions>): Promise<void> {
  const { args, options } = context;
  const [workflows = ''] = args;
  if (!existsSync(workflows)) throw new UsageError(`There is no file ${workflows}.`);
  const missing = { command: 'bundle', name: '@temporalio/worker' };
  await loadOptional(async () => import.meta.resolve('@temporalio/worker'), missing, PACKAGES);
  const { payloadConverterPath, failureConverterPath } = (await context.dataConverter()) ?? {};
  const settings: BundleSettings = { workflows, payloadConverterPath, failureConverterPath };
  if (options.watch) await watch(context, settings);
  else await build(context, settings, () => undefined);
}

/** @param onFiles Called with the files of the bundle, before it is written. */
async function build(
  { out, options }: Context<BundleOptions>,
  settings: BundleSettings,
  onFiles: (files: readonly string[]) => void,
): Promise<void> {
  const { buildBundle } = await import('../dev/bundle.ts');
  let files: readonly string[] = [];
  const bundle = await buildBundle(settings, (found) => onFiles((files = found)));
  if (isOneOf(files, options.out))
    throw new UsageError(`Expected \`--out\` to be a file of its own, got ${options.out}, which is in the bundle.`);
  await write(options.out, bundle.code);
  const { size, sourceMapSize, entrypoints, packages } = bundle;
  const document = { file: options.out, size, sourceMapSize, ...(entrypoints ? { entrypoints } : {}), packages };
  if (options.watch) out.event(document, () => lines(options.out, bundle, out.width));
  else out.document(document, () => lines(options.out, bundle, out.width));
}

/** Webpack lists folders too. */
function isOneOf(files: readonly string[], file: string): boolean {
  return existsSync(file) && statSync(file).isFile() && files.includes(realpathSync(file));
}

async function write(file: string, code: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
  } catch (error) {
    throw new UsageError(`Cannot write ${file}: ${(error as Error).message}.`, { cause: error });
  }
}

function lines(file: string, bundle: Bundle, width: number): string[] {
  const { size, sourceMapSize, entrypoints, packages } = bundle;
  const names = entrypoints?.map(inertLine).join(', ') ?? 'not known: the file can only be loaded inside of a workflow';
  return [
    `Bundle       ${file}, ${readable(size)}, of which ${readable(sourceMapSize)} are the source map`,
    `Entrypoints  ${names || 'none'}`,
    '',
    ...renderTable(
      [{ title: 'PACKAGE', cuts: 'last' }, { title: 'SIZE' }],
      packages.map((one) => [inertLine(one.name), readable(one.size)]),
      width,
    ),
  ];
}

function readable(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Builds until Ctrl-C. After a mistake any code counts as a change, because what is missing may not exist yet. */
async function watch(context: Context<BundleOptions>, settings: BundleSettings): Promise<void> {
  const { out } = context;
  const { CodeWatcher } = await import('../dev/watch.ts');
  using interruption = awaitInterruption();
  // Read once: the folder may be gone later.
  const base = realpathSync(process.cwd());
  const stopped = interruption.came.then(() => undefined);
  let change = Promise.withResolvers<string>();
  const watcher = new CodeWatcher([settings.workflows], (path) => change.resolve(path));
  for (;;) {
    try {
      await build(context, settings, (files) => watcher.expect(files));
    } catch (error) {
      watcher.expect(undefined);
      process.stderr.write(`${errorLines(error, { isJson: out.isJson })}\n`);
    }
    const path = await Promise.race([stopped, change.promise]);
    if (path === undefined) break;
    change = Promise.withResolvers();
    out.note(`${relative(base, path)} changed: building again.`);
  }
  watcher.close();
}
