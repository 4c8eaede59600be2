/**
 * An agent: its history, the time of its rounds, and what it costs a worker that has just started.
 *
 * Each round passes all messages so far to the model. By hand, Temporal stores them again with each call; ours stores each
 * message once.
 */
import { randomUUID } from 'node:crypto';
import { Command } from 'holdpoint/client';
import { knownRuns } from '../../dist/activities/sharing/arguments.js';
import type { AgentWork } from '../activities.ts';
import { measurePair, time } from '../pair.ts';
import { countLine, ratioLine, sizeLine, type Line } from '../report.ts';
import { untilWaiting, type Rig } from '../rig.ts';

const KB = 1024;
const LONG: AgentWork = { rounds: 200, size: 2 * KB, asks: false };
/** The rounds whose time is compared with that of as many last ones. */
const EDGE = 20;

const SIZES: readonly (AgentWork & { readonly aim: string })[] = [
  { rounds: 10, size: 2 * KB, asks: false, aim: '-' },
  { rounds: 50, size: 2 * KB, asks: false, aim: '-' },
  { ...LONG, aim: '<= 1.5 MB' },
  { rounds: 50, size: 20 * KB, asks: false, aim: '<= 2.5 MB' },
];

export async function* agentLines(rig: Rig): AsyncGenerator<Line> {
  for (const { aim, ...about } of SIZES) {
    const ours = await sizeOf(rig, await converseOurs(rig, about));
    const bare = await sizeOf(rig, await converseBare(rig, about));
    const work = `an agent of ${about.rounds} rounds in one turn, tool messages of ${about.size / KB} KB`;
    yield countLine(`${work}: events`, '-', { ours: ours.events, bare: bare.events, unit: 'events' });
    yield sizeLine('the same: history', aim, { ours: ours.megabytes, bare: bare.megabytes });
  }
  yield ratioLine(
    '200 rounds with 2 KB: the last 20 rounds (left) against the first 20 (right)',
    '<= 1.3',
    await firstAndLastRounds(rig),
  );
  yield ratioLine(
    '200 rounds with 2 KB in all',
    '<= 0.85',
    await measurePair({
      ours: () => time(() => converseOurs(rig, LONG)),
      bare: () => time(() => converseBare(rig, LONG)),
      rounds: 5,
    }),
  );
  yield ratioLine('answer → result after 200 rounds with 2 KB, cold', '<= 0.9', await coldAnswers(rig));
}

interface Run {
  readonly workflowId: string;
  readonly runId?: string;
}

async function converseOurs(rig: Rig, about: AgentWork): Promise<Run> {
  const thread = rig.holdpoint.thread(randomUUID(), 'agent');
  const { run: runId } = await thread.start(messages(about));
  await thread.result();
  // By its run id: after a turn of this size, the thread continues as new.
  return { workflowId: thread.id, runId };
}

async function converseBare(rig: Rig, about: AgentWork): Promise<Run> {
  const handle = await startBare(rig, about);
  await handle.result();
  return handle;
}

function startBare(rig: Rig, about: AgentWork) {
  const taskQueue = rig.taskQueues.bare;
  return rig.client.workflow.start('agent', { taskQueue, workflowId: randomUUID(), args: [messages(about)] });
}

function messages(about: AgentWork): [{ role: 'user'; content: string }] {
  return [{ role: 'user', content: JSON.stringify(about) }];
}

async function sizeOf(rig: Rig, { workflowId, runId }: Run): Promise<{ events: number; megabytes: number }> {
  const { historyLength, historySize = 0 } = await rig.client.workflow.getHandle(workflowId, runId).describe();
  return { events: historyLength, megabytes: historySize / KB / KB };
}

/** Each run has a first and a last part, so the two are compared within one run. */
async function firstAndLastRounds(rig: Rig) {
  let last = 0;
  return measurePair({
    ours: async () => {
      const { workflowId, runId } = await converseOurs(rig, LONG);
      const { events } = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const rounds = (events ?? []).flatMap(({ eventTime, activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled?.activityType?.name === 'callModel' ? [milliseconds(eventTime)] : [],
      );
      last = rounds.at(EDGE)! - rounds[0]!;
      return rounds.at(-1)! - rounds.at(-1 - EDGE)!;
    },
    bare: async () => last,
    rounds: 5,
  });
}

function milliseconds(at: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined): number {
  return Number(at?.seconds) * 1000 + (at?.nanos ?? 0) / 1e6;
}

/** Brings all agents to their question first, and then replaces the workers. */
async function coldAnswers(rig: Rig) {
  const about = { ...LONG, asks: true };
  const rounds = 4;
  const ours: string[] = [];
  const bare: string[] = [];
  for (let i = 0; i <= rounds; i++) {
    const thread = rig.holdpoint.thread(randomUUID(), 'agent');
    const result = await thread.invoke(messages(about));
    if (!result.interrupts) throw new Error('Expected the agent to ask');
    // A new process knows no run. Here, the new worker runs in the same process.
    knownRuns.drop((await thread.handle.describe()).runId);
    ours.push(thread.id);
    const handle = await startBare(rig, about);
    await untilWaiting(handle);
    bare.push(handle.workflowId);
  }
  await rig.restartWorkers();
  return measurePair({
    ours: () => {
      const thread = rig.holdpoint.thread(ours.pop()!, 'agent');
      return time(() => thread.invoke(new Command({ resume: { type: 'approve' } })));
    },
    bare: () => {
      const handle = rig.client.workflow.getHandle(bare.pop()!);
      return time(async () => {
        await handle.signal('answer', 'yes');
        await handle.result();
      });
    },
    rounds,
  });
}
