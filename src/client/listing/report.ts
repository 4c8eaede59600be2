/**
 * A report of one thread: all that the server knows and, if a worker answers, what only the workflow knows.
 *
 * The server knows the status, the questions (cut where they did not fit the memo), the tasks, the answers that were sent,
 * and what keeps the thread from going on. Which answers counted, which were refused, and the value of a turn are in the
 * workflow.
 */
import { defined } from '../../protocol/defined.ts';
import { hasCode } from '../../protocol/errors.ts';
import { ANSWERS_QUERY, STATE_QUERY } from '../../protocol/names.ts';
import type { Remembered } from '../../protocol/remembered.ts';
import type { Answer, Interrupt, Refusal, State } from '../../protocol/shapes.ts';
import { RunReader } from '../reading/run-reader.ts';
import { readSentAnswer, type SentAnswer } from '../reading/sent-answer.ts';
import type { Unregistered } from '../reading/unregistered.ts';
import { wholeInterrupts } from '../reading/whole-questions.ts';
import type { ThreadDescription } from '../server/description.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { WorkerVersions } from '../server/versions.ts';
import { readWorkflowPollers, type Pollers } from '../server/workers.ts';
import { LastTurn, type FailureReport } from './last-turn.ts';
import { findLostVersion, type LostVersion } from './lost-version.ts';
import { nextReport, withPending, type TaskReport } from './task-report.ts';
import { threadStatus, type ThreadStatus } from './threads.ts';

/** A live worker answers a query within this time. */
const QUERY_MS = 5_000;

/** All that could be found out about a thread. */
export interface ThreadReport {
  /** The thread's id. */
  readonly thread: string;
  /** The name of the entrypoint. */
  readonly entrypoint: string;
  /** What the thread does, or how its run has ended. */
  readonly status: ThreadStatus;
  /** The first run of the chain. */
  readonly run: string;
  /** The current or last run. */
  readonly runId: string;
  /** The task queue of its workflow. */
  readonly taskQueue: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** ISO 8601 in UTC; missing while the thread runs. */
  readonly closedAt?: string;
  /** The number of the current or last turn. A plain thread has one. */
  readonly turn: number;
  /** Open questions, oldest first. */
  readonly interrupts: readonly Interrupt[];
  /** The calls of tasks in the current run, in the order in which they were scheduled. */
  readonly tasks: readonly TaskReport[];
  /** The answers that were sent to the current run. */
  readonly sent: readonly SentAnswer[];
  /** The workflow task fails again and again: why, and at which attempt it is. */
  readonly stuck?: { readonly attempt: number; readonly message: string };
  /** The input of the run or, with memory, of the last turn. Missing if it is in an earlier run, or `undefined`. */
  readonly input?: unknown;
  /** Calls that wait for a worker that has their task. */
  readonly unregistered?: readonly Unregistered[];
  /** The message of the error with which the run failed or, with memory, the last turn; or why it was terminated. */
  readonly failure?: string;
  /** The same, with type and stack. */
  readonly error?: FailureReport;
  /** The workers of its task queue that run entrypoints. */
  readonly workers: Pollers;
  /** The worker deployment version that has to run it, where no worker has that. */
  readonly lostVersion?: LostVersion;
  /** The server starts a worker for the thread when there is work. None has to poll in between. */
  readonly isOnDemand?: true;
  /** Workers have polled, but none answered: they are gone, busy, or cannot run the thread. */
  readonly isUnanswered?: true;
  /** What only the workflow knows, and no worker reported. */
  readonly unknown: readonly ('answers' | 'refused' | 'remembered' | 'value')[];
  /** The accepted answers. */
  readonly answers?: readonly Answer[];
  /** The last refused answers. */
  readonly refused?: readonly Refusal[];
  /** What was decided about tools for more than one call, if anything is remembered. */
  readonly remembered?: readonly Remembered[];
  /** What the run or, with memory, the last good turn returned. */
  readonly value?: unknown;
}

