/**
 * Makes sure that the demo and the tests have a Temporal server to start. It runs before them.
 *
 * Nothing is to do if `TEMPORAL_ADDRESS` names a server, if there is a `temporal` binary, or if the SDK can download one.
 * Otherwise the script builds the binary with Go into the cache folder, once. Two scripts at the same time build it once,
 * and Ctrl-C leaves nothing behind.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BINARY, cacheFolder, findTemporal } from '../src/testing/binary.ts';
import { releaseLock, takeLock, type Lock } from './lock.ts';

const SOURCE = 'github.com/temporalio/cli/cmd/temporal';
/**
 * The CLI's newest tag whose module can be required, with a newer database driver than it has: with its own, a request that
 * is cancelled while the server reads may leave the database unusable (`interrupted (9)`), until the server ends.
 */
const MODULE = `module server

go 1.25.0

require (
	github.com/temporalio/cli v1.5.1
	modernc.org/sqlite v1.51.0
)
`;
const PROGRESS_MS = 15_000;
const WAIT_MS = 500;

const cache = cacheFolder();
const lockPath = join(cache, 'build');

if (!process.env['TEMPORAL_ADDRESS'] && findTemporal() === undefined && !(await canDownload())) await build();

/** True if the SDK can download a server. It keeps the download. */
async function canDownload(): Promise<boolean> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  try {
    const environment = await TestWorkflowEnvironment.createLocal();
    await environment.teardown();
    return true;
  } catch {
    return false;
  }
}

async function build(): Promise<void> {
  if (spawnSync('go', ['version']).status !== 0) fail('Go, which could build it, is not installed');
  mkdirSync(cache, { recursive: true });
  const folder = await waitForLock();
  process.on('exit', () => releaseLock(lockPath));
  // Unless the process that we waited for has just built it.
  if (findTemporal() === undefined) await buildWithGo(folder);
}

async function waitForLock(): Promise<string> {
  let told = false;
  let lock: Lock;
  while ((lock = takeLock(lockPath)).kind === 'held') {
    if (!told && lock.owner !== undefined) {
      console.log(`Process ${lock.owner} is building the Temporal CLI with Go; waiting for it …`);
      told = true;
    }
    await sleep(WAIT_MS);
  }
  return lock.folder;
}

async function buildWithGo(folder: string): Promise<void> {
  console.log('Building the Temporal CLI with Go. This happens once and takes 4 to 7 minutes …');
  const started = Date.now();
  writeFileSync(join(folder, 'go.mod'), MODULE);
  // `-mod=mod` completes the module. In its own process group, so that its compilers can be stopped too.
  const go = spawn('go', ['build', '-mod=mod', '-o', BINARY, SOURCE], {
    cwd: folder,
    // A killed `go` leaves its temporary files behind. In this folder, they are deleted with the lock.
    env: { ...process.env, GOTMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let output = '';
  go.stderr.setEncoding('utf8').on('data', (chunk: string) => (output = (output + chunk).slice(-2_000)));
  let stoppedWith: number | undefined;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      stoppedWith = code;
      if (go.pid !== undefined) process.kill(-go.pid, 'SIGKILL');
    });
  }
  const progress = setInterval(() => console.log(`… ${Math.round((Date.now() - started) / 1000)} s`), PROGRESS_MS);
  const code = await new Promise((resolve) => go.once('close', resolve));
  clearInterval(progress);
  if (stoppedWith !== undefined) process.exit(stoppedWith);
  if (code !== 0) {
    console.error(output);
    fail(`\`go build ${SOURCE}\` failed`);
  }
  renameSync(join(folder, BINARY), join(cache, BINARY));
  console.log(`Built ${join(cache, BINARY)}`);
}

function fail(reason: string): never {
  console.error(
    `There is no Temporal server: \`TEMPORAL_ADDRESS\` is not set, \`temporal\` is neither on the PATH nor in ${cache}, the SDK could not download it, and ${reason}. Set \`TEMPORAL_ADDRESS\` to a running server, or install the Temporal CLI.`,
  );
  process.exit(1);
}
