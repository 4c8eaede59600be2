/**
 * What keeps a thread from going on, as far as the server can tell: a workflow task that fails, or one that no worker takes.
 *
 * Whoever acts on such a thread is told (O3): the server takes the answer or the cancellation, and nothing happens.
 */
import type { Obstacle } from '../client/tools.ts';
import { formatDuration } from './ages.ts';
import { holdpointCommand, temporalCommand } from './command-line.ts';
import type { Context } from './context.ts';
import { inertLine } from './inert.ts';

/** What it is, and what to do about it. */
export function obstacleSentence(obstacle: Obstacle, thread: string): string {
  switch (obstacle.kind) {
    case 'stuck':
      return `Thread ${thread} is stuck: its workflow task fails and is retried (attempt ${obstacle.attempt}): ${obstacle.message}. It goes on by itself once the worker's code is fixed; see \`${holdpointCommand('show', thread)}\`.`;
    case 'no worker':
      return `No worker polls task queue ${obstacle.taskQueue}, which thread ${thread} needs. It goes on by itself once one is started.`;
    case 'not taken':
      return `No worker has taken the workflow task of thread ${thread} for ${formatDuration(obstacle.sinceMs)}: the workers of task queue ${obstacle.taskQueue} are gone or busy. It goes on by itself once one takes it.`;
    default:
      return obstacle satisfies never;
  }
}

export interface Requested {
  /** What was requested, as a sentence. */
  readonly sentence: string;
  /** What it is, in a sentence about what keeps it from being carried out. */
  readonly what: string;
}

/** Prints that something was requested of a thread, and what keeps it from being carried out. */
export async function printRequested(context: Context, { sentence, what }: Requested): Promise<void> {
  const [thread = ''] = context.args;
  const tools = await context.tools();
  const obstacle = await tools.obstacle(thread).catch(() => undefined);
  context.out.document({ thread, outcome: 'requested', ...(obstacle ? { obstacle } : {}) }, () => [
    sentence,
    ...(obstacle
      ? [
          inertLine(obstacleSentence(obstacle, thread)),
          `Until then ${what} waits: the server has it on record. To end the thread at once, without its worker: ${temporalCommand('workflow', 'terminate', '-w', thread)}`,
        ]
      : []),
  ]);
}
