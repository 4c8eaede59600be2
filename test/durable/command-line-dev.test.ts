/** `holdpoint dev`: a server, and a worker that restarts when a file changes. Ctrl-C stops both. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '../fences/tsc.ts';
import { holdpoint } from './fixtures/command-line.ts';
import { freePort } from './fixtures/processes.ts';
import { until } from './fixtures/scenario.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const ACTIVITIES = `import { said } from './said.ts'; export const say = async (): Promise<string> => said;\n`;
const WORKFLOWS = `
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';
const { say } = tasks<typeof activities>();
export const talk = entrypoint('talk', async () => say());
`;

test('dev: the worker restarts when a file that it imports changes, and Ctrl-C leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-dev-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/holdpoint'));
  symlinkSync(join(root, 'node_modules/@temporalio'), join(folder, 'node_modules/@temporalio'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'workflows.ts'), WORKFLOWS);
  writeFileSync(join(folder, 'activities.ts'), ACTIVITIES);
  writeFileSync(join(folder, 'said.ts'), `export const said = 'one';`);
  const port = await freePort();
  const args = ['dev', '--port', `${port}`, '--ui-port', `${await freePort()}`, '--task-queue', 'dev-queue'];
  const { TEMPORAL_ADDRESS: _, ...env } = process.env;
  const dev = spawn(process.execPath, [MAIN, ...args, '--workflows', 'workflows.ts', '--activities', 'activities.ts'], {
    cwd: folder,
    env,
  });
  let said = '';
  for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (data) => (said += String(data)));
  const gone = once(dev, 'exit');
  const own = { env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } };
  const talk = async (thread: string): Promise<string> => {
    const queue = ['--task-queue', 'dev-queue'];
    const { out } = await holdpoint(['start', 'talk', '--thread', thread, ...queue, '--follow'], own);
    return out.split('\n').at(-2) ?? '';
  };
  try {
    await until(() => said.includes('Press Ctrl-C to stop.'));
    expect(said).toContain(`Server   127.0.0.1:${port}, namespace default`);
    expect(await talk('first')).toBe('talk: one');
    expect((await holdpoint(['setup'], own)).out).toContain('HoldpointStatus (Keyword): already registered');
    // Nobody imports the second one. Both are seen in one go, and the last one that counts is reported.
    writeFileSync(join(folder, 'said.ts'), `export const said = 'two';`);
    writeFileSync(join(folder, 'notes.ts'), 'export {};');
    await until(() => said.includes('said.ts changed: restarting the worker.'));
    let n = 0;
    await until(async () => (await talk(`again-${n++}`)) === 'talk: two');
    expect(said).not.toContain('notes.ts');
    // After a mistake any code counts: what is missing may be a file that does not exist yet.
    writeFileSync(join(folder, 'workflows.ts'), `import './later.ts';${WORKFLOWS}`);
    await until(() => said.includes('The worker exited with code 1. The next change restarts it.'));
    writeFileSync(join(folder, 'later.ts'), 'export {};');
    await until(() => said.includes('later.ts changed'));
  } finally {
    dev.kill('SIGINT');
    expect(await gone).toEqual([0, null]);
    rmSync(folder, { recursive: true, force: true });
  }
  expect((await holdpoint(['list'], own)).code).toBe(5);
  // A server, three workers and several commands, one after the other.
}, 120_000);

test('dev: a server alone stays until it is told to end', async () => {
  const port = await freePort();
  const args = ['dev', '--port', `${port}`, '--ui-port', `${await freePort()}`];
  const dev = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
  const gone = once(dev, 'exit');
  const own = { env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } };
  await until(async () => {
    // It ends at once where somebody else has taken the port meanwhile.
    expect(dev.exitCode).toBeNull();
    return (await holdpoint(['setup'], own)).code === 0;
  });
  expect((await holdpoint(['list'], own)).code).toBe(0);
  dev.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
});

test('dev: missing files are a wrong call, and a server that is given must answer', async () => {
  expect((await holdpoint(['dev', '--workflows', 'w.ts'])).code).toBe(2);
  expect((await holdpoint(['dev', '--address', `localhost:${await freePort()}`])).code).toBe(5);
  expect(await holdpoint(['dev', '--workflows', 'no.ts', '--activities', 'no.ts'])).toMatchObject({
    code: 2,
    err: 'holdpoint: There is no file no.ts.\n',
  });
});
