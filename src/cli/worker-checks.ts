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

export function describeQueue({ taskQueue, workflows, activities, untaken, probe }: QueueHealth): QueueCheck {
  const detail = `${taskQueue}: for entrypoints ${pollersText(workflows)}; for tasks ${pollersText(activities)}`;
  if (workflows.alive === 0 || activities.alive === 0) {
    const todo = 'Start a worker on it, or look why the one that was there is gone; its threads go on by themselves.';
    return { isWell: false, detail, todo };
  }
  const todo = 'Its workers are gone, or busy: look at their logs, or start one. Its threads go on by themselves.';
  if (untaken) {
    const since = formatDuration(untaken.sinceMs);
    return {
      isWell: false,
      detail: `${detail}. Work for ${untaken.what} waits for ${since}, and nobody takes it`,
      todo,
    };
  }
  if (!probe) return { isWell: true, detail: `${detail}. No thread that could be asked runs on it` };
  if (probe.isAnswered) return { isWell: true, detail: `${detail}; it answers` };
  const lack = `none has answered within ${formatDuration(PROBE_MS)} for thread ${probe.thread}`;
  return { isWell: false, detail: `${detail}. But ${lack}`, todo };
}

function pollersText({ alive, lastPollAt, polls }: Pollers): string {
  if (alive > 0) {
    const listed = polls.map(({ identity, at }) => `${identity} polled ${formatAge(at)} ago`).join(', ');
    return alive === 1 ? listed : `${alive} (${listed}; one that is gone is listed for a minute)`;
  }
  return lastPollAt === undefined
    ? 'nobody polls, or did within five minutes'
    : `nobody polls, the last poll was ${formatAge(lastPollAt)} ago`;
}
