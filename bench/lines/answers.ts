/**
 * Answers: the time from an answer to the result and to its confirmation, many answers to one thread, and the events that a
 * question adds to the history.
 */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Thread } from 'holdpoint/client';
import { measurePair, time } from '../pair.ts';
import { countLine, ratioLine, type Line } from '../report.ts';
import { untilWaiting, type Rig } from '../rig.ts';
import {
  accepted,
  addressOf,
  answerBare,
  answerOurs,
  confirmBare,
  confirmOurs,
  startBare,
  startOurs,
  type Address,
} from '../waiting.ts';
import { NOTHING_BEFORE, type WorkBefore } from '../work-before.ts';

const MUCH_BEFORE: WorkBefore = { batches: 20, size: 50 };

export async function* answerLines(rig: Rig): AsyncGenerator<Line> {
  yield* resultLines(rig);
  yield* confirmationLines(rig);
  yield* manyLines(rig);
  yield countLine('events of one question in a task, against activity, signal, activity', 'at most +2', {
    ours: await approvalLength(rig, 'ours'),
    bare: await approvalLength(rig, 'bare'),
    unit: 'events',
  });
}

async function* resultLines(rig: Rig): AsyncGenerator<Line> {
  yield ratioLine(
    'answer → result: `resume(answer, { wait: 0 })` and `result()` against signal and `result()`',
    '<= 1.25',
    await measurePair({
      ours: async () => answerOurs(rig, await startOurs(rig, 'question', NOTHING_BEFORE)),
      bare: async () => answerBare(rig, await startBare(rig, 'question', NOTHING_BEFORE)),
      rounds: 80,
      warmups: 10,
    }),
  );
  yield ratioLine(
    'the same, with the id and the run of the question',
    '<= 1.08',
    await measurePair({
      ours: async () => {
        const id = await startOurs(rig, 'question', NOTHING_BEFORE);
        return answerOurs(rig, id, await addressOf(rig, id, 'question:1'));
      },
      bare: async () => answerBare(rig, await startBare(rig, 'question', NOTHING_BEFORE)),
      rounds: 80,
      warmups: 10,
    }),
  );
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
}

async function* confirmationLines(rig: Rig): AsyncGenerator<Line> {
  yield ratioLine(
    'answer → confirmed: `resume(answer)` against signal and query',
    '<= 1.25',
    await measurePair({
      ours: async () => confirmOurs(rig, await startOurs(rig, 'questions', NOTHING_BEFORE)),
      bare: async () => confirmBare(rig, await startBare(rig, 'questions', NOTHING_BEFORE)),
      rounds: 80,
      warmups: 10,
    }),
  );
  yield ratioLine(
    'the same, with the id and the run of the question',
    '<= 1.1',
    await measurePair({
      ours: async () => {
        const id = await startOurs(rig, 'questions', NOTHING_BEFORE);
        return confirmOurs(rig, id, await addressOf(rig, id, 'questions:1'));
      },
      bare: async () => confirmBare(rig, await startBare(rig, 'questions', NOTHING_BEFORE)),
      rounds: 80,
      warmups: 10,
    }),
  );
  const [ours, bare] = [await startOurs(rig, 'questions', MUCH_BEFORE), await startBare(rig, 'questions', MUCH_BEFORE)];
  yield ratioLine(
    'answer → confirmed after 1,000 finished tasks, warm, without the id',
    '<= 1.25',
    await measurePair({
      ours: async () => confirmOurs(rig, await whenWaiting(rig, ours)),
      bare: async () => confirmBare(rig, await whenWaiting(rig, bare)),
      rounds: 15,
      warmups: 2,
    }),
  );
}

/** Answers to the open questions of one thread; each has the id and the run of its question. */
async function* manyLines(rig: Rig): AsyncGenerator<Line> {
  yield ratioLine(
    '10 answers one by one with `wait: 0`, against 10 bare signals',
    '<= 1.1',
    await measurePair({
      ours: async () => {
        const { thread, addresses } = await askOurs(rig, 10);
        return time(async () => {
          for (const address of addresses) await thread.resume('yes', { ...address, wait: 0 });
        });
      },
      bare: async () => {
        const handle = await askBare(rig, 10);
        return time(async () => {
          for (let n = 0; n < 10; n++) await handle.signal('answer', 'yes');
        });
      },
      rounds: 40,
      warmups: 5,
    }),
  );
  yield ratioLine(
    '10 answers one by one, each confirmed, against 10 bare signals, each with a query',
    '<= 1.1',
    await measurePair({
      ours: async () => {
        const { thread, addresses } = await askOurs(rig, 10);
        return time(async () => {
          for (const address of addresses) accepted(await thread.resume('yes', address));
        });
      },
      bare: async () => {
        const handle = await askBare(rig, 10);
        return time(async () => {
          for (let n = 0; n < 10; n++) {
            await handle.signal('answer', 'yes');
            await handle.query<number>('answered');
          }
        });
      },
      rounds: 30,
      warmups: 5,
    }),
  );
  for (const [work, count, isShared] of [
    ['10 answers at once from 10 `Thread` objects, all confirmed, against 10 bare signals and the result', 10, false],
    ['40 answers at once from one `Thread`, all confirmed, against 40 bare signals and the result', 40, true],
  ] as const) {
    yield ratioLine(
      work,
      '<= 2',
      await measurePair({
        ours: () => answerAllOurs(rig, count, isShared),
        bare: () => answerAllBare(rig, count),
        rounds: 20,
        warmups: 3,
      }),
    );
  }
}

async function answerAllOurs(rig: Rig, count: number, isShared: boolean): Promise<number> {
  const { thread, addresses } = await askOurs(rig, count);
  const threads = addresses.map(() => (isShared ? thread : rig.holdpoint.thread(thread.id)));
  return time(async () => {
    const results = await Promise.all(threads.map((one, n) => one.resume('yes', { ...addresses[n], wait: '30s' })));
    for (const result of results) accepted(result);
  });
}

async function answerAllBare(rig: Rig, count: number): Promise<number> {
  const handle = await askBare(rig, count);
  return time(async () => {
    await Promise.all(Array.from({ length: count }, () => handle.signal('answer', 'yes')));
    await handle.result();
  });
}

/** A thread that asks so many questions at once, and their addresses. */
async function askOurs(
  rig: Rig,
  count: number,
): Promise<{ readonly thread: Pick<Thread, 'id' | 'resume'>; readonly addresses: readonly Address[] }> {
  const thread = rig.holdpoint.thread(randomUUID(), 'everyone');
  const { run } = await thread.start(count);
  await untilWaiting(thread.handle);
  return { thread, addresses: Array.from({ length: count }, (_, n) => ({ id: `everyone:${n + 1}`, run })) };
}

async function askBare(rig: Rig, count: number): Promise<WorkflowHandle> {
  const handle = await rig.client.workflow.start('everyone', {
    taskQueue: rig.taskQueues.bare,
    workflowId: randomUUID(),
    args: [count],
  });
  await untilWaiting(handle);
  return handle;
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
