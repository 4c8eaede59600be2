/**
 * All that can be told of one thread: what the server alone knows, and with a worker what only its workflow does.
 *
 * The server knows status, questions (cut where they did not fit the memo), tasks, the answers that were sent, and what
 * keeps it from going on. Which answers counted, which were refused, and the value of a turn are in the workflow.
 */
import { RunView } from '../reading/follow.ts';
import { eventTime, type HistoryEvent } from '../server/history.ts';
import type { TaskUpdate } from '../reading/items.ts';
import { wholeInterrupts } from './open-interrupts.ts';
import type { Described, Target } from '../server/thread-handle.ts';
import { threadStatus, type ThreadStatus } from './threads.ts';
import type { Unregistered } from '../reading/timeline.ts';
import { hasCode } from '../../protocol/errors.ts';
import { ANSWERS_QUERY, RESUME_SIGNAL, STATE_QUERY } from '../../protocol/names.ts';
import type { Answer, Interrupt, Refusal, ResumeAddress, State } from '../../protocol/shapes.ts';
import { readWorkers, type Pollers } from '../server/workers.ts';
import { LastTurn, type FailureReport } from './last-turn.ts';

/** A worker that is up answers in less. */
const QUERY_MS = 5_000;

/** One call of a task, as it stands. */
export interface TaskReport {
  readonly id: string;
  readonly task: string;
  readonly status: TaskUpdate['kind'] | 'running' | 'retrying';
  /** When it was first scheduled; of a local task, when it ended. */
  readonly scheduledAt: string;
  readonly endedAt?: string;
  readonly attempt?: number;
  /** Of the last attempt. */
  readonly durationMs?: number;
  /** Why the attempt before failed. */
  readonly lastFailure?: string;
}

/** An answer in the history; whether it counted, the workflow says. */
export interface SentAnswer {
  readonly at: string;
  readonly id?: string;
  readonly actor?: string;
  readonly key?: string;
}

export interface Report {
  readonly thread: string;
  readonly entrypoint: string;
  readonly status: ThreadStatus;
  readonly run: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly startedAt: string;
  readonly closedAt?: string;
  readonly turn: number;
  readonly interrupts: readonly Interrupt[];
  readonly tasks: readonly TaskReport[];
  readonly sent: readonly SentAnswer[];
  /** The workflow task fails again and again: why, and at which attempt. */
  readonly stuck?: { readonly attempt: number; readonly message: string };
  /** The input of the run or, with memory, of the last turn; missing where there is none, or it is in an earlier run. */
  readonly input?: unknown;
  /** Calls that wait for a worker that has their task. */
  readonly unregistered?: readonly Unregistered[];
  /** With what the run failed, was terminated or, with memory, the last turn failed. */
  readonly failure?: string;
  /** The same with type and stack. */
  readonly error?: FailureReport;
  readonly workers: Pollers;
  /** Workers have polled, and none answered: they are gone, busy, or cannot run the thread. */
  readonly isUnanswered?: true;
  /** What needs a worker, and no worker told. */
  readonly unknown: readonly ('answers' | 'refused' | 'value')[];
  readonly answers?: readonly Answer[];
  readonly refused?: readonly Refusal[];
  readonly value?: unknown;
  readonly ui?: string;
}

export async function readReport(target: Target): Promise<Report> {
  const thread = await target.describe();
  const { client, id } = target;
  const [described, { workflows }] = await Promise.all([
    target.handle.describe(),
    readWorkers(client, thread.taskQueue),
  ]);
  const past = await readPast(target, thread);
  const { pendingActivities, pendingWorkflowTask } = described.raw;
  const stuck =
    past.taskFailure === undefined
      ? undefined
      : { attempt: pendingWorkflowTask?.attempt ?? 1, message: past.taskFailure };
  const asked = workflows.alive > 0 && !stuck ? await ask(target) : 'not asked';
  const told = typeof asked === 'object' ? asked : undefined;
  const status = threadStatus(thread.status, thread.interrupts, thread.turn);
  const { startTime, closeTime } = described;
  return {
    thread: id,
    entrypoint: thread.entrypoint,
    status,
    run: thread.run,
    runId: thread.runId,
    taskQueue: thread.taskQueue,
    startedAt: startTime.toISOString(),
    ...(closeTime ? { closedAt: closeTime.toISOString() } : {}),
    turn: told?.turn ?? thread.turn?.n ?? 1,
    interrupts: status === 'waiting' ? await wholeQuestions(target, thread, told) : [],
    tasks: withPending(past.tasks, pendingActivities ?? []),
    sent: past.sent,
    ...(stuck ? { stuck } : {}),
    ...(past.input === undefined ? {} : { input: past.input }),
    ...(past.error ? { failure: past.error.message, error: past.error } : {}),
    ...(past.unregistered.length > 0 ? { unregistered: past.unregistered } : {}),
    workers: workflows,
    ...(asked === 'unanswered' ? { isUnanswered: true } : {}),
    unknown: told ? [] : unknownOf(past.value !== undefined),
    ...(told ? { answers: told.answers, refused: told.refused } : {}),
    ...valueOf(told ?? past),
  };
}

