/** A user's own data converter, codec, interceptors and client keep working. */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { Command, Holdpoint, type ListedInterrupt } from 'holdpoint/client';
import { HoldpointPlugin } from 'holdpoint/worker';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Tools } from '../../src/client/tools.ts';
import * as activities from './fixtures/activities.ts';
import { codec } from './fixtures/codec.ts';
import * as jsonActivities from './fixtures/json-activities.ts';
import type * as jsonWorkflows from './fixtures/json-workflows.ts';
import { LOSSES } from './fixtures/losses.ts';
import { expectCode, replay, until, workflowsPath, type Workflows } from './fixtures/scenario.ts';

type JsonWorkflows = typeof jsonWorkflows;

interface Own<Entrypoints> extends AsyncDisposable {
  readonly client: Holdpoint<Entrypoints>;
}

async function startOwn<Entrypoints = Workflows>(
  dataConverter: DataConverter,
  options: Partial<WorkerOptions> = {},
): Promise<Own<Entrypoints>> {
  await using made = new AsyncDisposableStack();
  const address = process.env['TEMPORAL_ADDRESS']!;
  const taskQueue = `own-${randomUUID()}`;
  const native = await NativeConnection.connect({ address });
  made.defer(() => native.close());
  const connection = await Connection.connect({ address });
  made.defer(() => connection.close());
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath,
    activities,
    dataConverter,
    plugins: [new HoldpointPlugin()],
    ...(replay ? { maxCachedWorkflows: 0 } : {}),
    ...options,
  });
  const running = worker.run();
  made.defer(async () => {
    worker.shutdown();
    await running;
  });
  const client = new Holdpoint<Entrypoints>({ client: new Client({ connection, dataConverter }), taskQueue });
  const owned = made.move();
  return { client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('a payload codec: streams, answers, listings and audits (A13) are readable with it, and hidden without', async () => {
  await using own = await startOwn({ payloadCodecs: [codec] });
  const thread = own.client.thread(`codec-${randomUUID()}`, 'graph');
  const updates = [];
  for await (const update of thread.stream('foo')) updates.push(update);
  expect(updates).toEqual([
    { step1: 'foo bar' },
    { __interrupt__: [{ id: 'humanFeedback:1', value: 'Please provide feedback: foo bar' }] },
  ]);
  await until(async () => {
    for await (const { thread: id, value } of own.client.interrupts({ entrypoint: 'graph' })) {
      if (id === thread.id) return value === 'Please provide feedback: foo bar';
    }
    return false;
  });
  const { events } = await thread.handle.fetchHistory();
  expect(JSON.stringify(events)).not.toContain(Buffer.from('Please').toString('base64'));
  expect(await thread.interrupts()).toMatchObject([{ id: 'humanFeedback:1', run: expect.any(String) }]);
  expect(await thread.resume('baz', { actor: 'ann' })).toMatchObject({ outcome: 'accepted' });
  expect(await thread.result()).toBe('foo bar baz qux');
  const interrupts = [];
  for await (const item of thread.follow({ mode: 'interrupts', from: 'start' })) interrupts.push(item);
  expect(interrupts).toMatchObject([
    { kind: 'opened', interrupt: { id: 'humanFeedback:1' } },
    { kind: 'closed', id: 'humanFeedback:1', how: 'answered', actor: 'ann' },
  ]);
  const audited = [];
  for await (const entry of thread.audit({ payloads: true })) audited.push(entry);
  expect(audited.filter(({ kind }) => kind !== 'task')).toMatchObject([
    { kind: 'started', input: 'foo' },
    { kind: 'asked', question: { value: 'Please provide feedback: foo bar' } },
    { kind: 'answered', id: 'humanFeedback:1', value: 'baz', actor: 'ann' },
    { kind: 'closed', how: 'answered', actor: 'ann' },
    { kind: 'ended', value: 'foo bar baz qux' },
  ]);
  // The closed question stays in the memo with nothing in it: the codec hides from the server that it is removed.
  await expect(thread.resume('again')).rejects.toMatchObject({ code: 'ThreadClosed' });
});

test('a client without the codec lists such a thread and its question with the reason, and all others', async () => {
  await using own = await startOwn({ payloadCodecs: [codec] });
  const thread = own.client.thread(`codec-${randomUUID()}`, 'graph');
  await thread.invoke('foo');
  await using plain = await startOwn({});
  const open = plain.client.thread(`codec-${randomUUID()}`, 'graph');
  await open.invoke('foo');
  const query = `WorkflowId IN ('${thread.id}', '${open.id}')`;
  let questions: readonly ListedInterrupt[] = [];
  await until(async () => {
    questions = await collect(plain.client.interrupts({ query }));
    return questions.length === 2;
  });
  expect(questions).toMatchObject([
    { thread: open.id, value: 'Please provide feedback: foo bar' },
    { thread: thread.id, id: 'humanFeedback:1', value: null, unreadable: 'Unknown encoding: binary/hidden' },
  ]);
  await using tools = new Tools(plain.client as unknown as ConstructorParameters<typeof Tools>[0]);
  expect(await collect(tools.threads({ query, status: 'waiting' }))).toMatchObject([
    { thread: open.id, waitsFor: ['humanFeedback:1'] },
    { thread: thread.id, waitsFor: ['humanFeedback:1'] },
  ]);
  for await (const { question } of tools.followQuestions({ query }, { pauseMs: 10 })) {
    expect(question.thread).toBe(open.id);
    break;
  }
  // An answer would be sent in clear text.
  await expect(plain.client.thread(thread.id).resume('baz')).rejects.toThrow('Unknown encoding');
  await open.resume('baz');
  await thread.resume('baz');
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a codec hides the questions of a thread that continues as new', async () => {
  await using own = await startOwn({ payloadCodecs: [codec] });
  const thread = own.client.thread(`codec-${randomUUID()}`, 'asksInTurn');
  expect(await thread.invoke()).toMatchObject({ interrupts: [{ id: 'ask:1', value: 't1' }] });
  expect(await thread.invoke(new Command({ resume: 'v0' }))).toMatchObject({
    interrupts: [{ id: 'asksInTurn:1', value: 'e1' }],
  });
  expect(await thread.invoke(new Command({ resume: 'v1' }))).toMatchObject({ interrupts: [{ id: 'ask:2' }] });
  expect(await thread.invoke(new Command({ resume: 'v2' }))).toMatchObject({ interrupts: [{ id: 'asksInTurn:2' }] });
  // The memo entries that closed questions leave behind are not open questions.
  expect((await thread.interrupts()).map(({ id }) => id)).toEqual(['asksInTurn:2']);
  expect(await thread.invoke(new Command({ resume: 'v3' }))).toEqual({ value: ['v0', 'v1', 'v2', 'v3'] });
});

test('a payload converter: a task may take and return what JSON cannot say', async () => {
  const payloadConverterPath = fileURLToPath(new URL('fixtures/payload-converter.ts', import.meta.url));
  await using own = await startOwn({ payloadConverterPath });
  const thread = own.client.thread(`bigint-${randomUUID()}`, 'bigint');
  expect(await thread.invoke()).toEqual({ value: '2' });
});

const lossy = {
  workflowsPath: fileURLToPath(new URL('fixtures/json-workflows.ts', import.meta.url)),
  activities: jsonActivities,
};

test('T7: a payload converter decides what it carries; questions and saved values stay JSON', async () => {
  const payloadConverterPath = fileURLToPath(new URL('fixtures/payload-converter.ts', import.meta.url));
  await using own = await startOwn<JsonWorkflows>({ payloadConverterPath }, lossy);
  const { client } = own;
  for (const place of ['result', 'argument', 'value'] as const) {
    const thread = client.thread(`converter-${randomUUID()}`, 'lossy');
    expect(await thread.invoke({ place, name: 'instance' })).toEqual({ value: { items: [{ amount: 5 }] } });
  }
  const asks = client.thread(`converter-${randomUUID()}`, 'lossy');
  await expectCode(asks.invoke({ place: 'question', name: 'instance' }), 'NotSerializable');
  const turns = client.thread(`converter-${randomUUID()}`, 'turns');
  expect(await turns.invoke('value')).toEqual({ value: { items: [{ amount: 5 }] } });
  await expectCode(turns.invoke('save'), 'NotSerializable');
  await turns.invoke('ask');
  expect(await turns.invoke(new Command({ resume: LOSSES.instance() }))).toEqual({ value: { items: [{ amount: 5 }] } });
});

test('T7: a codec alone does not change which values JSON loses', async () => {
  await using own = await startOwn<JsonWorkflows>({ payloadCodecs: [codec] }, lossy);
  for (const place of ['result', 'argument'] as const) {
    const thread = own.client.thread(`codec-${randomUUID()}`, 'lossy');
    await expectCode(thread.invoke({ place, name: 'instance' }), 'NotSerializable');
  }
});

test('interceptors of the user see the arguments that the task sees, also when it runs again', async () => {
  const seen: unknown[] = [];
  await using own = await startOwn(
    {},
    {
      interceptors: {
        activity: [
          () => ({
            inbound: {
              execute: (input, next) => {
                seen.push(input.args);
                return next(input);
              },
            },
          }),
        ],
      },
    },
  );
  const thread = own.client.thread(`interceptors-${randomUUID()}`, 'graph');
  await thread.invoke('foo');
  expect(await thread.invoke(new Command({ resume: 'baz' }))).toEqual({ value: 'foo bar baz qux' });
  expect(seen).toEqual([['foo'], ['foo bar'], ['foo bar'], ['foo bar baz']]);
});
