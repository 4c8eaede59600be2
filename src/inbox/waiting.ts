/**
 * Why something waits that was sent to a thread, for people who know nothing of workers.
 */
import type { Obstacle, Tools } from '../client/tools.ts';

/** How long a worker has to take what was sent. After that it is queued: it counts once a worker is up. */
export const WAIT_MS = 2_000;

/** What waits, and that it is not lost. */
const KEPT = {
  answer: 'Your answer is kept, and counts',
  reassignment: 'The question is passed on',
} as const;

/** Why something waits that was sent to a thread, and that no worker has taken in the time that it was given. */
export async function whyItIsQueued(tools: Tools, thread: string, what: keyof typeof KEPT): Promise<string> {
  // The worker has had its time.
  const obstacle = await tools.obstacle(thread, 0).catch(() => undefined);
  return whyItWaits(obstacle, what);
}

/** The sentence for a person whose answer comes second. */
export function secondAnswerText(first: string): string {
  return `${first} has answered this, and the program that asked has not taken it yet. Another answer counts only if that one does not.`;
}

/** @param obstacle What keeps the thread from taking it. Without one, its worker is only slow. */
export function whyItWaits(obstacle: Obstacle | undefined, what: keyof typeof KEPT): string {
  const kept = KEPT[what];
  switch (obstacle?.kind) {
    case 'no worker':
    case 'not taken':
    case 'lost version':
      return `The program that asked is not running at the moment. ${kept} as soon as it runs again.`;
    case 'stuck':
      return `The program that asked has a fault that somebody must fix. ${kept} after that.`;
    case undefined:
      return `The program that asked has not taken this yet. ${kept} as soon as it has.`;
    default:
      return obstacle satisfies never;
  }
}
