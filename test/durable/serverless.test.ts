/** examples/serverless: the built function, in a fresh process for each invocation, and what its death does (I4 T2 T4 T9). */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from 'holdpoint/agent';
import { connect, type Holdpoint } from 'holdpoint/client';
import { scriptedModel, type ModelRequest, type ScriptedModel, type ScriptedTurn } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pretend } from '../../examples/agent/model.ts';
import type { End, Invocation } from '../../examples/serverless/invocation.ts';
import { FRESH_STATISTICS, startPlatform, type Platform } from '../../examples/serverless/platform.ts';
import type * as workflows from '../../examples/serverless/workflows.ts';
import { root } from '../fences/tsc.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { asking, drain, until } from './fixtures/scenario.ts';

useOwnServer([FRESH_STATISTICS]);

/** Ten seconds are for the end of an invocation, and two for its work. */
const TIMEOUT_MS = 12_000;
/** A process that dies is noticed within 30 seconds. */
const SLOW = { timeout: 240_000 };
/** `TimeoutType` and `PendingWorkflowTaskState` of the server. */
const HEARTBEAT = 4;
const STARTED = 2;
const example = join(root, 'examples/serverless');
// No other build writes here, and Node finds the packages.
const folder = join(example, `dist/function-${randomUUID()}`);
const logFile = join(folder, 'log');

