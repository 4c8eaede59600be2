/** Wrong options are refused where they are given, by every function that takes options, in one sentence (R10). */
import { Client } from '@temporalio/client';
import { Command, connect, Holdpoint } from 'holdpoint/client';
import { openai } from 'holdpoint/openai';
import { scriptedModel, startServer, startTest } from 'holdpoint/testing';
import { reactAgent } from 'holdpoint/agent';
import { heartbeats } from 'holdpoint/previews';
import { HoldpointPlugin, runWorker } from 'holdpoint/worker';
import { entrypoint, tasks } from 'holdpoint/workflow';
import { expect, test } from 'vitest';

const client = new Holdpoint({ client: new Client() });
const thread = client.thread('t', 'graph');
const task = async (): Promise<never> => {
  throw new Error('It is not called');
};
const agent = { tools: {}, callModel: task, callTool: task };
const parameters = { type: 'object' };

/** Calls it with options of any kind, and returns the error that it throws or rejects with. */
async function refusal(call: (options: never) => unknown, options: unknown): Promise<unknown> {
  try {
    await call(options as never);
  } catch (error) {
    return error;
  }
  throw new Error('It was not refused');
}

const functions: readonly (readonly [string, (options: never) => unknown, string])[] = [
  ['`start`', (options) => thread.start(undefined, options), 'Key'],
  ['`invoke`', (options) => thread.invoke(undefined, options), 'keys'],
  ['`stream`', (options) => thread.stream(undefined, options), 'modes'],
  ['`follow`', (options) => thread.follow(options), 'form'],
  ['`resume`', (options) => thread.resume('x', options), 'Id'],
  ['`resumeAll`', (options) => thread.resumeAll([{ value: 'x', id: 'ask:1' }], options), 'Wait'],
  ['`resumeAll`', (answer) => thread.resumeAll([answer]), 'Value'],
  ['`forget`', (options) => thread.forget('ask:1', options), 'Actor'],
  ['`audit`', (options) => thread.audit(options), 'payload'],
  ['`shown`', (options) => thread.shown('ask:1', options), 'Actor'],
  ['`result`', (options) => thread.result(options), 'Key'],
  ['`new Command`', (options) => new Command(options), 'answer'],
  ['`interrupts`', (options) => client.interrupts(options), 'asignee'],
  ['`connect`', (options) => connect(options), 'adress'],
  ['`new Holdpoint`', (options) => new Holdpoint(options), 'connection'],
  ['`entrypoint`', (options) => entrypoint(options, task), 'Name'],
  ['`memory`', (options) => entrypoint({ name: 'x', memory: options }, task), 'idletimeout'],
  ['`tasks`', (options) => tasks(options), 'startToCloseTimeOut'],
  ['`each`', (options) => tasks({ each: options }), ''],
  ['task `slow`', (options) => tasks({ each: { slow: options } }), 'Local'],
  ['`reactAgent`', (options) => reactAgent(options), 'max_rounds'],
  ['`approval`', (options) => reactAgent({ ...agent, approval: options }), 'assignee'],
  ['tool `stop`', (options) => reactAgent({ ...agent, tools: { stop: options } }), 'aproval'],
  ['`openai`', (options) => openai(options), 'header'],
  ['`startServer`', (options) => startServer(options), 'dbFileName'],
  ['`startTest`', (options) => startTest(options), 'workflowPath'],
  ['`HoldpointPlugin`', (options) => new HoldpointPlugin(options), 'preview'],
  ['`heartbeats`', (options) => heartbeats(options), 'evry'],
  ['a scripted turn', (options) => scriptedModel([options]), 'contnet'],
];

test.each(functions)('%s takes an object', async (of, call) => {
  for (const options of ['ask:9', 7, null, ['x']]) {
    // A name alone is an entrypoint's whole options.
    if (of === '`entrypoint`' && typeof options === 'string') continue;
    const error = await refusal(call, options);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(
      new RegExp(`^Expected the options of ${of} to be an object.*, got \`.+\` \\((string|number|null|object)\\)$`),
    );
  }
});

test.each(functions.filter(([, , wrong]) => wrong !== ''))(
  '%s refuses a name that no option has',
  async (of, call, wrong) => {
    const error = await refusal(call, { [wrong]: 'x' });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(
      new RegExp(`^Expected the options of ${of} to be .+, got one with the name \`${wrong}\`$`),
    );
  },
);

test('a misspelt name is corrected, and for another one the message lists the names', async () => {
  expect(await refusal((options) => thread.resume('x', options), { Id: 'ask:9' })).toMatchObject({
    message: 'Expected the options of `resume` to be `id`, got one with the name `Id`',
  });
  expect(await refusal((options) => thread.resume('x', options), { question: 'ask:9' })).toMatchObject({
    message:
      'Expected the options of `resume` to be `id`, `run`, `actor`, `groups`, `key` or `wait`, got one with the name `question`',
  });
});

test('an option of Temporal’s that is not known here goes through', () => {
  expect(() => tasks({ somethingNew: true } as object)).not.toThrow();
});

