/**
 * What keeps a thread from continuing, as far as the server knows: a workflow task that fails, one that no worker takes, or
 * a worker version without a worker.
 *
 * The server accepts an answer or a cancellation for such a thread, and then nothing happens. The command says why (O3).
 */
import type { Obstacle } from '../client/tools.ts';
import { formatDuration } from './ages.ts';
import { holdpointCommand, temporalCommand } from './command-line.ts';
import type { Context } from './context.ts';
import { inertLine } from './inert.ts';
import { lostVersionText, lostVersionTodo } from './lost-version.ts';

/** The obstacle and what to do about it, in words. */
export function obstacleSentence(obstacle: Obstacle, thread: string): string {
  switch (obstacle.kind) {
    case 'stuck':
      return `Thread ${thread} is stuck: its workflow task fails and is retried (attempt ${obstacle.attempt}): ${obstacle.message}. Fix the worker's code, and the thread continues by itself. For the whole message: \`${holdpointCommand('show', thread)}\`.`;
    case 'no worker':
      return `No worker polls task queue ${obstacle.taskQueue} of thread ${thread}. Start one, and the thread continues by itself.`;
    case 'not taken':
      return `No worker has taken the workflow task of thread ${thread} for ${formatDuration(obstacle.sinceMs)}: the workers of task queue ${obstacle.taskQueue} are gone or busy. Start one, and the thread continues by itself.`;
    case 'lost version':
      return `Thread ${thread} ${lostVersionText(obstacle)}. ${lostVersionTodo(obstacle, thread)}`;
    default:
      return obstacle satisfies never;
  }
}

/** Prints a sentence about a request that was sent to the thread, and what keeps the thread from carrying it out. */
export async function printRequested(context: Context, sentence: string): Promise<void> {
  const [thread = ''] = context.args;
  const tools = await context.tools();
  const obstacle = await tools.obstacle(thread).catch(() => undefined);
  context.out.document({ thread, outcome: 'requested', ...(obstacle ? { obstacle } : {}) }, () => [
    sentence,
    ...(obstacle
      ? [
          inertLine(obstacleSentence(obstacle, thread)),
          `Until then the server keeps the request. To end the thread now, without a worker: ${temporalCommand('workflow', 'terminate', '-w', thread)}`,
        ]
      : []),
  ]);
}
