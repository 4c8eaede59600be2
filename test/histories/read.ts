/** Reads a recorded history with the timeline of today's client, without a server. */
import { Timeline, type ReadEvent } from '../../src/client/reading/timeline.ts';
import { decode, eventsOf } from './recorded.ts';

export interface ReadHistory {
  readonly timeline: Timeline;
  readonly applied: readonly ReadEvent[];
}

/** Applies the events of a history. With `count`, only the first ones. */
export async function readHistory(file: string, count = Infinity): Promise<ReadHistory> {
  const timeline = new Timeline(decode, 'run');
  const applied: ReadEvent[] = [];
  for (const event of eventsOf(file).slice(0, count)) applied.push(await timeline.apply(event));
  return { timeline, applied };
}

/** How many events a history has. */
export function countEvents(file: string): number {
  return eventsOf(file).length;
}
