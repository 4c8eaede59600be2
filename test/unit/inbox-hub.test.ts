/** When the inbox takes the Temporal server for away (S6, W1). */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { QuestionListOptions, Tools } from '../../src/client/tools.ts';
import { Hub } from '../../src/inbox/hub.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A hub whose readings end when the test says so. */
function useHub(): { readonly hub: Hub; readonly hear: () => void; readonly end: () => void } {
  let [hear, end] = [() => {}, () => {}];
  const tools = {
    questionList: (_: unknown, { heard }: QuestionListOptions) => {
      hear = heard!;
      return { read: () => new Promise<void>((resolve) => (end = resolve)), questions: () => [] };
    },
  };
  const hub = new Hub({ tools: tools as unknown as Tools, query: undefined, notify: () => undefined });
  hub.watch();
  return { hub, hear: () => hear(), end: () => end() };
}

test('a long reading is no outage as long as the server says something (S6)', async () => {
  const { hub, hear, end } = useHub();
  const { at } = hub.news;
  for (let seconds = 0; seconds < 20; seconds += 2) {
    vi.advanceTimersByTime(2_000);
    hear();
  }
  expect(hub.isAway).toBe(false);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(hub.news.since(at)).toEqual([]);
  hub.end();
});

test('a server that says nothing is away, and back with its first word (S6)', () => {
  const { hub, hear } = useHub();
  hear();
  vi.advanceTimersByTime(3_000);
  expect(hub.isAway).toBe(true);
  hear();
  expect(hub.isAway).toBe(false);
  vi.advanceTimersByTime(3_000);
  expect(hub.isAway).toBe(true);
  hub.end();
});
