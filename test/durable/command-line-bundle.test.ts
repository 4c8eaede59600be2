/** `holdpoint bundle`: the workflow bundle is built ahead, written and described. */
import { randomUUID } from 'node:crypto';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command, connect } from 'holdpoint/client';
import { runWorker } from 'holdpoint/worker';
import { expect, onTestFinished, test } from 'vitest';
import * as activities from '../../examples/feedback/activities.ts';
import type * as workflows from '../../examples/feedback/workflows.ts';
import { root } from '../fences/tsc.ts';
import { holdpoint, MAIN, type Ran } from './fixtures/command-line.ts';
import { makeProgramFolder } from './fixtures/program-folder.ts';
import { rejection, until } from './fixtures/scenario.ts';

/** A folder with the three steps. */
function makeFolder(): string {
  const folder = makeProgramFolder('bundle');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['activities.ts', 'workflows.ts'])
    copyFileSync(join(root, 'examples/feedback', name), join(folder, name));
  return folder;
}

function bundle(cwd: string, ...args: string[]): Promise<Ran> {
  return holdpoint(['bundle', ...args], { cwd });
}

test('bundle: a worker runs the bundle that was written', async () => {
  const folder = makeFolder();
  expect(await bundle(folder, 'workflows.ts', '--out', 'made/here.js')).toMatchObject({ code: 0, err: '' });
  const codePath = join(folder, 'made/here.js');
  const taskQueue = `bundle-${randomUUID()}`;
  const stop = new AbortController();
  const running = runWorker({ taskQueue, workflowBundle: { codePath }, activities, signal: stop.signal });
  await using client = await connect<typeof workflows>({ taskQueue });
  const thread = client.thread(taskQueue, 'graph');
  await thread.invoke('foo');
  expect(await thread.invoke(new Command({ resume: 'baz' }))).toEqual({ value: 'foo bar baz qux' });
  stop.abort();
  await running;
});

test('bundle: a stack trace has the places in the sources, and the bundle is written without the sources', async () => {
  const folder = makeFolder();
  const more = `\nexport const fails = entrypoint('fails', async () => {\n  throw new TypeError('on purpose');\n});\n`;
  const source = readFileSync(join(folder, 'workflows.ts'), 'utf8') + more;
  writeFileSync(join(folder, 'workflows.ts'), source);
  expect(await bundle(folder, 'workflows.ts')).toMatchObject({ code: 0 });
  const codePath = join(folder, 'workflow-bundle.js');
  const [, map] = readFileSync(codePath, 'utf8').split(/sourceMappingURL=data:.*?base64,/);
  const document = JSON.parse(Buffer.from(map!, 'base64').toString()) as Record<string, unknown>;
  expect(document['sourcesContent']).toBeUndefined();
  const taskQueue = `bundle-${randomUUID()}`;
  const stop = new AbortController();
  const running = runWorker({ taskQueue, workflowBundle: { codePath }, signal: stop.signal });
  await using client = await connect({ taskQueue });
  const thread = client.thread(taskQueue, 'fails');
  await thread.start(undefined);
  await rejection(thread.result());
  const { events } = await thread.handle.fetchHistory();
  const line = source.split('\n').findIndex((text) => text.includes('on purpose')) + 1;
  expect(events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure?.stackTrace).toContain(
    `${join(folder, 'workflows.ts')}:${line}:`,
  );
  stop.abort();
  await running;
});

test('bundle: it prints the size, the entrypoints and the packages, the largest first', async () => {
  const folder = makeFolder();
  const more = `import { z } from 'zod';\nexport const other = entrypoint('other', async () => z.string().parse('x'));\n`;
  writeFileSync(join(folder, 'workflows.ts'), readFileSync(join(folder, 'workflows.ts'), 'utf8') + more);
  const { code, out } = await bundle(folder, 'workflows.ts', '--json');
  expect(code).toBe(0);
  const document = JSON.parse(out) as { packages: { name: string; size: number }[] };
  const written = readFileSync(join(folder, 'workflow-bundle.js'));
  expect(document).toMatchObject({ file: 'workflow-bundle.js', size: written.length });
  expect(document).toMatchObject({ entrypoints: ['graph', 'other'], sourceMapSize: expect.any(Number) });
  const { packages } = document;
  expect(packages.map(({ name }) => name).toSorted()).toEqual([
    '@cfworker/json-schema',
    '@temporalio/common',
    '@temporalio/workflow',
    'holdpoint',
    'long',
    'ms',
    'nexus-rpc',
    'your files',
    'zod',
  ]);
  expect(packages).toEqual(packages.toSorted((a, b) => b.size - a.size));
  expect(packages[0]?.name).toBe('zod');
  const { out: text } = await bundle(folder, 'workflows.ts');
  expect(text).toMatch(/^Bundle {7}workflow-bundle\.js, \d\.\d MB, of which \d+ KB are the source map$/m);
  expect(text).toMatch(/^Entrypoints {2}graph, other$/m);
  expect(text).toMatch(/^zod +\d+ KB$/m);
});

test('bundle: a file that does not exist is a wrong call', async () => {
  expect(await bundle(makeFolder(), 'gone.ts')).toEqual({
    code: 2,
    out: '',
    err: 'holdpoint: There is no file gone.ts.\n',
  });
});

