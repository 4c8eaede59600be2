/** What each thing costs, exactly as docs/reference/costs.md prints it. */
import { randomUUID } from 'node:crypto';
import type { Holdpoint, Thread } from 'holdpoint/client';
import { expect, test } from 'vitest';
import { billedOf, costOf, idle, minus, printed, type Cost } from './fixtures/costs.ts';
import { countingClient } from './fixtures/requests.ts';
import { drain, until, useScenario, type Workflows } from './fixtures/scenario.ts';
import type { OneThing } from './fixtures/workflows.ts';

const scenario = useScenario();

/** A thread that does one thing, to its end. */
async function ended(thing: OneThing): Promise<Cost> {
  const { thread } = scenario.drive('does');
  await thread.start(thing);
  await thread.result();
  return costOf(thread);
}

/** The same, with an answer when nothing else is at work. */
async function answered(thing: OneThing, entrypoint: 'does' | 'doesAndTells' = 'does'): Promise<Cost> {
  const { thread } = scenario.drive(entrypoint);
  await thread.invoke(thing);
  await idle(thread);
  await thread.resume('answer');
  await thread.result();
  return costOf(thread);
}

/** From when a notification is sent until the thread waits again. */
async function notification(): Promise<Cost> {
  const { thread } = scenario.drive('doesAndTells');
  await thread.invoke('question');
  const last = await idle(thread);
  const { events } = await thread.handle.fetchHistory();
  const first = events?.find((event) => event.activityTaskScheduledEventAttributes)?.eventId;
  return costOf(thread, { from: Number(first), to: last });
}

async function twoTurns(): Promise<{ readonly first: Cost; readonly second: Cost }> {
  const { thread } = scenario.drive('addsUp');
  await thread.invoke(1);
  const last = await idle(thread);
  await thread.invoke(2);
  return { first: await costOf(thread, { to: last }), second: await costOf(thread, { from: last + 1 }) };
}

/** From one try of a missing task to the next. */
async function tryOfMissing(): Promise<Cost> {
  const { thread } = scenario.drive('does');
  await thread.start('missing task');
  let tries: number[] = [];
  await until(async () => {
    const { events = [] } = await thread.handle.fetchHistory();
    tries = (events ?? []).flatMap((one) => (one.activityTaskScheduledEventAttributes ? Number(one.eventId) : []));
    return tries.length >= 2;
  });
  await thread.cancel();
  return costOf(thread, { from: tries[0]!, to: tries[1]! - 1 });
}

test('what a body does costs as many actions and events as the page says', async () => {
  const nothing = await ended('nothing');
  const task = await ended('task');
  const question = await answered('question');
  const turns = await twoTurns();
  const measured: Record<string, Cost> = {
    'a run that does nothing': nothing,
    'a task': minus(task, nothing),
    'the local tasks of one step': minus(await ended('local task'), nothing),
    'a question in the body, answered': minus(question, nothing),
    'a question in a task, beside the task': minus(await answered('question in a task'), task),
    'its deadline, if the answer is in time': minus(await answered('deadline'), question),
    'a question with a deadline, if nobody answers': minus(await ended('expiry'), nothing),
    'its reminder': minus(await answered('reminder', 'doesAndTells'), await answered('question', 'doesAndTells')),
    'a notification': await notification(),
    'a thread with memory, with its first turn': turns.first,
    'a further turn': turns.second,
    'a try of a missing task': await tryOfMissing(),
  };
  const rows = Object.entries(measured).map(([what, cost]) => [what, [`${cost.actions}`, `${cost.events}`]]);
  expect(Object.fromEntries(rows)).toEqual(printed('What a body does'));
});

test('calls cost as many actions and requests as the page says', async () => {
  await using counting = await countingClient(scenario.test.taskQueue);
  const { client, take } = counting;
  const waiting = (): Promise<Thread<OneThing>> => startWaiting(client);
  const asking = await waiting();
  const other = await waiting();
  const [question] = await other.interrupts();
  const third = await waiting();
  const [{ id, run } = { id: '', run: '' }] = await third.interrupts();
  const finished = await waiting();
  await finished.resume('answer');
  await finished.result();
  // A thread object that knows nothing yet of its thread.
  const fresh = ({ id }: Thread<OneThing>): Thread<OneThing> => client.thread(id, 'does');
  const calls: Record<string, () => Promise<unknown>> = {
    '`state()`': () => fresh(asking).state(),
    '`answers()`': () => fresh(asking).answers(),
    '`thread.interrupts()`': () => fresh(asking).interrupts(),
    '`interrupts()` of a client': async () => {
      for await (const _ of client.interrupts());
    },
    '`follow()`, while it waits': () => drain(fresh(asking).follow()),
    '`follow()`, after the end': () => drain(fresh(finished).follow()),
    '`start` of a new thread': () => client.thread(randomUUID(), 'does').start('nothing'),
    '`invoke` of a new thread': () => client.thread(randomUUID(), 'does').invoke('nothing'),
    '`resume`': () => fresh(asking).resume('answer'),
    '`resume` with `id` and `run`': () => fresh(other).resume('answer', { id: question!.id, run: question!.run }),
    'the same with `wait: 0`': () => fresh(third).resume('answer', { id, run, wait: 0 }),
    '`result()`': () => fresh(finished).result(),
  };
  const page = printed('Calls');
  const measured: Record<string, readonly string[]> = {};
  for (const [name, call] of Object.entries(calls)) {
    take();
    await call();
    const { GetSystemInfo: _, ...taken } = take();
    const requests = Object.values(taken).reduce((sum, count) => sum + count, 0);
    // The page leaves out what differs from call to call.
    measured[name] = [`${billedOf(taken)}`, page[name]?.[1] === '' ? '' : `${requests}`];
  }
  expect(measured).toEqual(page);
});

async function startWaiting(client: Holdpoint<Workflows>): Promise<Thread<OneThing>> {
  const thread = client.thread(randomUUID(), 'does');
  await thread.invoke('question');
  await idle(thread);
  return thread;
}
