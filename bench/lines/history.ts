/**
 * Answers to runs with a long history: warm, with the run in the worker's cache, and cold, with a new worker that replays it.
 * And warm again with `invoke`, which reads the history too.
 */
import { Command } from 'holdpoint/client';
import { measurePair, time, type Measured } from '../pair.ts';
import { ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';
import { answerBare, answerOurs, startBare, startOurs } from '../waiting.ts';
import type { WorkBefore } from '../work-before.ts';

interface Size {
  readonly before: WorkBefore;
  readonly rounds: number;
}

const BATCHES: readonly Size[] = [
  { before: { batches: 1, size: 10 }, rounds: 10 },
  { before: { batches: 4, size: 25 }, rounds: 10 },
  { before: { batches: 20, size: 50 }, rounds: 4 },
];
/** One task after the other: each has a workflow task of its own, and a replay takes as many steps. */
const SINGLES: readonly Size[] = [
  { before: { batches: 10, size: 1 }, rounds: 10 },
  { before: { batches: 100, size: 1 }, rounds: 10 },
  { before: { batches: 1000, size: 1 }, rounds: 4 },
];

export async function* historyLines(rig: Rig): AsyncGenerator<Line> {
  for (const size of BATCHES) yield await afterWork(rig, { ...size, heat: 'warm' });
  for (const size of [...BATCHES, ...SINGLES]) yield await afterWork(rig, { ...size, heat: 'cold' });
  for (const size of BATCHES) {
    yield ratioLine(
      `the same with \`invoke\` of a new \`Thread\` object, after ${finished(size.before)} finished tasks, warm`,
      'flat',
      await measureWork(rig, { ...size, heat: 'warm', answer: invokeOurs }),
    );
  }
}

function finished({ batches, size }: WorkBefore): string {
  return (batches * size).toLocaleString('en');
}

function invokeOurs(rig: Rig, id: string): Promise<number> {
  const thread = rig.holdpoint.thread(id, 'question');
  return time(() => thread.invoke(new Command({ resume: 'yes' })));
}

interface Work extends Size {
  readonly heat: 'warm' | 'cold';
  /** The time from the answer to the result. */
  readonly answer?: (rig: Rig, id: string) => Promise<number>;
}

async function afterWork(rig: Rig, work: Work): Promise<Line> {
  const { before, heat } = work;
  const how = before.size === 1 ? ', one after the other' : '';
  const what = `answer → result after ${finished(before)} finished tasks${how}, ${heat}`;
  return ratioLine(what, heat === 'warm' ? 'flat' : '<= 1.1', await measureWork(rig, work));
}

/** Brings all runs to their question first. For `cold` it then replaces the workers. */
async function measureWork(rig: Rig, { before, rounds, heat, answer = answerOurs }: Work): Promise<Measured> {
  const ours: string[] = [];
  const bare: string[] = [];
  for (let i = 0; i <= rounds; i++) {
    ours.push(await startOurs(rig, 'question', before));
    bare.push(await startBare(rig, 'question', before));
  }
  if (heat === 'cold') await rig.restartWorkers();
  return measurePair({ ours: () => answer(rig, ours.pop()!), bare: () => answerBare(rig, bare.pop()!), rounds });
}
