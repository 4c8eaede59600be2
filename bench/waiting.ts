/**
 * A run that waits for an answer, on either side: started and brought to its question, and then answered.
 */
import { randomUUID } from 'node:crypto';
import { time } from './pair.ts';
import { untilWaiting, type Rig } from './rig.ts';

/** The finished tasks in a run's history before it asks: batches, one after the other, of tasks together. */
export interface WorkBefore {
  readonly batches: number;
  readonly size: number;
}

export const NOTHING_BEFORE: WorkBefore = { batches: 0, size: 0 };

export async function startOurs(rig: Rig, entrypoint: 'question' | 'questions', before: WorkBefore): Promise<string> {
  const thread = rig.holdpoint.thread(randomUUID(), entrypoint);
  await thread.start(before);
  await untilWaiting(thread.handle);
  return thread.id;
}

export async function startBare(rig: Rig, workflow: 'question' | 'questions', before: WorkBefore): Promise<string> {
  const handle = await rig.client.workflow.start(workflow, {
    taskQueue: rig.taskQueues.bare,
    workflowId: randomUUID(),
    args: [before],
  });
  await untilWaiting(handle);
  return handle.workflowId;
}

/** How long it takes from the answer to the result. Without an address the client looks first which question is open. */
export async function answerOurs(rig: Rig, id: string, address: { readonly id?: string } = {}): Promise<number> {
  const thread = rig.holdpoint.thread(id, 'question');
  return time(async () => {
    await thread.resume('yes', { ...address, wait: 0 });
    await thread.result();
  });
}

export async function answerBare(rig: Rig, id: string): Promise<number> {
  const handle = rig.client.workflow.getHandle(id);
  return time(async () => {
    await handle.signal('answer', 'yes');
    await handle.result();
  });
}

/** How long it takes from the answer to its receipt. Each answer has a thread of its own, as in a script or a server. */
export async function confirmOurs(rig: Rig, id: string): Promise<number> {
  const thread = rig.holdpoint.thread(id);
  return time(async () => {
    const { outcome } = await thread.resume('yes');
    if (outcome !== 'accepted') throw new Error(`Expected the answer to be accepted, got \`${outcome}\``);
  });
}

export async function confirmBare(rig: Rig, id: string): Promise<number> {
  const handle = rig.client.workflow.getHandle(id);
  return time(async () => {
    await handle.signal('answer', 'yes');
    const answered = await handle.query<number>('answered');
    if (answered < 1) throw new Error('Expected the query to see the answer');
  });
}