function unknownOf(hasValue: boolean): Report['unknown'] {
  return hasValue ? ['answers', 'refused'] : ['answers', 'refused', 'value'];
}

function valueOf({ value }: { readonly value?: unknown }): { readonly value?: unknown } {
  return value === undefined ? {} : { value };
}

type Told = State & { readonly answers: readonly Answer[] };

/** What only the workflow knows, if a worker answers in time. */
async function ask(target: Target): Promise<Told | 'unanswered' | 'not a thread'> {
  try {
    // One after the other: the server buffers one query for each workflow.
    const state = await target.query<State>(STATE_QUERY, QUERY_MS);
    return { ...state, answers: await target.query<readonly Answer[]>(ANSWERS_QUERY, QUERY_MS) };
  } catch (error) {
    if (hasCode(error, 'NoWorker')) return 'unanswered';
    if (hasCode(error, 'WrongEntrypoint')) return 'not a thread';
    throw error;
  }
}

async function wholeQuestions(
  target: Target,
  thread: Described,
  told: Told | undefined,
): Promise<readonly Interrupt[]> {
  const { interrupts } = thread;
  const known = new Map(told?.interrupts.map((one) => [one.id, one]));
  // One that has just closed is in the memo still; the workflow knows better.
  return told
    ? interrupts.flatMap(({ id }) => known.get(id) ?? [])
    : wholeInterrupts(target, thread, { of: interrupts });
}

interface Past {
  readonly tasks: readonly TaskReport[];
  readonly sent: readonly SentAnswer[];
  readonly taskFailure: string | undefined;
  readonly input: unknown;
  readonly error: FailureReport | undefined;
  readonly unregistered: readonly Unregistered[];
  readonly value: unknown;
}

/** The current run's history, as far as it goes now. */
async function readPast(target: Target, { runId, historyLength, turn }: Described): Promise<Past> {
  const view = new RunView(target.client, target.id, runId);
  const tasks = new Map<string, TaskReport>();
  const sent: SentAnswer[] = [];
  const lastTurn = new LastTurn(target.decode);
  while (view.history.last < historyLength && !view.timeline.ending) {
    for (const event of await view.history.read()) {
      const { task } = await view.timeline.apply(event);
      if (task) tasks.set(task.id, nextReport(tasks.get(task.id), task));
      const answer = await sentAnswer(target, event);
      if (answer) sent.push(answer);
      lastTurn.see(event);
    }
  }
  const { workflowTask, ending } = view.timeline;
  return {
    tasks: [...tasks.values()],
    sent,
    taskFailure: workflowTask.kind === 'failed' && !ending ? workflowTask.message : undefined,
    input: await lastTurn.input(turn),
    error: await lastTurn.failure(turn),
    unregistered: ending ? [] : view.timeline.unregistered(),
    value: ending?.kind === 'completed' ? ending.value : undefined,
  };
}

function nextReport(before: TaskReport | undefined, step: TaskUpdate): TaskReport {
  const { id, task, kind, at, attempt, durationMs } = step;
  const scheduledAt = before?.scheduledAt ?? at;
  return {
    id,
    task,
    status: kind,
    scheduledAt,
    ...(kind === 'scheduled' ? {} : { endedAt: at }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

async function sentAnswer({ decode }: Target, event: HistoryEvent): Promise<SentAnswer | undefined> {
  const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
  if (signalName !== RESUME_SIGNAL) return undefined;
  // The address alone; whoever may signal may have sent anything there.
  const [address] = (await decode.list(input?.payloads?.slice(1, 2))) as [ResumeAddress | undefined];
  const { id, actor, key } = address ?? {};
  return {
    at: eventTime(event),
    ...(id === undefined ? {} : { id }),
    ...(actor === undefined ? {} : { actor }),
    ...(key === undefined ? {} : { key }),
  };
}

type Pending = NonNullable<Awaited<ReturnType<Target['handle']['describe']>>['raw']['pendingActivities']>[number];

/** `PendingActivityState` of the server. */
const STARTED = 2;

/** An attempt is in the history only when it has ended: until then the server tells of it. */
function withPending(tasks: readonly TaskReport[], pending: readonly Pending[]): readonly TaskReport[] {
  const byId = new Map(pending.map((one) => [one.activityId, one]));
  return tasks.map((task) => {
    const now = task.endedAt === undefined ? byId.get(task.id) : undefined;
    if (!now) return task;
    const { attempt, state, lastFailure, lastStartedTime } = now;
    const isRunning = Number(state) === STARTED;
    const startedMs = Number(lastStartedTime?.seconds ?? 0) * 1000;
    return {
      ...task,
      status: isRunning ? 'running' : lastFailure ? 'retrying' : 'scheduled',
      attempt: attempt ?? 1,
      ...(isRunning && startedMs > 0 ? { durationMs: Math.max(0, Date.now() - startedMs) } : {}),
      ...(lastFailure?.message ? { lastFailure: lastFailure.message } : {}),
    };
  });
}