test.each<[unknown, string]>([
  [{ id: 1 }, 'Expected `id` to be a non-empty string, got `1` (number)'],
  [{ id: null }, 'Expected `id` to be a non-empty string, got `null` (null)'],
  [{ run: '' }, 'Expected `run` to be a non-empty string, got `` (string)'],
  [{ actor: 42, key: 'k' }, 'Expected `actor` to be a string, got `42` (number)'],
  [{ key: '\ud83d' }, 'Expected `key` to be a well-formed string, without half of a character, got `\ufffd` (string)'],
  [
    { wait: 1e16 },
    "Expected `wait` to be milliseconds from 0 to 8e15, or text such as '3s', '90 minutes' or '2 days', got `10000000000000000` (number)",
  ],
])('an address is of texts: %j (A1 A8)', async (options, message) => {
  expect(await refusal((address) => thread.resume('x', address), options)).toEqual(new TypeError(message));
});

test('each of several answers has an id of its own', async () => {
  const sends = (answers: unknown): Promise<unknown> => thread.resumeAll(answers as never);
  await expect(sends({ id: 'ask:1', value: 1 })).rejects.toThrow(/^Expected the answers of `resumeAll` to be a list, /);
  await expect(sends([{ value: 1 }])).rejects.toThrow(/^Expected `id` to be a non-empty string, got `undefined`/);
  await expect(sends([{ value: 1, id: 'ask:1', key: 7 }])).rejects.toThrow(/^Expected `key` to be a non-empty string/);
  const twice = [
    { value: 1, id: 'ask:1' },
    { value: 2, id: 'ask:1' },
  ];
  await expect(sends(twice)).rejects.toThrow('Expected each answer to have an `id` of its own, got `ask:1` twice');
});

test('ids and keys are texts that the server takes', async () => {
  for (const id of ['', '\ud83d', 7, undefined]) expect(() => client.thread(id as string)).toThrow(TypeError);
  expect(() => client.thread('t', 7 as never)).toThrow(/^Expected the entrypoint of a thread to be its name, or what/);
  for (const key of ['', '\ud83d', 7]) {
    for (const call of [
      () => thread.start(undefined, { key: key as string }),
      () => thread.invoke(undefined, { key: key as string }),
      async () => thread.stream(undefined, { key: key as string }),
      () => thread.result({ key: key as string }),
    ])
      expect(await refusal(call, {})).toMatchObject({
        name: 'TypeError',
        message: expect.stringMatching(/^Expected `key` to be/),
      });
  }
  for (const call of [(reason: never) => thread.cancel(reason), (reason: never) => thread.close(reason)])
    expect(await refusal(call, { reason: 'x' })).toMatchObject({
      message: 'Expected the reason to be a string, got `{"reason":"x"}` (object)',
    });
});

test.each<[string, (previews: never) => unknown]>([
  ['the plugin', (previews) => new HoldpointPlugin({ previews })],
  ['`runWorker`', (previews) => runWorker({ taskQueue: 'x', previews })],
  ['the client', (previews) => new Holdpoint({ client: new Client(), previews })],
])('P1: what is no transport of previews is refused: %s', async (_, call) => {
  for (const previews of [true, {}, { open: () => undefined }, 'redis://localhost'])
    expect(await refusal(call, previews)).toMatchObject({
      message: expect.stringContaining('Expected `previews` to be `heartbeats()`'),
    });
});

test('P3: readers look twice as often as heartbeats are sent, so a pause between heartbeats has a least length', async () => {
  for (const every of [0, 9, '5ms'])
    expect(await refusal(heartbeats, { every })).toMatchObject({
      message: expect.stringContaining('Expected `every` to be at least 10 milliseconds'),
    });
});

test('a mode, a time and a policy that do not exist', async () => {
  expect(await refusal((options) => thread.stream(undefined, options), { mode: 'update' })).toMatchObject({
    message:
      "Expected `mode` to be 'updates', 'messages', 'custom', 'interrupts' or 'tasks', or a list of them, got `update` (string)",
  });
  expect(await refusal((options) => client.interrupts(options), { olderThan: 'soon' })).toBeInstanceOf(TypeError);
  expect(await refusal((options) => tasks(options), { startToCloseTimeout: 'P3D' })).toMatchObject({
    message: expect.stringMatching(/^Expected `startToCloseTimeout` to be milliseconds/),
  });
  expect(
    await refusal((options) => tasks({ each: options }), { slow: { retry: { maximumInterval: null } } }),
  ).toMatchObject({ message: expect.stringMatching(/^Expected `retry.maximumInterval` of task `slow` to be millis/) });
  expect(
    await refusal((options) => entrypoint({ name: 'x', memory: options }, task), { idleTimeout: 1e16 }),
  ).toMatchObject({ message: expect.stringMatching(/^Expected `idleTimeout` to be milliseconds from 0 to 8e15/) });
  expect(
    await refusal((options) => reactAgent({ ...agent, tools: { stop: options } }), {
      description: 'Stops.',
      parameters,
      approval: 'sometimes',
    }),
  ).toBeInstanceOf(TypeError);
});
