/**
 * `holdpoint doctor`: checks what may keep threads from continuing. Each finding says what to do.
 *
 * The exit code is 1 if something is wrong. Something optional that is missing, such as the search attributes, is advice.
 * A thread is reported as stuck only if a person must fix something (S7).
 */
import type { Client } from '@temporalio/client';
import { customAttributes, SEARCH_ATTRIBUTES } from '../../client/server/search-attributes.ts';
import { formatDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { holdpointCommand, temporalCommand } from '../command-line.ts';
import { Exit } from '../failure.ts';
import { inertLine } from '../inert.ts';
import type { Output, Style } from '../output.ts';
import { threadTroubles, untakenWork, type LookedAt } from '../thread-checks.ts';
import { readCount } from '../value.ts';
import { checkQueue } from '../worker-checks.ts';
import { typeName } from './setup.ts';

interface DoctorOptions {
  readonly limit: string;
}

/** One finding, as `--json` prints it. */
interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'advice' | 'wrong';
  readonly detail: string;
  /** What to do about it. */
  readonly todo?: string;
}

const AT_ONCE = 10;
/** How many troubles of threads the text lists. JSON has all of them. */
const SHOWN_TROUBLES = 20;

export async function run(context: Context<DoctorOptions>): Promise<void> {
  const { out, options } = context;
  const limit = readCount(options.limit, '--limit');
  const { client } = await context.client();
  const checks: Check[] = [await checkServer(client), await checkNamespace(client)];
  const running = await lookAtRunning(context, limit);
  checks.push(...(await checkQueues(context, client, running)));
  checks.push(await checkSearchAttributes(client), ...(await checkThreads(running, limit)));
  const isWell = checks.every(({ outcome }) => outcome !== 'wrong');
  out.document({ ok: isWell, checks }, () => checkLines(checks, out));
  if (!isWell) throw new Exit(1);
}

function checkLines(checks: readonly Check[], out: Output): string[] {
  const troubles = checks.filter(({ name, outcome }) => name === 'threads' && outcome === 'wrong');
  const hidden = new Set(troubles.slice(SHOWN_TROUBLES));
  const lines = checks
    .filter((check) => !hidden.has(check))
    .flatMap(({ name, outcome, detail, todo }) => [
      `${out.paint(STYLES[outcome], MARKS[outcome])}  ${name}: ${inertLine(detail)}`,
      ...(todo === undefined ? [] : [`      ${inertLine(todo)}`]),
    ]);
  if (hidden.size > 0)
    lines.push(`… and ${hidden.size} more troubles of threads. To see all: ${holdpointCommand('doctor', '--json')}`);
  return lines;
}

const MARKS = { ok: 'ok  ', advice: 'note', wrong: 'BAD ' } as const;
const STYLES: Readonly<Record<Check['outcome'], Style>> = { ok: 'green', advice: 'yellow', wrong: 'red' };

async function checkServer(client: Client): Promise<Check> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  return { name: 'server', outcome: 'ok', detail: `Temporal ${serverVersion || '(version unknown)'}` };
}

async function checkNamespace(client: Client): Promise<Check> {
  const { namespace } = client.options;
  const { config } = await client.workflowService.describeNamespace({ namespace });
  const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  return {
    name: 'namespace',
    outcome: 'ok',
    detail: `${namespace}; ended threads are kept for ${formatDuration(seconds * 1000)}`,
  };
}

/** The newest running threads, as the server describes each one. A thread that has just ended is left out. */
async function lookAtRunning(context: Context, limit: number): Promise<readonly LookedAt[]> {
  const { client } = await context.client();
  const query = `ExecutionStatus = 'Running'`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
    ids.push(workflowId);
    if (ids.length >= limit) break;
  }
  const looked = await inBatches(ids, async (id) => {
    const target = await context.target(id);
    const described = await target.handle.describe().catch(() => undefined);
    return described?.status.name === 'RUNNING' ? [{ target, described }] : [];
  });
  return looked.flat();
}

/** Checks the task queues of the running threads, or only the one that `--task-queue` names. */
async function checkQueues(context: Context, client: Client, running: readonly LookedAt[]): Promise<readonly Check[]> {
  const untaken = running.flatMap(untakenWork);
  const queues =
    context.taskQueue === undefined
      ? [...new Set(running.map(({ described }) => described.taskQueue))]
      : [context.taskQueue];
  if (queues.length === 0) {
    const todo = 'To check a task queue, name it with `--task-queue`.';
    return [{ name: 'workers', outcome: 'advice', detail: 'no thread runs, so no task queue is known', todo }];
  }
  return Promise.all(
    queues.map(async (taskQueue) => {
      const { isWell, detail, todo } = await checkQueue(client, {
        taskQueue,
        threads: running.filter(({ described }) => described.taskQueue === taskQueue),
        untaken: untaken.filter((one) => one.taskQueue === taskQueue),
      });
      return {
        name: 'workers',
        outcome: isWell ? 'ok' : 'wrong',
        detail,
        ...(todo === undefined ? {} : { todo }),
      } as const;
    }),
  );
}

async function checkSearchAttributes(client: Client): Promise<Check> {
  const name = 'search attributes';
  const custom = await customAttributes(client).catch(() => undefined);
  if (!custom) return { name, outcome: 'advice', detail: 'cannot be read; `holdpoint list` reads all running threads' };
  const wanted = Object.entries(SEARCH_ATTRIBUTES);
  const other = wanted.find(([one, type]) => custom[one] !== undefined && custom[one] !== type);
  if (other) {
    const [attribute, type] = other;
    const found = typeName(custom[attribute] ?? 0);
    const detail = `${attribute} has type ${found} instead of ${typeName(type)}, so holdpoint uses none of them`;
    return {
      name,
      outcome: 'wrong',
      detail,
      todo: `Remove it with \`${temporalCommand('operator', 'search-attribute', 'remove', '--name', attribute)}\`, then run \`${holdpointCommand('setup')}\`.`,
    };
  }
  if (wanted.every(([one]) => custom[one] !== undefined)) return { name, outcome: 'ok', detail: 'registered' };
  return {
    name,
    outcome: 'advice',
    detail: 'not registered; `holdpoint list` reads all running threads',
    todo: `Register them with \`${holdpointCommand('setup')}\`.`,
  };
}

async function checkThreads(running: readonly LookedAt[], limit: number): Promise<readonly Check[]> {
  const name = 'threads';
  const troubles = (await inBatches(running, threadTroubles)).flat();
  if (troubles.length > 0) return troubles.map((trouble) => ({ name, ...trouble }));
  if (running.length === 0) return [{ name, outcome: 'ok', detail: 'none is running' }];
  const newest = running.length < limit ? '' : 'the newest ';
  return [{ name, outcome: 'ok', detail: `${newest}${running.length} running, nothing is wrong with them` }];
}

async function inBatches<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(act))));
  }
  return results;
}
