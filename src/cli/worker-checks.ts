/**
 * What `holdpoint doctor` says about the workers of a task queue (O3).
 */
import { PROBE_MS, type Pollers, type QueueHealth } from '../client/tools.ts';
import { formatAge, formatDuration } from './ages.ts';

export interface QueueCheck {
  readonly isWell: boolean;
  readonly detail: string;
  readonly todo?: string;
}

export function describeQueue({
  taskQueue,
  workflows,
  activities,
  untaken,
  probe,
  isOnDemand,
}: QueueHealth): QueueCheck {
  const detail = `task queue ${taskQueue}: ${pollersTexts(workflows, activities)}`;
  if (isOnDemand) return describeOnDemand(taskQueue, untaken);
  if (workflows.alive === 0 || activities.alive === 0) {
    const todo = 'Start a worker on this task queue; its threads then continue by themselves.';
    return { isWell: false, detail, todo };
  }
  const todo =
    'The workers are gone or busy: read their logs, or start another one. The threads then continue by themselves.';
  if (untaken) {
    const since = formatDuration(untaken.sinceMs);
    return {
      isWell: false,
      detail: `${detail}. Work for ${untaken.what} has waited for ${since}, and no worker takes it`,
      todo,
    };
  }
  if (!probe) return { isWell: true, detail: `${detail}; not tested, because no thread on it can be queried` };
  if (probe.isAnswered) return { isWell: true, detail: `${detail}; a worker answers` };
  const lack = `no worker answered a query of thread ${probe.thread} within ${formatDuration(PROBE_MS)}`;
  return { isWell: false, detail: `${detail}. But ${lack}`, todo };
}

function describeOnDemand(taskQueue: string, untaken: QueueHealth['untaken']): QueueCheck {
  const detail = `task queue ${taskQueue}: the server starts a worker when there is work`;
  if (!untaken) return { isWell: true, detail };
  return {
    isWell: false,
    detail: `${detail}. But work for ${untaken.what} has waited for ${formatDuration(untaken.sinceMs)}`,
    todo: 'Read the log of the function that the server invokes. If it cannot start, deploy it again; the threads then continue by themselves.',
  };
}

function pollersTexts(workflows: Pollers, activities: Pollers): string {
  const isServed = workflows.alive > 0 || activities.alive > 0;
  if (isServed) return `${pollersText('entrypoints', workflows)}; ${pollersText('tasks', activities)}`;
  const [newest] = [workflows, activities].toSorted((a, b) => (b.lastPollAt ?? '').localeCompare(a.lastPollAt ?? ''));
  return `no worker polls it, ${lastPollText(newest!)}`;
}

function pollersText(what: string, pollers: Pollers): string {
  const { alive, polls } = pollers;
  if (alive === 0) return `no worker polls for ${what}, ${lastPollText(pollers)}`;
  const listed = polls.map(({ identity, at }) => `${identity} ${formatAge(at)} ago`).join(', ');
  const caveat = alive === 1 ? '' : ' (a worker that is gone stays listed for a minute)';
  return `${what} polled by ${listed}${caveat}`;
}

/** The server forgets polls after five minutes. */
function lastPollText({ lastPollAt }: Pollers): string {
  return lastPollAt === undefined
    ? 'none did in the last five minutes'
    : `the last poll was ${formatAge(lastPollAt)} ago`;
}
