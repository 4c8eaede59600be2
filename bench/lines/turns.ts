/**
 * Threads with memory: a turn against an update written by hand, late turns of a long thread against early ones, and what a
 * late reader of the last turn receives.
 */
import { randomUUID } from 'node:crypto';
import { connectCounting } from '../counting.ts';
import { measurePair, time } from '../pair.ts';
import { countLine, ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

/** After this many turns a thread has continued as new. */
const LONG = 400;
const ROUNDS = 100;

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
  yield* lateReaderLines(rig);
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
