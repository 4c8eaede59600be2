/** The messages of a model that streams, as readers of the thread see them: P2, P4. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AssistantMessage, Message } from 'holdpoint/agent';
import type { MessageUpdate, Thread } from 'holdpoint/client';
import { scriptedModel, type Test } from 'holdpoint/testing';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/openai-activities.ts';
import type * as workflows from './fixtures/openai-workflows.ts';
import { heldModel } from './fixtures/held-model.ts';
import { newId, reading } from './fixtures/preview-scenario.ts';
import { rejection, replay } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/openai-workflows.ts', import.meta.url));
const HI: readonly Message[] = [{ role: 'user', content: 'Hi' }];

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

function at({ baseURL }: { readonly baseURL: string }): void {
  vi.stubEnv('OPENAI_BASE_URL', baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'any');
}

function startModel(entrypoint: 'model' | 'hastyModel' = 'model'): Thread<readonly Message[], AssistantMessage> {
  return started.client.thread(newId(), entrypoint);
}

/** The texts of the pieces since the last reset. */
function textOf(items: readonly MessageUpdate[]): string {
  const from = items.findLastIndex(({ kind }) => kind === 'reset') + 1;
  return items
    .slice(from)
    .flatMap((item) => (item.kind === 'text' ? [item.text] : []))
    .join('');
}

test('P2: the words of a model come before its message and before the update, in their order', async () => {
  const seen = ['one ', 'one two ', 'one two three'].map((text) => ({ text, ...Promise.withResolvers<void>() }));
  await using model = await heldModel([
    async (stream) => {
      for (const [n, word] of ['one ', 'two ', 'three'].entries()) {
        stream.say(word);
        await seen[n]!.promise;
      }
      stream.end();
    },
  ]);
  at(model);
  const shown = reading(startModel().stream(HI, { mode: ['updates', 'messages'] }));
  const messages = (): MessageUpdate[] => shown.items.flatMap(([mode, item]) => (mode === 'messages' ? [item] : []));
  for (const { text, resolve } of seen) {
    await shown.has(() => textOf(messages()) === text);
    resolve();
  }
  const items = await shown.ended;
  const message = { role: 'assistant', content: 'one two three' };
  const about = { task: 'callModel', id: 'callModel:1', attempt: 1 };
  expect(items.slice(0, -3).every(([mode, item]) => mode === 'messages' && item.kind === 'text')).toBe(true);
  expect(textOf(messages())).toBe('one two three');
  expect(items.slice(-3)).toEqual(
    expect.arrayContaining([
      ['messages', { ...about, kind: 'message', message }],
      ['updates', { callModel: message }],
      ['updates', { model: message }],
    ]),
  );
});

test('P2: a stream that breaks in the middle is void for its readers, and then comes the whole message', async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using model = await heldModel([
    async (stream) => {
      stream.say('Hel');
      await first.promise;
      stream.break();
    },
    async (stream) => {
      stream.say('Hello again');
      await second.promise;
      stream.end();
    },
  ]);
  at(model);
  const shown = reading(startModel().stream(HI, { mode: 'messages' }));
  await shown.has((items) => textOf(items) === 'Hel');
  first.resolve();
  await shown.has((items) => textOf(items) === 'Hello again');
  second.resolve();
  expect((await shown.ended).map((item) => (item.kind === 'text' ? item.text : item.kind))).toEqual([
    'Hel',
    'reset',
    'Hello again',
    'message',
  ]);
});

test('a scripted model streams to a thread: pieces are the beginning of the message', async () => {
  await using model = await scriptedModel([{ content: 'It rains in Rome.', stream: { pieces: 3, delay: 20 } }]);
  at(model);
  const shown = reading(startModel().stream(HI, { mode: 'messages' }));
  const items = await shown.ended;
  expect('It rains in Rome.').toContain(textOf(items));
  expect(items.at(-1)).toMatchObject({ kind: 'message', message: { content: 'It rains in Rome.' } });
  expect(model.requests[0]?.body).toMatchObject({ stream: true });
});

test('a stream that never ends is ended by `timeout`, within the same attempt', async () => {
  await using model = await scriptedModel([{ content: 'Hello there', stream: { hangs: true } }, { content: 'Hello' }]);
  at(model);
  expect(await startModel('hastyModel').invoke(HI)).toMatchObject({ value: { content: 'Hello' } });
  expect(model.requests).toHaveLength(2);
});

test('a stream that never ends is ended by a cancellation: the server sees that the task hangs up', async () => {
  await using model = await scriptedModel([{ content: 'Hello there', stream: { pieces: 5, hangs: true } }]);
  at(model);
  const thread = startModel();
  const shown = reading(thread.stream(HI, { mode: 'messages' }));
  await shown.has(({ length }) => length > 0);
  const hungUp = once(model.requests[0]!.signal, 'abort');
  await thread.cancel();
  await hungUp;
  await rejection(thread.result());
});
