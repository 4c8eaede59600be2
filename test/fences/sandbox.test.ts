/**
 * The sandbox room compiles without Node types and without DOM, so that what Temporal's sandbox lacks is an error.
 *
 * The probe is compiled in one program with the room: a type package that one of its files let in would let the probe in.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile, root } from './tsc.ts';

const LACKING = ['setTimeout', 'setInterval', 'setImmediate', 'process', 'Buffer', 'fetch', 'require', 'window'];

test('the files of the sandbox compile there, and one that uses what the sandbox lacks does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-fence-'));
  try {
    writeFileSync(join(folder, 'probe.mts'), LACKING.map((name) => `export const ${name}_ = ${name};\n`).join(''));
    const program = {
      extends: join(root, 'tsconfig.sandbox.json'),
      include: ['workflow.ts', 'agent.ts', 'workflows', 'protocol'].map((name) => join(root, 'src', name)),
      files: ['probe.mts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(program));
    const errors = compile(join(folder, 'tsconfig.json'));
    expect(errors.map((line) => /probe\.mts\(\d+,\d+\): .*?Cannot find name '(\w+)'/.exec(line)?.[1] ?? line)).toEqual(
      LACKING,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
