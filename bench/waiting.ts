/**
 * Runs that wait for an answer, on either side: starting one, bringing it to its question, and answering it.
 */
import { randomUUID } from 'node:crypto';
import type { ResumeResult } from 'holdpoint/client';
import { time } from './pair.ts';
import { untilWaiting, type Rig } from './rig.ts';
import type { WorkBefore } from './work-before.ts';

/** The client of each side, and where its worker polls. */
export type Sides = Pick<Rig, 'client' | 'holdpoint' | 'taskQueues'>;

export async function startOurs(rig: Sides, entrypoint: 'question' | 'questions', before: WorkBefore): Promise<string> {
  const thread = rig.holdpoint.thread(randomUUID(), entrypoint);
  await thread.start(before);
  await untilWaiting(thread.handle);
  return thread.id;
}

export async function startBare(rig: Sides, workflow: 'question' | 'questions', before: WorkBefore): Promise<string> {
  const handle = await rig.client.workflow.start(workflow, {
    taskQueue: rig.taskQueues.bare,
    workflowId: randomUUID(),
    args: [before],
  });
  await untilWaiting(handle);
  return handle.workflowId;
}

/** A question that an answer is addressed to, as a listing shows it. */
export interface Address {
  readonly id?: string;
  readonly run?: string;
}

/** The address of a question in the first run of a thread. */
export async function addressOf(rig: Rig, thread: string, id: string): Promise<Address> {
  return { id, run: (await rig.client.workflow.getHandle(thread).describe()).runId };
}

/** The time from the answer to the result. Without an address, the client first looks up the open question. */
export async function answerOurs(rig: Rig, id: string, address: Address = {}): Promise<number> {
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

/** The time from the answer to its receipt. Each answer uses a new `Thread` object, as a script or a server would. */
export async function confirmOurs(rig: Rig, id: string, address: Address = {}): Promise<number> {
  const thread = rig.holdpoint.thread(id);
  return time(async () => accepted(await thread.resume('yes', address)));
}

export function accepted({ outcome }: ResumeResult): void {
  if (outcome !== 'accepted') throw new Error(`Expected the answer to be accepted, got \`${outcome}\``);
}

export async function confirmBare(rig: Rig, id: string): Promise<number> {
  const handle = rig.client.workflow.getHandle(id);
  return time(async () => {
    await handle.signal('answer', 'yes');
    const answered = await handle.query<number>('answered');
    if (answered < 1) throw new Error('Expected the query to see the answer');
  });
}
