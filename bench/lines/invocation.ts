/**
 * A function: the time from an answer that comes while no process lives to the result, step by step, in a process of its own
 * for each answer. Both sides have the handler in one file, and a workflow bundle that was built ahead: ours by
 * `holdpoint bundle`, the other one by `bundleWorkflowCode`.
 */
import { makeFunctions, type Functions, type Steps } from '../invocation.ts';
import { measurePair, measureSteps, type Measured } from '../pair.ts';
import { ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

export async function* invocationLines(rig: Rig): AsyncGenerator<Line> {
  const functions = await makeFunctions(rig);
  yield* partLines(await measureAnswer(functions, 100, 15));
  for (const [tasks, rounds] of [
    [1, 10],
    [1000, 5],
  ] as const) {
    const { replay, invocation, all } = await measureAnswer(functions, tasks, rounds);
    yield ratioLine(`${title(tasks)}: first workflow task → result`, '<= 1.1', replay);
    yield ratioLine('the same: loaded handler → result', '<= 1.1', invocation);
    yield ratioLine('the same: all of it', '-', all);
  }
  yield ratioLine(
    'a function, cold: `Worker.create` with a bundle that it builds (left) against one that was built ahead (right)',
    '-',
    await measurePair({
      ours: () => functions.create('at start'),
      bare: () => functions.create('ahead'),
      rounds: 5,
    }),
  );
}

function* partLines(parts: Readonly<Record<keyof Steps, Measured>>): Generator<Line> {
  yield ratioLine(`${title(100)}: start of the process`, '-', parts.process);
  yield ratioLine('the same: loading the handler', '<= 1.1', parts.load);
  yield ratioLine('the same: connecting', '<= 1.1', parts.connect);
  yield ratioLine('the same: `Worker.create`', '<= 1.1', parts.create);
  yield ratioLine('the same: first poll → first workflow task', '-', parts.poll);
  yield ratioLine('the same: first workflow task → result', '<= 1.1', parts.replay);
  yield ratioLine('the same: loaded handler → result', '<= 1.1, under 300 ms', parts.invocation);
  yield ratioLine('the same: all of it', '-', parts.all);
}

function title(tasks: number): string {
  const finished =
    tasks === 1 ? '1 finished task' : `${tasks.toLocaleString('en')} finished tasks, one after the other`;
  return `a function, cold, answered after ${finished}`;
}

/** Brings all threads to their question first. */
async function measureAnswer(
  functions: Functions,
  tasks: number,
  rounds: number,
): Promise<Readonly<Record<keyof Steps, Measured>>> {
  const before = { batches: tasks, size: 1 };
  const ours = await functions.wait('ours', rounds + 1, before);
  const bare = await functions.wait('bare', rounds + 1, before);
  return measureSteps<keyof Steps>({
    ours: async () => functions.answer('ours', ours.pop()!),
    bare: async () => functions.answer('bare', bare.pop()!),
    rounds,
  });
}