test.each([
  [
    'renamed',
    `import { graph } from './workflows.ts';\nexport { graph as renamed };`,
    'Expected entrypoint `graph` to be exported under its name, got `renamed`. Export it as `graph`, or rename it.',
  ],
  [
    'forbidden',
    `import 'node:fs';`,
    "`mistake.ts` imports `node:fs`, which does not run in Temporal's sandbox. Move the code that needs it into a task.",
  ],
  ['missing', `import './gone.ts';`, "`mistake.ts` does not build: Can't resolve './gone.ts' in '<folder>'."],
  [
    'twice',
    `import './gone.ts';\nimport 'gone';`,
    "`mistake.ts` does not build: Can't resolve './gone.ts' in '<folder>'. It is the first of 2 mistakes.",
  ],
  [
    'syntax',
    `export const a = 1;\nexport const b = ();`,
    '`mistake.ts:2` does not build: Parenthesized expression cannot be empty.',
  ],
])('bundle: a mistake is one sentence, and nothing is written: %s', async (_name, code, message) => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'workflow-bundle.js'), 'before');
  writeFileSync(join(folder, 'mistake.ts'), code);
  const ran = await bundle(folder, 'mistake.ts');
  expect({ ...ran, err: ran.err.replace(folder, '<folder>') }).toEqual({
    code: 1,
    out: '',
    err: `holdpoint: ${message}\n`,
  });
  expect(readFileSync(join(folder, 'workflow-bundle.js'), 'utf8')).toBe('before');
});

test('bundle: it never writes over a file of the bundle, and says why a file cannot be written', async () => {
  const folder = makeFolder();
  const before = readFileSync(join(folder, 'workflows.ts'), 'utf8');
  expect(await bundle(folder, 'workflows.ts', '--out', 'workflows.ts')).toMatchObject({
    code: 2,
    err: 'holdpoint: Expected `--out` to be a file of its own, got workflows.ts, which is in the bundle.\n',
  });
  expect(readFileSync(join(folder, 'workflows.ts'), 'utf8')).toBe(before);
  const { code, err } = await bundle(folder, 'workflows.ts', '--out', '.');
  expect([code, err]).toEqual([2, expect.stringMatching(/^holdpoint: Cannot write \.: EISDIR/)]);
});

test('bundle: the converters of --data-converter are in the bundle', async () => {
  const folder = makeFolder();
  writeFileSync(
    join(folder, 'payloads.cjs'),
    `const { defaultPayloadConverter } = require('@temporalio/common');\nexports.payloadConverter = defaultPayloadConverter; // a mark`,
  );
  writeFileSync(
    join(folder, 'converter.mjs'),
    `export const dataConverter = { payloadConverterPath: ${JSON.stringify(join(folder, 'payloads.cjs'))} };`,
  );
  const { code } = await bundle(folder, 'workflows.ts', '--data-converter', './converter.mjs');
  expect(code).toBe(0);
  expect(readFileSync(join(folder, 'workflow-bundle.js'), 'utf8')).toContain('defaultPayloadConverter; // a mark');
});

test('bundle: without @temporalio/worker, one sentence says what to install', async () => {
  const folder = makeFolder();
  rmSync(join(folder, 'node_modules/@temporalio'));
  const main = join(folder, 'node_modules/holdpoint/dist/cli/main.js');
  const called = promisify(execFile)(process.execPath, ['--preserve-symlinks', main, 'bundle', 'workflows.ts'], {
    cwd: folder,
  });
  await expect(called).rejects.toMatchObject({
    code: 1,
    stderr:
      'holdpoint: `holdpoint bundle` needs @temporalio/worker, which is not installed. Run `npm install --save-dev @temporalio/worker @temporalio/workflow @temporalio/activity`.\n',
  });
});

test('bundle --watch: it builds again when a file of the bundle changes, also after a mistake, until Ctrl-C', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'name.ts'), `export const NAME = 'one';`);
  const code = (name: string): string =>
    `import { entrypoint } from 'holdpoint/workflow';\nimport './${name}.ts';\nexport const ${name} = entrypoint('${name}', async () => 1);`;
  writeFileSync(join(folder, 'workflows.ts'), code('name'));
  const child = spawn(process.execPath, [MAIN, 'bundle', 'workflows.ts', '--watch', '--json'], { cwd: folder });
  const gone = once(child, 'exit');
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (err += String(data)));
  const built = (): string[][] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { entrypoints: string[] }).entrypoints);
  try {
    await until(() => built().length === 1);
    // Nobody imports the first one. Both are seen in one go.
    writeFileSync(join(folder, 'notes.ts'), 'export {};');
    writeFileSync(join(folder, 'name.ts'), `export const NAME = 'two';`);
    await until(() => built().length === 2);
    expect(err).toBe('name.ts changed: building again.\n');
    expect(readFileSync(join(folder, 'workflow-bundle.js'), 'utf8')).toContain(`'two'`);
    writeFileSync(join(folder, 'workflows.ts'), code('later'));
    await until(() => err.includes(`Can't resolve './later.ts'`));
    writeFileSync(join(folder, 'later.ts'), 'export {};');
    await until(() => built().length === 3);
    expect(built()).toEqual([['name'], ['name'], ['later']]);
  } finally {
    child.kill('SIGINT');
    expect(await gone).toEqual([0, null]);
  }
});