/** @throws `ThreadNotFound`, `NoServer`. */
export async function readReport(thread: ThreadHandle): Promise<ThreadReport> {
  const description = await thread.describe();
  const { runId, run, entrypoint, taskQueue, execution } = description;
  const workers = await readWorkflowPollers(thread.client, taskQueue);
  const versions = new WorkerVersions(thread.client);
  const lostVersion = description.isRunning ? await findLostVersion(description, versions) : undefined;
  const isOnDemand = description.isRunning && (await versions.isStartedOnDemand(description));
  const past = await readPast(thread, description);
  const { pendingActivities, pendingWorkflowTask } = execution.raw;
  const { taskFailure } = past;
  const stuck =
    taskFailure === undefined ? undefined : { attempt: pendingWorkflowTask?.attempt ?? 1, message: taskFailure };
  const asked = workers.alive > 0 && !stuck && !lostVersion ? await askWorkflow(thread) : 'not asked';
  const known = typeof asked === 'object' ? asked : undefined;
  const status = threadStatus(description.status, description.interrupts, description.turn);
  return {
    thread: thread.id,
    entrypoint,
    status,
    run,
    runId,
    taskQueue,
    startedAt: execution.startTime.toISOString(),
    ...defined({ closedAt: execution.closeTime?.toISOString() }),
    turn: known?.turn ?? description.turn?.n ?? 1,
    interrupts: status === 'waiting' ? await questionsOf(thread, description, known) : [],
    tasks: withPending(past.tasks, pendingActivities ?? []),
    sent: past.sent,
    ...defined({
      stuck,
      input: past.input,
      failure: past.error?.message,
      error: past.error,
      unregistered: past.unregistered.length > 0 ? past.unregistered : undefined,
    }),
    workers,
    ...defined({ lostVersion }),
    ...(isOnDemand ? { isOnDemand } : {}),
    ...(asked === 'unanswered' ? { isUnanswered: true } : {}),
    unknown: known
      ? []
      : ['answers', 'refused', 'remembered', ...(past.value === undefined ? (['value'] as const) : [])],
    ...defined({
      answers: known?.answers,
      refused: known?.refused,
      remembered: known?.remembered?.length ? known.remembered : undefined,
      value: (known ?? past).value,
    }),
  };
}

/** A run of an earlier version remembers nothing. */
type Known = Omit<State, 'remembered'> & {
  readonly remembered?: State['remembered'];
  readonly answers: readonly Answer[];
};

/** What only the workflow knows, if a worker answers in time. */
async function askWorkflow(thread: ThreadHandle): Promise<Known | 'unanswered' | 'not a thread'> {
  try {
    // One after the other: the server buffers one query for each workflow.
    const state = await thread.query<State>(STATE_QUERY, QUERY_MS);
    return { ...state, answers: await thread.query<readonly Answer[]>(ANSWERS_QUERY, QUERY_MS) };
  } catch (error) {
    if (hasCode(error, 'NoWorker')) return 'unanswered';
    if (hasCode(error, 'WrongEntrypoint')) return 'not a thread';
    throw error;
  }
}

async function questionsOf(
  thread: ThreadHandle,
  description: ThreadDescription,
  known: Known | undefined,
): Promise<readonly Interrupt[]> {
  const { interrupts } = description;
  if (!known) return wholeInterrupts(thread, description, { of: interrupts });
  const byId = new Map(known.interrupts.map((interrupt) => [interrupt.id, interrupt]));
  // A question that has just closed may still be in the memo. The workflow knows better.
  return interrupts.flatMap(({ id }) => byId.get(id) ?? []);
}

/** What the history of the current run shows. */
interface Past {
  readonly tasks: readonly TaskReport[];
  readonly sent: readonly SentAnswer[];
  /** Why its workflow task fails. */
  readonly taskFailure: string | undefined;
  readonly input: unknown;
  readonly error: FailureReport | undefined;
  readonly unregistered: readonly Unregistered[];
  readonly value: unknown;
}

async function readPast(thread: ThreadHandle, { runId, historyLength, turn }: ThreadDescription): Promise<Past> {
  const reader = new RunReader(thread, runId);
  const tasks = new Map<string, TaskReport>();
  const sent: SentAnswer[] = [];
  const lastTurn = new LastTurn(thread.decode);
  await reader.readTo(historyLength, {
    visit: async (event, { task }) => {
      if (task) tasks.set(task.id, nextReport(tasks.get(task.id), task));
      const answer = await readSentAnswer(event, thread.decode);
      if (answer) sent.push(answer);
      lastTurn.see(event);
    },
  });
  const { timeline } = reader;
  const { workflowTask, end } = timeline;
  return {
    tasks: [...tasks.values()],
    sent,
    taskFailure: workflowTask.kind === 'failed' && !end ? workflowTask.message : undefined,
    input: await lastTurn.input(turn),
    error: await lastTurn.failure(turn),
    unregistered: end ? [] : timeline.unregistered(),
    value: end?.kind === 'completed' ? end.value : undefined,
  };
}
