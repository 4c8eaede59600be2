/** How `openai` reaches a server: its URL, keys and headers, or a client of the user's own. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { openai, type ModelOptions } from 'holdpoint/openai';
import { scriptedModel, type ScriptedModel } from 'holdpoint/testing';
import { AzureOpenAI, OpenAI } from 'openai';
import { afterEach, expect, test, vi } from 'vitest';

const HI = [{ role: 'user', content: 'Hi' }] as const;
const HELLO = { content: 'Hello' };

afterEach(() => vi.unstubAllEnvs());

async function ask(options: ModelOptions): Promise<unknown> {
  const info = { startToCloseTimeoutMs: 300_000, scheduleToCloseTimeoutMs: 0, scheduledTimestampMs: Date.now() };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run(openai(options).callModel, HI);
}

function origin(model: ScriptedModel): string {
  return new URL(model.baseURL).origin;
}

test.each([
  ['?api-version=1', '/v1/chat/completions?api-version=1'],
  ['/?api-version=1', '/v1/chat/completions?api-version=1'],
  ['/chat/completions?api-version=1', '/v1/chat/completions?api-version=1'],
  ['/', '/v1/chat/completions'],
])('a URL that ends with %s', async (end, url) => {
  await using model = await scriptedModel([HELLO, HELLO]);
  await ask({ apiKey: 'k', baseURL: `${model.baseURL}${end}` });
  vi.stubEnv('OPENAI_BASE_URL', `${model.baseURL}${end}`);
  await ask({ apiKey: 'k' });
  expect(model.requests.map((request) => request.url)).toEqual([url, url]);
});

test('headers and a query go into each request; a key among the headers is enough', async () => {
  await using model = await scriptedModel([HELLO]);
  vi.stubEnv('OPENAI_API_KEY', '');
  const headers = { 'api-key': 'azure-secret', 'x-title': 'Shop' };
  await ask({ baseURL: `${model.baseURL}?a=1&b=2`, headers, query: { b: '3', 'api-version': '2024-10-21' } });
  const [request] = model.requests;
  expect(request).toMatchObject({ authorized: true, headers: { 'x-title': 'Shop' } });
  expect(Object.fromEntries(new URL(request!.url, origin(model)).searchParams)).toEqual({
    a: '1',
    b: '3',
    'api-version': '2024-10-21',
  });
});

test('a key among the headers is the only one', async () => {
  const seen: Headers[] = [];
  await using model = await scriptedModel([HELLO, HELLO]);
  const spy: typeof fetch = async (input, init) => {
    seen.push(new Headers(init?.headers));
    return fetch(input, init);
  };
  await ask({ baseURL: model.baseURL, headers: { 'api-key': 'azure-secret' }, fetch: spy });
  await ask({ baseURL: model.baseURL, headers: { Authorization: 'Basic abc' }, fetch: spy });
  expect(seen.map((headers) => [headers.get('authorization'), headers.get('api-key')])).toEqual([
    [null, 'azure-secret'],
    ['Basic abc', null],
  ]);
});

test('organization and project are sent, and `fetch` sends', async () => {
  await using model = await scriptedModel([HELLO]);
  const seen: string[] = [];
  const spy: typeof fetch = async (input, init) => {
    seen.push(new Request(input).url);
    return fetch(input, init);
  };
  await ask({ apiKey: 'k', baseURL: model.baseURL, organization: 'org-1', project: 'proj_1', fetch: spy });
  expect(seen).toEqual([`${model.baseURL}/chat/completions`]);
  expect(model.requests[0]?.headers).toMatchObject({ 'openai-organization': 'org-1', 'openai-project': 'proj_1' });
});

test('a function for the key is asked before each request, and no key is shown', async () => {
  await using model = await scriptedModel([
    { status: 500, message: 'I do not know first-token' },
    { status: 401, message: 'Neither second-token nor first-token' },
  ]);
  const tokens = ['first-token', 'second-token'];
  const apiKey = async (): Promise<string> => tokens.shift()!;
  await expect(ask({ apiKey, baseURL: model.baseURL })).rejects.toMatchObject({
    message: 'Model `gpt-4o-mini` refused the request: 401 Neither … nor …',
  });
  expect(tokens).toEqual([]);
});

test('a function for the key that fails is asked again; its own failure ends the task, and so does no key', async () => {
  await using model = await scriptedModel([HELLO]);
  let asked = 0;
  const flaky = (): string => {
    if (++asked === 1) throw new Error('The vault is sealed');
    return 'k';
  };
  await ask({ apiKey: flaky, baseURL: model.baseURL });
  expect(asked).toBe(2);
  const failing = async (): Promise<string> => {
    throw ApplicationFailure.nonRetryable('No vault');
  };
  await expect(ask({ apiKey: failing, baseURL: model.baseURL })).rejects.toThrow('No vault');
  await expect(ask({ apiKey: () => '', baseURL: model.baseURL })).rejects.toThrow(
    'Expected a key for the model, got none',
  );
});

test('secrets among the headers are not shown', async () => {
  const words = 'bad key abcdef-secret, token tokentoken, for Shop-number-1';
  await using model = await scriptedModel([{ status: 401, message: words }]);
  const headers = { 'x-api-key': 'abcdef-secret', authorization: 'Bearer tokentoken', 'x-title': 'Shop-number-1' };
  await expect(ask({ baseURL: model.baseURL, headers })).rejects.toThrow('401 bad key …, token …, for Shop-number-1');
});

test('a secret of the query is not shown', async () => {
  await using model = await scriptedModel([{ status: 403, message: 'No service for abcdef-secret' }]);
  const options = { apiKey: 'k', baseURL: `${model.baseURL}?key=abcdef-secret` };
  await expect(ask(options)).rejects.toThrow('403 No service for …');
});

test('a cancellation ends a response that hangs in the middle', async () => {
  const begun = Promise.withResolvers<void>();
  const hanging: typeof fetch = async (_, init) => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"choices":'));
        init?.signal?.addEventListener('abort', () => controller.error(new Error('hung up')));
        begun.resolve();
      },
    });
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  };
  const info = { startToCloseTimeoutMs: 300_000, scheduleToCloseTimeoutMs: 0, scheduledTimestampMs: Date.now() };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  const running = environment.run(openai({ apiKey: 'k', fetch: hanging }).callModel, HI);
  await begun.promise;
  environment.cancel();
  await expect(running).rejects.toMatchObject({ name: 'CancelledFailure' });
});

test('a client of the user: Azure with its deployment and version', async () => {
  await using model = await scriptedModel([HELLO, { status: 429, retryAfter: 0 }, HELLO]);
  const client = new AzureOpenAI({
    endpoint: origin(model),
    apiKey: 'azure-secret',
    apiVersion: '2024-10-21',
    deployment: 'mine',
  });
  expect(await ask({ client, model: 'gpt-4o' })).toMatchObject(HELLO);
  // The client would retry by itself: the task does instead.
  expect(await ask({ client, model: 'gpt-4o' })).toMatchObject(HELLO);
  expect(model.requests[0]).toMatchObject({
    url: '/openai/deployments/mine/chat/completions?api-version=2024-10-21',
    authorized: true,
  });
});

test('a client of the user: its server is noted, and its key is not shown', async () => {
  await using model = await scriptedModel([
    { content: 'Hello', reasoning: 'Hm.' },
    { status: 401, message: 'Not client-secret' },
  ]);
  const client = new OpenAI({ apiKey: 'client-secret', baseURL: model.baseURL });
  expect(await ask({ client })).toMatchObject({ reasoning: 'Hm.', server: new URL(model.baseURL).host });
  await expect(ask({ client })).rejects.toThrow('Model `gpt-4o-mini` refused the request: 401 Not …');
});

test('a wrong OPENAI_BASE_URL fails at once', async () => {
  vi.stubEnv('OPENAI_BASE_URL', 'localhost/v1');
  await expect(ask({ apiKey: 'k' })).rejects.toMatchObject({
    message: 'Expected OPENAI_BASE_URL to be a URL, got `localhost/v1`',
    nonRetryable: true,
  });
});

const client = new OpenAI({ apiKey: 'k' });

test.each<[string, object, string]>([
  [
    'a client and a URL',
    { client, baseURL: 'http://x' },
    'Expected `client` without `baseURL`: set it on the client instead',
  ],
  ['a client and a key', { client, apiKey: 'k' }, 'Expected `client` without `apiKey`: set it on the client instead'],
  [
    'no client',
    { client: {} },
    'Expected `client` to be a client of the package `openai`, such as `new AzureOpenAI(…)`',
  ],
  [
    'a key of another type',
    { apiKey: 7 },
    'Expected `apiKey` to be a string or a function that returns one, got a number',
  ],
  ['headers with a number', { headers: { a: 1 } }, 'Expected `headers` to be an object of strings, look at `a`'],
  ['a list of headers', { headers: [['a', 'b']] }, 'Expected `headers` to be an object of strings'],
  ['a query with a list', { query: { a: [] } }, 'Expected `query` to be an object of strings, look at `a`'],
  ['no function', { fetch: 'x' }, 'Expected `fetch` to be a function, got `x` (string)'],
  ['no text', { project: 1 }, 'Expected `project` to be a string, got `1` (number)'],
  [
    'the model in the request',
    { request: { model: 'x' } },
    'Expected `request` to have no `model`: it is an option of `openai` itself',
  ],
  ['a stream', { request: { stream: true } }, 'Expected `request` to have no `stream`'],
  ['several choices', { request: { n: 2 } }, 'Expected `request` to have no `n`'],
  ['no parameters', { request: 'x' }, 'Expected `request` to be an object of parameters, got `x` (string)'],
  [
    'an unknown option',
    { header: {} },
    'Expected the options of `openai` to be `headers`, got one with the name `header`',
  ],
])('refused where it is declared: %s', (_, options, message) => {
  expect(() => openai(options)).toThrow(new TypeError(message));
});

test('parameters that only this server knows are sent', async () => {
  await using model = await scriptedModel([HELLO]);
  await ask({ apiKey: 'k', baseURL: model.baseURL, request: { thinking: { type: 'enabled' }, temperature: 0 } });
  expect(model.requests[0]?.body).toMatchObject({ thinking: { type: 'enabled' }, temperature: 0 });
});
