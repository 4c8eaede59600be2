/**
 * Threads with memory: a turn against an update written by hand, late turns of a long thread against early ones, and what a
 * new run costs the next input, and what a late reader of the last turn receives.
 */
import { randomUUID } from 'node:crypto';
import { connectCounting } from '../counting.ts';
import { measurePair, time, type Measured } from '../pair.ts';
import { countLine, differenceLine, ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

/** After this many turns a thread has continued as new. */
const LONG = 400;
const ROUNDS = 100;
/** Events: a run with both of them continues as new, one with the second alone does not. */
const NEARLY_LONG = 900;
const A_BIT = 150;

export async function* turnLines(rig: Rig): AsyncGenerator<Line> {
  const turn = await startThread(rig, 1);
  const update = await startBare(rig);
  yield ratioLine(
    'a turn of one task: `invoke` against an update by hand',
    '<= 1.2',
    await measurePair({ ours: () => time(turn), bare: () => time(update), rounds: 40, warmups: 5 }),
  );
  const late = await startThread(rig, LONG);
  const early = await startThread(rig, 1);
  yield ratioLine(
    `turns ${LONG} to ${LONG + ROUNDS} of a thread (left) against its first ones (right)`,
    'flat',
    await measurePair({ ours: () => time(late), bare: () => time(early), rounds: ROUNDS, warmups: 10 }),
  );
  const reopened = await startThread(rig, 100, { reopens: true });
  const young = await startThread(rig, 1, { reopens: true });
  yield ratioLine(
    'the same with a new `Thread` object for each turn, turns 100 to 140',
    'flat',
    await measurePair({ ours: () => time(reopened), bare: () => time(young), rounds: 40, warmups: 5 }),
  );
  yield differenceLine(
    'an input right after a turn with which the thread continues as new (left) against after any other turn (right)',
    '-',
    await measureNewRun(rig, 20),
  );
  yield* lateReaderLines(rig);
}

/** Prepares all threads first: a run continues as new only when it is more than a second old. */
async function measureNewRun(rig: Rig, rounds: number): Promise<Measured> {
  const prepared = { long: [] as string[], short: [] as string[] };
  for (let i = 0; i <= rounds; i++) {
    prepared.long.push(await startFilled(rig, NEARLY_LONG));
    prepared.short.push(await startFilled(rig, 0));
  }
  return measurePair({
    ours: () => timeSecondInput(rig, prepared.long.shift()!),
    bare: () => timeSecondInput(rig, prepared.short.shift()!),
    rounds,
  });
}

async function startFilled(rig: Rig, events: number): Promise<string> {
  const id = randomUUID();
  await rig.holdpoint.thread(id, 'filled').invoke(events);
  return id;
}

async function timeSecondInput(rig: Rig, id: string): Promise<number> {
  const thread = rig.holdpoint.thread(id, 'filled');
  await thread.invoke(A_BIT);
  return time(() => thread.invoke(0));
}

/** Two threads whose last turns are the same, and which differ in what lies before. */
async function* lateReaderLines(rig: Rig): AsyncGenerator<Line> {
  const [long, short] = [await startBatches(rig, 20), await startBatches(rig, 1)];
  const work = 'a new reader of the last turn, after 1,000 tasks (left) and after 50 (right)';
  yield ratioLine(
    `${work}: \`follow\``,
    'flat',
    await measurePair({
      ours: () => time(() => follow(rig, long)),
      bare: () => time(() => follow(rig, short)),
      rounds: 40,
    }),
  );
  yield countLine('the same, received', '+0', {
    ours: await received(rig, long),
    bare: await received(rig, short),
    unit: 'KB',
  });
}

/** Turns of 50 tasks, and a last turn of one. The whole history is that of one run. */
async function startBatches(rig: Rig, turns: number): Promise<string> {
  const thread = rig.holdpoint.thread(randomUUID(), 'batches');
  for (let i = 0; i < turns; i++) await thread.invoke(50);
  await thread.invoke(1);
  return thread.id;
}

async function follow({ holdpoint }: Pick<Rig, 'holdpoint'>, id: string): Promise<void> {
  let last: unknown;
  for await (const update of holdpoint.thread(id).follow()) last = update;
  if (last === undefined) throw new Error('Expected the updates of the last turn');
}

/** What one reader receives, in kilobytes. */
async function received(rig: Rig, id: string): Promise<number> {
  await using counting = await connectCounting(rig);
  await follow(counting, id);
  return counting.bytes() / 1024;
}

/** Starts a thread and runs this many turns. Returns a function that runs one more. */
async function startThread(rig: Rig, turns: number, { reopens = false } = {}): Promise<() => Promise<unknown>> {
  const id = randomUUID();
  const kept = rig.holdpoint.thread(id, 'conversation');
  for (let i = 0; i < turns; i++) await kept.invoke('so far');
  return () => (reopens ? rig.holdpoint.thread(id, 'conversation') : kept).invoke('once more');
}

async function startBare(rig: Rig): Promise<() => Promise<unknown>> {
  const taskQueue = rig.taskQueues.bare;
  const handle = await rig.client.workflow.start('conversation', { taskQueue, workflowId: randomUUID() });
  return () => handle.executeUpdate('turn', { args: ['once more'] });
}
