/**
 * The history of an agent.
 *
 * Each round sends all messages so far to the model, and Temporal stores the arguments and the result of every task. The
 * history therefore grows with the square of the rounds.
 */
import { randomUUID } from 'node:crypto';
import { countLine, type Line } from '../report.ts';
import type { Rig } from '../rig.ts';

const ROUNDS = [10, 50, 200];

export async function* agentLines(rig: Rig): AsyncGenerator<Line> {
  for (const rounds of ROUNDS) {
    const ours = await converseOurs(rig, rounds);
    const bare = await converseBare(rig, rounds);
    const work = `an agent of ${rounds} rounds in one turn, tool messages of 2 KB`;
    yield countLine(`${work}: history`, '-', { ours: ours.events, bare: bare.events, unit: 'events' });
    yield countLine('the same, in size', '-', { ours: ours.megabytes, bare: bare.megabytes, unit: 'MB' });
  }
}

interface Size {
  readonly events: number;
  readonly megabytes: number;
}

async function converseOurs(rig: Rig, rounds: number): Promise<Size> {
  const thread = rig.holdpoint.thread(randomUUID(), 'agent');
  const { run } = await thread.start([{ role: 'user', content: String(rounds) }]);
  await thread.result();
  // By its run id: after a turn of this size, the thread continues as new.
  return size(rig, thread.id, run);
}

async function converseBare(rig: Rig, rounds: number): Promise<Size> {
  const workflowId = randomUUID();
  const taskQueue = rig.taskQueues.bare;
  const handle = await rig.client.workflow.start('agent', {
    taskQueue,
    workflowId,
    args: [[{ role: 'user', content: String(rounds) }]],
  });
  await handle.result();
  return size(rig, workflowId);
}

async function size(rig: Rig, workflowId: string, runId?: string): Promise<Size> {
  const { historyLength, historySize = 0 } = await rig.client.workflow.getHandle(workflowId, runId).describe();
  return { events: historyLength, megabytes: historySize / 1024 / 1024 };
}
