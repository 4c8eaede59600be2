/**
 * What `holdpoint doctor` says about a running thread with which something is wrong (O3).
 */
import type { ThreadTrouble } from '../client/tools.ts';
import { formatDue, formatDuration } from './ages.ts';
import { holdpointCommand } from './command-line.ts';
import { lostVersionText, lostVersionTodo } from './lost-version.ts';

/** One thing that is wrong with a thread, in words. */
export interface Trouble {
  readonly outcome: 'advice' | 'wrong';
  readonly detail: string;
  readonly todo: string;
}

export function describeTrouble(trouble: ThreadTrouble): Trouble {
  const { thread } = trouble;
  const look = `See \`${holdpointCommand('show', thread)}\``;
  switch (trouble.kind) {
    case 'stuck':
      return {
        outcome: 'wrong',
        detail: `${thread} is stuck: its workflow task fails (attempt ${trouble.attempt}): ${trouble.message}`,
        todo: `Fix the worker's code, and the thread continues by itself. ${look}.`,
      };
    case 'unregistered':
      return {
        outcome: trouble.isLong ? 'wrong' : 'advice',
        detail: `${thread}: call ${trouble.id} waits for a worker that has task ${trouble.task}; next try ${formatDue(trouble.nextTryAt)}`,
        todo: `Start one on task queue ${trouble.taskQueue}. When you deploy, start workers that have a new task before code calls it.`,
      };
    case 'failing task':
      return {
        outcome: 'wrong',
        detail: `${thread}: task ${trouble.id} fails (attempt ${attemptText(trouble)}): ${trouble.message ?? 'without a message'}`,
        todo: `It is retried${nextTry(trouble)}. Fix what it needs, or cancel the thread. ${look}.`,
      };
    case 'overdue question':
      return {
        outcome: 'wrong',
        detail: `${thread}: question ${trouble.id} was due ${formatDue(trouble.expiresAt)} and is still open`,
        todo: `A running worker would have closed it: start one, or read its log. ${look}.`,
      };
    case 'lost version':
      return describeLostVersion(trouble);
    case 'unreadable':
      return {
        outcome: 'advice',
        detail: `${thread} could not be looked at: ${trouble.message}`,
        todo: 'If its values are encoded, give their data converter with `--data-converter`.',
      };
    default:
      return trouble satisfies never;
  }
}

function describeLostVersion(trouble: Extract<ThreadTrouble, { readonly kind: 'lost version' }>): Trouble {
  const { thread, lack, isWaiting } = trouble;
  const detail = `${thread} ${lostVersionText(trouble)}`;
  const todo = lostVersionTodo(trouble, thread);
  if (isWaiting) return { outcome: 'wrong', detail: `${detail}. Work of the thread waits for this version`, todo };
  if (lack !== 'no worker') return { outcome: 'wrong', detail, todo };
  // A function polls only while it is invoked. The server cannot tell it from a worker that is gone.
  return { outcome: 'advice', detail, todo: `If its workers are functions, they come with the next work. ${todo}` };
}

type FailingTask = Extract<ThreadTrouble, { readonly kind: 'failing task' }>;

function attemptText({ attempt, maximumAttempts }: FailingTask): string {
  const of = maximumAttempts ? ` of ${maximumAttempts.toLocaleString('en')}` : '';
  return `${attempt}${of}`;
}

function nextTry({ nextInMs }: FailingTask): string {
  return nextInMs === undefined ? '' : ` in ${formatDuration(nextInMs)}`;
}
