/** A program with its own copy of the package, on a worker whose plugin comes from another copy (I6 T6). */
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, type Holdpoint } from 'holdpoint/client';
import { startTest, type Test } from 'holdpoint/testing';
import type { HoldpointPlugin } from 'holdpoint/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProgramFolder } from './fixtures/program-folder.ts';
import { drain, expectCode, asking, replay, until } from './fixtures/scenario.ts';

const folder = makeProgramFolder('copies');
const ACTIVITIES = `
import { interrupt } from 'holdpoint/activity';
export async function ask(question) { return interrupt(question); }
`;
const WORKFLOWS = `
import { CancellationScope, sleep } from '@temporalio/workflow';
import { entrypoint, tasks } from 'holdpoint/workflow';
const { ask } = tasks();
export const asks = entrypoint('asks', async (question) => ask(question));
export const remembers = entrypoint({ name: 'remembers', memory: {} }, async (n, previous = 0) => {
  // Left behind, and cancelled with the turn.
  void sleep('1 hour');
  return previous + n;
});
`;

let started: Test<unknown>;
/** What the program imports. */
let own: { readonly Command: typeof Command; readonly hasCode: (error: unknown, code: string) => boolean };
let ownPlugin: { readonly HoldpointPlugin: typeof HoldpointPlugin };
beforeAll(async () => {
  writeFileSync(join(folder, 'activities.js'), ACTIVITIES);
  writeFileSync(join(folder, 'workflows.js'), WORKFLOWS);
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(folder, path)).href);
  own = (await load('node_modules/holdpoint/dist/client.js')) as typeof own;
  ownPlugin = (await load('node_modules/holdpoint/dist/worker.js')) as typeof ownPlugin;
  const activities = (await load('activities.js')) as object;
  started = await startTest({ workflowsPath: join(folder, 'workflows.js'), activities, replay });
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function thread(entrypoint: string): ReturnType<Holdpoint['thread']> {
  return (started.client as Holdpoint).thread(`copies-${randomUUID()}`, entrypoint);
}

test('a task of one copy asks on a worker of another, and a command of one answers in a client of another', async () => {
  expect(own.Command).not.toBe(Command);
  const asks = thread('asks');
  expect(await drain(asks.stream('q'))).toEqual([asking('ask:1', 'q')]);
  expect(await asks.invoke(new own.Command({ resume: 'v' }))).toEqual({ value: 'v' });
  const error = await expectCode(asks.resume('late'), 'ThreadClosed');
  expect(own.hasCode(error, 'ThreadClosed')).toBe(true);
});

test('turns of one copy leave timers behind on a worker of another', async () => {
  const remembers = thread('remembers');
  expect(await remembers.invoke(1)).toEqual({ value: 1 });
  expect(await remembers.invoke(2)).toEqual({ value: 3 });
  const { events } = await remembers.handle.fetchHistory();
  expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  await remembers.close();
});

test('a worker with the plugins of both copies', async () => {
  const activities = { ask: async () => 'plain' };
  const both = await startTest({
    workflowsPath: join(folder, 'workflows.js'),
    activities: { other: activities.ask },
    worker: { plugins: [new ownPlugin.HoldpointPlugin()] },
    replay,
  });
  await using _closed = both;
  const asks = both.client.thread(`copies-${randomUUID()}`, 'asks');
  await asks.start('q');
  // It lacks the task.
  await until(async () =>
    ((await asks.handle.fetchHistory()).events ?? []).some((event) => event.timerStartedEventAttributes),
  );
  await asks.cancel();
});