beforeAll(() => {
  execFileSync(process.execPath, [join(example, 'build.ts'), folder], { stdio: 'ignore' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Program extends AsyncDisposable {
  readonly client: Holdpoint<typeof workflows>;
  readonly platform: Platform;
  readonly model: ScriptedModel;
  /** What has ended so far. */
  readonly ends: readonly (readonly [Invocation, End])[];
}

/** The function with a task queue and a model of its own. */
async function startProgram(turns: Parameters<typeof scriptedModel>[0]): Promise<Program> {
  await using started = new AsyncDisposableStack();
  const taskQueue = `serverless-${randomUUID()}`;
  const model = started.use(await scriptedModel(turns));
  const client = await connect<typeof workflows>({ taskQueue });
  started.defer(() => client.close());
  const ends: [Invocation, End][] = [];
  const platform = started.use(
    await startPlatform(client.client, {
      handler: join(folder, 'handler.mjs'),
      timeoutMs: TIMEOUT_MS,
      logFile,
      taskQueue,
      deploymentName: taskQueue,
      buildId: '1',
      environment: { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.baseURL },
      onEnd: (...end) => ends.push(end),
    }),
  );
  const all = started.move();
  return { client, platform, model, ends, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Kills the process that lives, and waits for its end. */
async function kill(platform: Platform): Promise<Invocation> {
  const invocation = platform.alive!;
  process.kill(invocation.pid, 'SIGKILL');
  expect(await invocation.ended).toMatchObject({ kind: 'killed' });
  return invocation;
}

function user(content: string): Message {
  return { role: 'user', content };
}

test.concurrent(
  'three steps and an agent go through several invocations: no process lives while a question is open (I4 T9)',
  SLOW,
  async () => {
    await using program = await startProgram(pretend);
    const { client, platform, ends } = program;
    const ticket = client.thread(`ticket-${randomUUID()}`, 'graph');
    await ticket.start('foo');
    const chat = client.thread(`chat-${randomUUID()}`, 'agent');
    await chat.start([user('Can you reach out for human assistance? Can you check the weather?')]);
    await until(async () => (await ticket.interrupts()).length > 0 && (await chat.interrupts()).length > 0);
    await platform.idle();
    expect(platform.alive).toBeUndefined();
    const before = ends.length;
    expect(await ticket.resume('baz', { wait: 0 })).toMatchObject({ outcome: 'queued' });
    expect(await chat.resume({ data: 'Fish.' }, { wait: 0 })).toMatchObject({ outcome: 'queued' });
    expect(await ticket.result()).toBe('foo bar baz qux');
    expect(await drain(ticket.follow({ from: 'start' }))).toEqual([
      { step1: 'foo bar' },
      asking('humanFeedback:1', 'Please provide feedback: foo bar'),
      { humanFeedback: 'foo bar baz' },
      { step3: 'foo bar baz qux' },
      { graph: 'foo bar baz qux' },
    ]);
    expect(await chat.result()).toMatchObject({ content: "Fish.\n\nIt's sunny!" });
    await platform.idle();
    // A further turn wakes the function too.
    expect(await chat.invoke([user('What did I ask you first?')])).toMatchObject({
      value: { content: 'You asked: Can you reach out for human assistance? Can you check the weather?' },
    });
    await platform.idle();
    expect(ends.length).toBeGreaterThanOrEqual(before + 2);
    for (const [, end] of ends) expect(end, readFileSync(logFile, 'utf8')).toMatchObject({ kind: 'returned' });
  },
);

test.concurrent(
  'a process that is killed in the middle of a task costs the task an attempt, and nothing is lost (T4)',
  SLOW,
  async () => {
    // The first request gets no answer: the process that waits for it dies.
    const unanswered = async ({ signal }: ModelRequest): Promise<ScriptedTurn> => {
      await once(signal, 'abort');
      return {};
    };
    await using program = await startProgram([unanswered, { content: 'Hello again.' }]);
    const { client, model } = program;
    const chat = client.thread(`chat-${randomUUID()}`, 'agent');
    await chat.start([user('Hello')]);
    await until(() => model.requests.length === 1);
    await kill(program.platform);
    expect(await chat.result()).toMatchObject({ content: 'Hello again.' });
    const { events } = await chat.handle.fetchHistory();
    const started = events?.flatMap((event) => event.activityTaskStartedEventAttributes ?? []);
    // Here the server has noticed the death of the process, and it is the only death that it has noticed.
    expect(started).toMatchObject([{ attempt: 2, lastFailure: { timeoutFailureInfo: { timeoutType: HEARTBEAT } } }]);
  },
);

test.concurrent(
  'a process that is killed in the middle of a replay loses nothing, and no finished task runs again (T2)',
  SLOW,
  async () => {
    const weather = { name: 'get_weather', arguments: { location: 'Boston' } };
    const cat = { name: 'human_assistance', arguments: { query: 'What should I feed my cat?' } };
    const calls = [...Array.from({ length: 50 }, () => weather), cat];
    await using program = await startProgram([{ calls }, { content: 'Feed it fish.' }]);
    const { client, platform, model } = program;
    const chat = client.thread(`chat-${randomUUID()}`, 'agent');
    await chat.start([user('What about the weather and my cat?')]);
    await until(async () => (await chat.interrupts()).length > 0 && (await tasksLeft(chat)) === 0);
    await platform.idle();
    expect(await chat.resume({ data: 'Fish.' }, { wait: 0 })).toMatchObject({ outcome: 'queued' });
    await until(async () => (await startedTask(chat)) !== undefined);
    // A fresh process has taken the workflow task, so it replays the thread. It stands still while we look.
    process.kill(platform.alive!.pid, 'SIGSTOP');
    const task = await startedTask(chat);
    expect(task).toBeDefined();
    const { requestId } = await kill(platform);
    expect(await chat.result()).toMatchObject({ content: 'Feed it fish.' });
    const events = (await chat.handle.fetchHistory()).events ?? [];
    // The killed process never completed the workflow task that it had taken.
    const taken = events.findIndex((event) =>
      event.workflowTaskStartedEventAttributes?.identity?.startsWith(requestId),
    );
    expect(taken).toBeGreaterThan(0);
    expect(events[taken + 1]?.workflowTaskTimedOutEventAttributes?.startedEventId).toEqual(events[taken]?.eventId);
    expect(events.filter((event) => event.activityTaskCompletedEventAttributes)).toHaveLength(54);
    expect(model.requests).toHaveLength(2);
    expect(model.requests[1]!.messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
      ...calls.slice(1).map(() => "It's rainy!"),
      'Fish.',
    ]);
  },
);

type Chat = Pick<ReturnType<Holdpoint<typeof workflows>['thread']>, 'handle'>;

async function tasksLeft(chat: Chat): Promise<number | undefined> {
  return (await chat.handle.describe()).raw.pendingActivities?.length;
}

/** The workflow task that a process has taken and not completed. */
async function startedTask(chat: Chat): Promise<unknown> {
  const task = (await chat.handle.describe()).raw.pendingWorkflowTask;
  return task?.state === STARTED ? task : undefined;
}
