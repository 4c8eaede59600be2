/**
 * Live events: what has happened since the page looked, as server-sent events, for one person.
 *
 * W1. Each connection reads the same news. A page that comes back goes on after the last event that it has seen.
 * W3. Before something is sent, the server finds out again who looks, unless it has just done so.
 */
import { defined } from '../protocol/defined.ts';
import type { SentEvent } from '../web/event-stream.ts';
import type { Visitor } from './actor.ts';
import type { InboxEvent } from './api.ts';
import type { InboxContext } from './item.ts';
import { addressOf, listedItem, type Listing } from './items.ts';
import type { News } from './news.ts';

/** A connection ends after this time, and the page connects again. */
const MAX_MS = 10 * 60_000;

/** A connection for events. */
export interface LiveSettings {
  /** The id of the last event that the page has seen. */
  readonly after: string | undefined;
  readonly visitor: Visitor;
  /** Finds out again who looks. `undefined` if that person is not signed in any more. */
  readonly again: () => Promise<Visitor | undefined>;
}

/** The events for a person, from this id on. */
export async function* liveEvents(
  { hub, settings }: InboxContext,
  { after, visitor: first, again }: LiveSettings,
  signal: AbortSignal,
): AsyncGenerator<SentEvent> {
  using _watching = hub.watch();
  const { news } = hub;
  const over = AbortSignal.any([signal, AbortSignal.timeout(MAX_MS)]);
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
  let [visitor, askedMs] = [first, performance.now()];
  let at = after !== undefined && news.since(after) ? after : news.at;
  // The headers of a response leave with its first words.
  yield sent(at, { kind: 'server', isAway: hub.isAway });
  if (after !== undefined && at !== after) yield sent(at, { kind: 'reload' });
  while (!over.aborted) {
    const { next } = news;
    const entries = news.since(at);
    if (!entries) {
      at = news.at;
      yield sent(at, { kind: 'reload' });
      continue;
    }
    if (entries.length > 0 && performance.now() - askedMs >= settings.keepAliveMs) {
      const now = await again();
      // The page connects again, and is told that one must sign in.
      if (!now) return;
      [visitor, askedMs] = [now, performance.now()];
    }
    for (const entry of entries) {
      at = entry.id;
      const event = await eventFor(visitor, entry.news, settings);
      if (event) yield sent(at, event);
    }
    if (entries.length === 0) await Promise.race([next, ended]);
  }
}

function sent(id: string, event: InboxEvent): SentEvent {
  return { id, data: JSON.stringify(event) };
}

/** What a person learns of one of the news. A question that becomes somebody else's is over for them. */
async function eventFor(visitor: Visitor, news: News, listing: Listing): Promise<InboxEvent | undefined> {
  switch (news.kind) {
    case 'server':
      return news;
    case 'opened': {
      const item = await listedItem(news.question, visitor, listing);
      return item && { kind: 'opened', item };
    }
    case 'changed': {
      const [item, before] = await Promise.all([
        listedItem(news.question, visitor, listing),
        listedItem(news.before, visitor, listing),
      ]);
      if (item) return { kind: before ? 'changed' : 'opened', item };
      return before && { kind: 'closed', ...addressOf(news.question), how: 'passed on', at: new Date().toISOString() };
    }
    case 'closed': {
      const item = await listedItem(news.question, visitor, listing);
      const { how, at, actor, answer } = news.ending;
      return item && { kind: 'closed', ...addressOf(news.question), how, at, ...defined({ actor, answer }) };
    }
    default:
      return news satisfies never;
  }
}
