/** The function of `examples/serverless` as it is deployed: a zip file that runs where nothing is installed. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { connect } from 'holdpoint/client';
import { scriptedModel } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { pretend } from '../../examples/agent/model.ts';
import type * as workflows from '../../examples/serverless/workflows.ts';
import { root } from '../fences/tsc.ts';
import { until } from './fixtures/scenario.ts';

const run = promisify(execFile);
const example = join(root, 'examples/serverless');
/** Five seconds of work, five of grace, and five of margin. */
const TIMEOUT_MS = 15_000;
/** How Lambda starts Node. */
const FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module'];

/** Tracing begins at the handler, so it is built where the packages are. */
let built = '';
const unzipped = mkdtempSync(join(tmpdir(), 'holdpoint-function-'));

beforeAll(async () => {
  mkdirSync(join(example, 'dist'), { recursive: true });
  built = mkdtempSync(join(example, 'dist/package-'));
  await run(process.execPath, [join(example, 'build.ts'), built]);
  await pack(built);
  for (const [name, content] of Object.entries(unzipSync(readFileSync(`${built}.zip`)))) {
    mkdirSync(dirname(join(unzipped, name)), { recursive: true });
    writeFileSync(join(unzipped, name), content);
  }
}, 180_000);
afterAll(() => {
  for (const path of [built, `${built}.zip`, unzipped]) rmSync(path, { recursive: true, force: true });
});

function pack(folder: string): Promise<unknown> {
  return run(process.execPath, [join(example, 'pack.ts'), folder, '--arch', process.arch]);
}

test('the unzipped function runs the three steps and the agent where nothing is installed, with the key from Secrets Manager', async () => {
  await using secrets = await startSecrets({ 'serverless/api-key': 'key' });
  await using model = await scriptedModel(pretend);
  const taskQueue = `package-${randomUUID()}`;
  await using client = await connect<typeof workflows>({ taskQueue });
  const env = {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    API_KEY_SECRET: 'serverless/api-key',
    DEPLOYMENT_NAME: taskQueue,
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: model.baseURL,
    TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'],
    TEMPORAL_TASK_QUEUE: taskQueue,
    // With a key, Temporal's packages expect a server with TLS.
    TEMPORAL_TLS: 'false',
  };
  const done = new AbortController();
  const invocations = async () => {
    const handler = join(unzipped, 'handler.mjs');
    const args = [...FLAGS, join(example, 'runtime.ts'), handler, taskQueue, String(TIMEOUT_MS)];
    while (!done.signal.aborted) await run(process.execPath, args, { cwd: unzipped, env });
  };
  const person = async () => {
    const { workflowService, options } = client.client;
    const version = { namespace: options.namespace, deploymentName: taskQueue, buildId: '1' };
    // The server knows a version from the first poll of its worker.
    await until(async () => workflowService.setWorkerDeploymentCurrentVersion(version).then(Boolean, () => false));
    const thread = client.thread(`graph-${randomUUID()}`, 'graph');
    await thread.start('foo');
    await until(async () => (await thread.interrupts()).length > 0);
    await thread.resume('baz', { wait: 0 });
    const chat = client.thread(`agent-${randomUUID()}`, 'agent');
    const reply = await chat.invoke([{ role: 'user', content: 'Hello' }]);
    const results = [await thread.result(), reply];
    done.abort();
    return results;
  };
  const [results] = await Promise.all([person(), invocations()]);
  expect(results).toMatchObject([
    'foo bar baz qux',
    { value: { content: 'Ask me for human assistance, the weather or a refund.' } },
  ]);
  expect(new Set(secrets.asked)).toEqual(new Set(['serverless/api-key']));
});

test('the function has the native code of one platform, and nothing that builds a bundle', () => {
  expect(globSync('**/*.node', { cwd: unzipped })).toHaveLength(1);
  expect(globSync('node_modules/{webpack,@swc,terser}/**/*.js', { cwd: unzipped })).toEqual([
    'node_modules/webpack/index.js',
  ]);
});

test('a function that has grown past its limit is not packed', async () => {
  const folder = mkdtempSync(join(example, 'dist/package-'));
  onTestFinished(() => {
    for (const path of [folder, `${folder}.zip`]) rmSync(path, { recursive: true, force: true });
  });
  writeFileSync(join(folder, 'handler.mjs'), '');
  writeFileSync(join(folder, 'big.bin'), '');
  truncateSync(join(folder, 'big.bin'), 100 * 1024 * 1024);
  await expect(pack(folder)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^The function is 100\.0 MB unzipped, which is more than its limit of \d+ MB\. .*\n$/,
    ),
  });
  expect(existsSync(`${folder}.zip`)).toBe(false);
});

interface Secrets extends AsyncDisposable {
  readonly url: string;
  readonly asked: string[];
}

/** Secrets Manager, as far as the function uses it. */
async function startSecrets(values: Readonly<Record<string, string>>): Promise<Secrets> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { SecretId: id } = body as { SecretId: string };
      asked.push(id);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ SecretString: values[id] }));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
