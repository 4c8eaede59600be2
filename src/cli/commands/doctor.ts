/**
 * `holdpoint doctor`: what may keep threads from going on, one check after the other, each with what to do.
 *
 * The exit code is 1 when something is wrong. What is only missing, as the search attributes may be, is advice.
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { customAttributes, SEARCH_ATTRIBUTES } from '../../client/search-attributes.ts';
import type { Target } from '../../client/target.ts';
import { readUnregistered, UNREGISTERED_PAUSE_MS } from '../../client/timeline.ts';
import { formatAge, formatDue, formatDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { Exit } from '../failure.ts';
import { inertLine } from '../inert.ts';
import type { Style } from '../output.ts';
import { shellWord } from '../question.ts';
import { readWorkers, type Pollers } from '../../client/workers.ts';
import { readCount } from '../value.ts';
import { typeName } from './setup.ts';

interface DoctorOptions {
  readonly limit: string;
}

interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'advice' | 'wrong';
  readonly detail: string;
  /** What to do about it. */
  readonly todo?: string;
}

/** A thread as a look at the newest running ones shows it. */
interface Seen {
  readonly thread: string;
  readonly taskQueue: string;
}

const AT_ONCE = 10;

export async function run(context: Context<DoctorOptions>): Promise<void> {
  const { out, options } = context;
  const limit = readCount(options.limit, '--limit');
  const { client } = await context.client();
  const checks: Check[] = [await checkServer(client), await checkNamespace(client)];
  const running = await seeRunning(client, limit);
  const queues =
    context.taskQueue === undefined ? [...new Set(running.map(({ taskQueue }) => taskQueue))] : [context.taskQueue];
  for (const taskQueue of queues) checks.push(...(await checkWorkers(client, taskQueue)));
  if (queues.length === 0)
    checks.push({
      name: 'workers',
      outcome: 'advice',
      detail: 'no thread runs',
      todo: 'To check a task queue: `--task-queue`.',
    });
  checks.push(await checkSearchAttributes(client), ...(await checkThreads(context, running)));
  const isWell = checks.every(({ outcome }) => outcome !== 'wrong');
  out.document({ ok: isWell, checks }, () =>
    checks.flatMap(({ name, outcome, detail, todo }) => [
      `${out.paint(STYLES[outcome], MARKS[outcome])}  ${name}: ${inertLine(detail)}`,
      ...(todo === undefined ? [] : [`      ${todo}`]),
    ]),
  );
  if (!isWell) throw new Exit(1);
}

const MARKS = { ok: 'ok  ', advice: 'note', wrong: 'BAD ' } as const;
const STYLES: Readonly<Record<Check['outcome'], Style>> = { ok: 'green', advice: 'yellow', wrong: 'red' };

async function checkServer(client: Client): Promise<Check> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  return { name: 'server', outcome: 'ok', detail: `Temporal ${serverVersion || 'of an unknown version'}` };
}

async function checkNamespace(client: Client): Promise<Check> {
  const { namespace } = client.options;
  const { config } = await client.workflowService.describeNamespace({ namespace });
  const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  return {
    name: 'namespace',
    outcome: 'ok',
    detail: `${namespace}, ended threads are kept ${formatDuration(seconds * 1000)}`,
  };
}

async function seeRunning(client: Client, limit: number): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const query = `ExecutionStatus = 'Running'`;
  for await (const { workflowId, taskQueue } of client.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
    seen.push({ thread: workflowId, taskQueue });
    if (seen.length >= limit) break;
  }
  return seen;
}

async function checkWorkers(client: Client, taskQueue: string): Promise<readonly Check[]> {
  const { workflows, activities } = await readWorkers(client, taskQueue);
  const detail = `${taskQueue}: ${pollersText('entrypoints', workflows)}; ${pollersText('tasks', activities)}`;
  const isUp = workflows.alive > 0 && activities.alive > 0;
  return [
    isUp
      ? { name: 'workers', outcome: 'ok', detail }
      : {
          name: 'workers',
          outcome: 'wrong',
          detail,
          todo: 'Start a worker on it, or look why the one that was there is gone; its threads go on by themselves.',
        },
  ];
}

function pollersText(what: string, { alive, lastPollAt }: Pollers): string {
  const last = lastPollAt === undefined ? 'never polled within five minutes' : `last poll ${formatAge(lastPollAt)} ago`;
  return `${alive} for ${what} (${last})`;
}

