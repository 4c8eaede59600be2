/**
 * Threads with memory: a turn against an update written by hand, and late turns of a long thread against early ones.
 */
import { randomUUID } from 'node:crypto';
import { measurePair, time } from '../pair.ts';
import { ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

/** After this many turns a thread has continued as new. */
const LONG = 400;
const ROUNDS = 100;

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
