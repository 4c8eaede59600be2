/**
 * `node examples/serverless/pack.ts [folder] [--arch arm64]`: adds what the function loads at run time to the folder that
 * `build.ts` has written, and writes it as a zip file beside that folder. It fails if the function has grown past a limit.
 */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeFileTrace, resolve } from '@vercel/nft';
import { unzipSync, zipSync, type Zippable } from 'fflate';

/** The folders of the worker's native code. */
const PLATFORMS: Readonly<Record<string, string>> = {
  x64: 'x86_64-unknown-linux-gnu',
  arm64: 'aarch64-unknown-linux-gnu',
};
/**
 * The function is 38 MB. The native code of a second platform is 28 MB, and webpack with its compiler 25 MB: what slips in
 * by mistake does not fit. AWS's own limit is 250 MB, and a larger function starts more slowly.
 */
const LIMIT_MB = 45;
const MB = 1024 * 1024;
/** What builds a workflow bundle. The worker loads it when it starts, and does not call it if it has a bundle. */
const BUNDLER = /@temporalio\/worker\/lib\/workflow\/bundler\b/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { arch: { type: 'string', default: 'x64' } },
});
const [folder = fileURLToPath(new URL('dist/function', import.meta.url))] = positionals;
const platform = PLATFORMS[values.arch];

if (!platform) fail(`Expected \`--arch\` to be x64 or arm64, got \`${values.arch}\`.`);
else if (!existsSync(join(folder, 'handler.mjs'))) fail(`There is no handler in ${folder}. Run build.ts first.`);
else await pack(platform);

async function pack(target: string): Promise<void> {
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  await addPackages(target);
  const files = globSync('**', { cwd: folder }).filter((name) => statSync(join(folder, name)).isFile());
  const unzipped = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  if (unzipped > LIMIT_MB * MB) {
    const hint = 'Leave out what is new in it, or raise the limit in pack.ts.';
    return fail(
      `The function is ${megabytes(unzipped)} unzipped, which is more than its limit of ${LIMIT_MB} MB. ${hint}`,
    );
  }
  const entries: Zippable = {};
  for (const name of files.toSorted()) entries[name] = readFileSync(join(folder, name));
  // Equal functions make equal files. On Lambda another user reads them, so everybody may.
  const zip = zipSync(entries, { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 * 0x10000 });
  writeFileSync(`${folder}.zip`, zip);
  report(zip);
}

/** Copies the files of packages that the handler loads, as found by tracing its imports and the paths that it makes. */
async function addPackages(target: string): Promise<void> {
  const root = rootOf('@temporalio/worker');
  const left = new Set<string>();
  const { fileList } = await nodeFileTrace([join(folder, 'handler.mjs')], {
    base: root,
    resolve: async (name, parent, job, isRequire) => {
      if (!BUNDLER.test(parent) || name.startsWith('.') || isBuiltin(name))
        return resolve(name, parent, job, isRequire);
      left.add(name);
      return [];
    },
  });
  for (const file of fileList) {
    const isOtherPlatform = file.includes('/core-bridge/releases/') && !file.includes(target);
    if (file.startsWith('node_modules/') && !isOtherPlatform) cpSync(join(root, file), join(folder, file));
  }
  for (const name of left) {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(
      join(folder, 'node_modules', name, 'index.js'),
      '// Left out: this function has its workflow bundle.\n',
    );
  }
}

/** The folder whose `node_modules` has the package. */
function rootOf(name: string): string {
  const [root = ''] = fileURLToPath(import.meta.resolve(name)).split(join('/node_modules', name));
  return root;
}

function report(zip: Uint8Array): void {
  const parts = new Map<string, { unzipped: number; zipped: number }>();
  unzipSync(zip, {
    filter: ({ name, originalSize, size }) => {
      const part = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name;
      const { unzipped, zipped } = parts.get(part) ?? { unzipped: 0, zipped: 0 };
      parts.set(part, { unzipped: unzipped + originalSize, zipped: zipped + size });
      return false;
    },
  });
  const sorted = [...parts].toSorted(([, a], [, b]) => b.unzipped - a.unzipped);
  const total = sorted.reduce((sum, [, { unzipped }]) => sum + unzipped, 0);
  console.log(`Function  ${folder}.zip, ${megabytes(zip.length)}, ${megabytes(total)} unzipped\n`);
  console.log(`${'PART'.padEnd(26)}${'UNZIPPED'.padStart(10)}${'ZIPPED'.padStart(10)}`);
  for (const [part, { unzipped, zipped }] of sorted.slice(0, 10))
    console.log(part.padEnd(26) + megabytes(unzipped).padStart(10) + megabytes(zipped).padStart(10));
  if (sorted.length > 10) console.log(`and ${sorted.length - 10} more`);
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