async function checkSearchAttributes(client: Client): Promise<Check> {
  const name = 'search attributes';
  const custom = await customAttributes(client).catch(() => undefined);
  if (!custom)
    return { name, outcome: 'advice', detail: 'the server does not tell; lists look through all running threads' };
  const wanted = Object.entries(SEARCH_ATTRIBUTES);
  const other = wanted.find(([one, type]) => custom[one] !== undefined && custom[one] !== type);
  if (other) {
    const [attribute, type] = other;
    const detail = `${attribute} is ${typeName(custom[attribute] ?? 0)}, not ${typeName(type)}, so none is used`;
    return {
      name,
      outcome: 'wrong',
      detail,
      todo: 'Remove it with `temporal operator search-attribute remove`, then `holdpoint setup`.',
    };
  }
  if (wanted.every(([one]) => custom[one] !== undefined)) return { name, outcome: 'ok', detail: 'registered' };
  return {
    name,
    outcome: 'advice',
    detail: 'not registered: lists look through all running threads',
    todo: 'Register them with `holdpoint setup`.',
  };
}

/** A workflow task that was tried more than once fails, or its worker is slow; the history says which. */
async function checkThreads(context: Context, running: readonly Seen[]): Promise<readonly Check[]> {
  const name = 'threads';
  const bad: Check[] = [];
  for (let from = 0; from < running.length; from += AT_ONCE) {
    bad.push(
      ...(await Promise.all(running.slice(from, from + AT_ONCE).map((one) => checkThread(context, one)))).flat(),
    );
  }
  if (bad.length > 0) return bad;
  const detail = running.length === 0 ? 'none runs' : `none is stuck among the newest ${running.length} that run`;
  return [{ name, outcome: 'ok', detail }];
}

async function checkThread(context: Context, { thread }: Seen): Promise<readonly Check[]> {
  // It may have ended meanwhile.
  const target = await context.target(thread);
  const described = await target.handle.describe().catch(() => undefined);
  const attempt = described?.raw.pendingWorkflowTask?.attempt ?? 1;
  if (!described) return [];
  if (attempt <= 1) return checkRegistered(target, described);
  const message = await lastTaskFailure(target, described.runId);
  return [
    {
      name: 'threads',
      outcome: 'wrong',
      detail: `${thread}: its workflow task is at attempt ${attempt}${message === undefined ? '' : `: ${message}`}`,
      todo: `See \`holdpoint show ${shellWord(thread)}\`; mend the worker's code, and the thread goes on by itself.`,
    },
  ];
}

/** So many of the last events are looked at: a thread with more of them since does not wait for that alone. */
const TAIL = 30;

/** Calls that wait for a worker that has their task. The server knows it only as timers, which are in the history. */
async function checkRegistered(target: Target, { runId, taskQueue }: WorkflowExecutionDescription): Promise<Check[]> {
  const checks: Check[] = [];
  const over = new Set<string>();
  for (const event of await target.lastEvents(runId, TAIL)) {
    const { timerFiredEventAttributes: fired, timerCanceledEventAttributes: canceled, eventId } = event;
    over.add(String(fired?.startedEventId ?? canceled?.startedEventId));
    const call = over.has(String(eventId)) ? undefined : await readUnregistered(event, target.decode);
    if (!call) continue;
    const { id, task, nextTryAt, pauseMs } = call;
    checks.push({
      name: 'threads',
      outcome: pauseMs < UNREGISTERED_PAUSE_MS ? 'advice' : 'wrong',
      detail: `${target.id}: call ${id} waits for a worker that has task ${task}; next try ${formatDue(nextTryAt)}`,
      todo: `Start one on task queue ${inertLine(taskQueue)}. In a deploy, workers that have a task come before code that calls it.`,
    });
  }
  return checks;
}

/** A failed workflow task is in the history once, however often it is retried. */
async function lastTaskFailure(target: Target, runId: string): Promise<string | undefined> {
  const events = await target.lastEvents(runId, 10);
  const failed = events.find((event) => event.workflowTaskFailedEventAttributes);
  return failed?.workflowTaskFailedEventAttributes?.failure?.message?.split('\n')[0] ?? undefined;
}
