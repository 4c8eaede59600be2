/** `holdpoint/openai` without the package `openai`, which is an optional peer: it loads, and a call says what to install. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './tsc.ts';

const PROGRAM = `
  import { openai } from 'holdpoint/openai';
  const { callModel } = openai({ tools: {}, run: {}, apiKey: 'key' });
  const { message, nonRetryable } = await callModel([]).catch((error) => error);
  console.log(JSON.stringify({ message, nonRetryable }));
`;

test('a call without the package fails at once, and says what to install', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-openai-'));
  try {
    const packages = join(folder, 'node_modules');
    mkdirSync(join(packages, 'holdpoint'), { recursive: true });
    // A copy: a link would lead to where the package is.
    cpSync(join(root, 'dist'), join(packages, 'holdpoint/dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(packages, 'holdpoint/package.json'));
    for (const name of ['@temporalio', '@cfworker', 'eventsource-parser'])
      symlinkSync(join(root, 'node_modules', name), join(packages, name));
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      message: 'Expected the package `openai` to be installed beside holdpoint: `npm install openai`',
      nonRetryable: true,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
