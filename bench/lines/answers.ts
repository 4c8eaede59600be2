/**
 * Answers: the time from an answer to the result and to its receipt, and the events that a question adds to the history.
 */
import { randomUUID } from 'node:crypto';
import { measurePair, time } from '../pair.ts';
import { countLine, ratioLine, type Line } from '../report.ts';
import { untilWaiting, type Rig } from '../rig.ts';
import { answerBare, answerOurs, confirmBare, confirmOurs, startBare, startOurs } from '../waiting.ts';
import { NOTHING_BEFORE, type WorkBefore } from '../work-before.ts';

const MUCH_BEFORE: WorkBefore = { batches: 20, size: 50 };

export async function* answerLines(rig: Rig): AsyncGenerator<Line> {
  for (const [work, address] of [
    ['answer → result: `resume(answer, { wait: 0 })` and `result()` against signal and `result()`', {}],
    ['the same, with the id of the question', { id: 'question:1' }],
  ] as const) {
    yield ratioLine(
      work,
      '<= 1.05',
      await measurePair({
        ours: async () => answerOurs(rig, await startOurs(rig, 'question', NOTHING_BEFORE), address),
        bare: async () => answerBare(rig, await startBare(rig, 'question', NOTHING_BEFORE)),
        rounds: 80,
        warmups: 10,
      }),
    );
  }
  yield ratioLine(
    'answer → result of a 2 KB answer with a schema (left) against without (right)',
    '<= 1.05',
    await measurePair({
      ours: () => answerItems(rig, true),
      bare: () => answerItems(rig, false),
      rounds: 80,
      warmups: 10,
    }),
  );
  yield ratioLine(
    'answer → confirmed: `resume(answer)` against signal and query',
    '<= 1.5',
    await measurePair({
      ours: async () => confirmOurs(rig, await startOurs(rig, 'questions', NOTHING_BEFORE)),
      bare: async () => confirmBare(rig, await startBare(rig, 'questions', NOTHING_BEFORE)),
      rounds: 60,
      warmups: 5,
    }),
  );
  const [ours, bare] = [await startOurs(rig, 'questions', MUCH_BEFORE), await startBare(rig, 'questions', MUCH_BEFORE)];
  yield ratioLine(
    'the same after 1,000 finished tasks, warm',
    '<= 1.5',
    await measurePair({
      ours: async () => confirmOurs(rig, await whenWaiting(rig, ours)),
      bare: async () => confirmBare(rig, await whenWaiting(rig, bare)),
      rounds: 15,
      warmups: 2,
    }),
  );
  yield countLine('events of one question in a task, against activity, signal, activity', 'at most +2', {
    ours: await approvalLength(rig, 'ours'),
    bare: await approvalLength(rig, 'bare'),
    unit: 'events',
  });
}

/** About 2 KB of JSON. */
const ITEMS = Array.from({ length: 40 }, (_, n) => ({ name: `item number ${n}`, amount: n, paid: n % 2 === 0 }));

async function answerItems(rig: Rig, checks: boolean): Promise<number> {
  const thread = rig.holdpoint.thread(randomUUID(), 'checked');
  await thread.start(checks);
  await untilWaiting(thread.handle);
  return time(async () => {
    await thread.resume(ITEMS, { id: 'checked:1', wait: 0 });
    if ((await thread.result()) !== ITEMS.length) throw new Error('Expected the answer to be taken');
  });
}

async function whenWaiting(rig: Rig, id: string): Promise<string> {
  await untilWaiting(rig.client.workflow.getHandle(id));
  return id;
}

async function approvalLength(rig: Rig, side: 'ours' | 'bare'): Promise<number> {
  const handle = await rig.client.workflow.start('approval', {
    taskQueue: rig.taskQueues[side],
    workflowId: randomUUID(),
    args: ['draft'],
  });
  await untilWaiting(handle);
  await handle.signal(side === 'ours' ? 'resume' : 'answer', 'yes');
  await handle.result();
  return (await handle.describe()).historyLength;
}
