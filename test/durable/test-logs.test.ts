/** The logs of `startTest`: none by default, or those of the user's own `Runtime`. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('fixtures/logging.ts', import.meta.url));

async function run(...args: string[]): Promise<{ out: string; err: string }> {
  const { stdout, stderr } = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return { out, err };
}

test('startTest: a test that goes well logs nothing', async () => {
  expect(await run()).toEqual({ out: 'first\nsecond\n', err: '' });
});

test("startTest: the user's own runtime and its level stay, also for a second test", async () => {
  const { out, err } = await run('INFO');
  expect(out).toBe('first\nsecond\n');
  for (const message of ['Workflow bundle created', 'Interrupt opened']) expect(err).toContain(message);
  expect(err.split('Interrupt opened')).toHaveLength(3);
});
