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

const SIZES: readonly { readonly before: WorkBefore; readonly rounds: number }[] = [
  { before: { batches: 1, size: 10 }, rounds: 10 },
  { before: { batches: 4, size: 25 }, rounds: 10 },
  { before: { batches: 20, size: 50 }, rounds: 4 },
];

export async function* historyLines(rig: Rig): AsyncGenerator<Line> {
  for (const heat of ['warm', 'cold'] as const) {
    for (const { before, rounds } of SIZES) {
      yield ratioLine(
        `answer → result after ${finished(before)} finished tasks, ${heat}`,
        heat === 'warm' ? 'flat' : '<= 1',
        await afterWork(rig, { before, rounds, heat }),
      );
    }
  }
  for (const { before, rounds } of SIZES) {
    yield ratioLine(
      `the same with \`invoke\` of a new \`Thread\` object, after ${finished(before)} finished tasks, warm`,
      'flat',
      await afterWork(rig, { before, rounds, heat: 'warm', answer: invokeOurs }),
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

interface Work {
  readonly before: WorkBefore;
  readonly rounds: number;
  readonly heat: 'warm' | 'cold';
  /** The time from the answer to the result. */
  readonly answer?: (rig: Rig, id: string) => Promise<number>;
}

/** Brings all runs to their question first. For `cold` it then replaces the workers. */
async function afterWork(rig: Rig, { before, rounds, heat, answer = answerOurs }: Work): Promise<Measured> {
  const ours: string[] = [];
  const bare: string[] = [];
  for (let i = 0; i <= rounds; i++) {
    ours.push(await startOurs(rig, 'question', before));
    bare.push(await startBare(rig, 'question', before));
  }
  if (heat === 'cold') await rig.restartWorkers();
  return measurePair({ ours: () => answer(rig, ours.pop()!), bare: () => answerBare(rig, bare.pop()!), rounds });
}
