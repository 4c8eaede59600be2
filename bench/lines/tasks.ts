/**
 * Tasks: in sequence, at once, and local; and the events that they add to the history.
 */
import { randomUUID } from 'node:crypto';
import { measurePair, time } from '../pair.ts';
import { countLine, ratioLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

type Counted = 'sequence' | 'together' | 'localSequence';

const IN_SEQUENCE = 20;
const TOGETHER = 50;

export async function* taskLines(rig: Rig): AsyncGenerator<Line> {
  yield ratioLine(
    '20 tasks in sequence, per task',
    '<= 1.03',
    await measurePair({
      ours: () => time(() => runOurs(rig, 'sequence', IN_SEQUENCE)),
      bare: () => time(() => runBare(rig, 'sequence', IN_SEQUENCE)),
      rounds: 40,
      warmups: 4,
    }),
    IN_SEQUENCE,
  );
  yield countLine('the same, events in the history', '+0', {
    ours: await historyLength(rig, await runOurs(rig, 'sequence', IN_SEQUENCE)),
    bare: await historyLength(rig, await runBare(rig, 'sequence', IN_SEQUENCE)),
    unit: 'events',
  });
  yield ratioLine(
    'the same, read with `invoke`, per task',
    '<= 1.08',
    await measurePair({
      ours: () => time(() => rig.holdpoint.thread(randomUUID(), 'sequence').invoke(IN_SEQUENCE)),
      bare: () => time(() => runBare(rig, 'sequence', IN_SEQUENCE)),
      rounds: 12,
    }),
    IN_SEQUENCE,
  );
  yield ratioLine(
    '50 tasks at once, per task',
    '<= 1.05',
    await measurePair({
      ours: () => time(() => runOurs(rig, 'together', TOGETHER)),
      bare: () => time(() => runBare(rig, 'together', TOGETHER)),
      rounds: 40,
      warmups: 4,
    }),
    TOGETHER,
  );
  yield ratioLine(
    '`local: true` (left) against a normal task (right), per task',
    '<= 0.33',
    await measurePair({
      ours: () => time(() => runOurs(rig, 'localSequence', IN_SEQUENCE)),
      bare: () => time(() => runOurs(rig, 'sequence', IN_SEQUENCE)),
      rounds: 8,
    }),
    IN_SEQUENCE,
  );
}

async function runOurs(rig: Rig, entrypoint: Counted, count: number): Promise<string> {
  const thread = rig.holdpoint.thread(randomUUID(), entrypoint);
  await thread.start(count);
  await thread.result();
  return thread.id;
}

async function runBare(rig: Rig, workflow: Counted, count: number): Promise<string> {
  const workflowId = randomUUID();
  const handle = await rig.client.workflow.start(workflow, {
    taskQueue: rig.taskQueues.bare,
    workflowId,
    args: [count],
  });
  await handle.result();
  return workflowId;
}

async function historyLength(rig: Rig, workflowId: string): Promise<number> {
  return (await rig.client.workflow.getHandle(workflowId).describe()).historyLength;
}
