/**
 * `holdpoint doctor`: checks what may keep threads from continuing. Each finding says what to do.
 *
 * The exit code is 1 if something is wrong. Something optional that is missing, such as the search attributes, is advice.
 * A thread is reported as stuck only if a person must fix something (S7).
 */
import type { Health } from '../../client/tools.ts';
import { formatDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { holdpointCommand, temporalCommand } from '../command-line.ts';
import { Exit } from '../failure.ts';
import { inertLine } from '../inert.ts';
import type { Output, Style } from '../output.ts';
import { describeTrouble } from '../thread-checks.ts';
import { readCount } from '../value.ts';
import { describeQueue } from '../worker-checks.ts';

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

/** How many troubles of threads the text lists. JSON has all of them. */
const SHOWN_TROUBLES = 20;

export async function run(context: Context<DoctorOptions>): Promise<void> {
  const { out, options } = context;
  const limit = readCount(options.limit, '--limit');
  const health = await (await context.tools()).health({ limit, taskQueue: context.taskQueue });
  const checks: Check[] = [
    checkServer(health),
    checkNamespace(health),
    ...checkQueues(health),
    checkSearchAttributes(health),
    ...checkThreads(health),
  ];
  const isWell = checks.every(({ outcome }) => outcome !== 'wrong');
  out.document({ ok: isWell, checks }, () => checkLines(checks, out));
  if (!isWell) throw new Exit(1);
}

function checkLines(checks: readonly Check[], out: Output): string[] {
  const troubles = checks.filter(({ name, outcome }) => name === 'threads' && outcome !== 'ok');
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

function checkServer({ server: { version = '(version unknown)' } }: Health): Check {
  return { name: 'server', outcome: 'ok', detail: `Temporal ${version}` };
}

function checkNamespace({ namespace: { name, retentionMs } }: Health): Check {
  return {
    name: 'namespace',
    outcome: 'ok',
    detail: `${name}; ended threads are kept for ${formatDuration(retentionMs)}`,
  };
}

function checkQueues({ queues }: Health): readonly Check[] {
  if (queues.length === 0) {
    const todo = 'To check a task queue, name it with `--task-queue`.';
    return [{ name: 'workers', outcome: 'advice', detail: 'no thread runs, so no task queue is known', todo }];
  }
  return queues.map((queue) => {
    const { isWell, detail, todo } = describeQueue(queue);
    return {
      name: 'workers',
      outcome: isWell ? 'ok' : 'wrong',
      detail,
      ...(todo === undefined ? {} : { todo }),
    } as const;
  });
}

function checkSearchAttributes({ attributes }: Health): Check {
  const name = 'search attributes';
  if (!attributes)
    return { name, outcome: 'advice', detail: 'cannot be read; `holdpoint list` reads all running threads' };
  const other = attributes.find(({ type, foundType }) => foundType !== undefined && foundType !== type);
  if (other) {
    const detail = `${other.name} has type ${other.foundType} instead of ${other.type}, so holdpoint uses none of them`;
    return {
      name,
      outcome: 'wrong',
      detail,
      todo: `Remove it with \`${temporalCommand('operator', 'search-attribute', 'remove', '--name', other.name)}\`, then run \`${holdpointCommand('setup')}\`.`,
    };
  }
  if (attributes.every(({ foundType }) => foundType !== undefined))
    return { name, outcome: 'ok', detail: 'registered' };
  return {
    name,
    outcome: 'advice',
    detail: 'not registered; `holdpoint list` reads all running threads',
    todo: `Register them with \`${holdpointCommand('setup')}\`.`,
  };
}

const URGENCY = { wrong: 0, advice: 1 } as const;

function checkThreads({ threads: { count, isAll, troubles } }: Health): readonly Check[] {
  const name = 'threads';
  const found = troubles.map((trouble) => ({ name, ...describeTrouble(trouble) }));
  // The text lists the first ones.
  if (found.length > 0) return found.toSorted((a, b) => URGENCY[a.outcome] - URGENCY[b.outcome]);
  if (count === 0) return [{ name, outcome: 'ok', detail: 'none is running' }];
  return [{ name, outcome: 'ok', detail: `${isAll ? '' : 'the newest '}${count} running, nothing is wrong with them` }];
}
