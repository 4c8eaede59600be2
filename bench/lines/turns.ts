/**
 * Threads with memory: a turn against an update written by hand, late turns of a long thread against early ones, and what a
 * new run costs the next input.
 */
import { randomUUID } from 'node:crypto';
import { measurePair, time, type Measured } from '../pair.ts';
import { differenceLine, ratioLine, type Line } from '../report.ts';
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
    '-',
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
    '-',
    await measurePair({ ours: () => time(reopened), bare: () => time(young), rounds: 40, warmups: 5 }),
  );
  yield differenceLine(
    'an input right after a turn with which the thread continues as new (left) against after any other turn (right)',
    '-',
    await measureNewRun(rig, 20),
  );
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
