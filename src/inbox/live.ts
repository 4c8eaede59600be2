/**
 * Live events: what has happened since the page looked, as server-sent events, for one person.
 *
 * W1. Each connection reads the same news. A page that comes back goes on after the last event that it has seen.
 */
import type { SentEvent } from '../web/event-stream.ts';
import type { Visitor } from './actor.ts';
import type { InboxEvent } from './api.ts';
import type { Desk } from './item.ts';
import { addressOf, listedItem, type Listing } from './items.ts';
import type { News } from './news.ts';

/** A connection ends after this time, and the page connects again: only then a person who was signed out is noticed. */
const MAX_MS = 10 * 60_000;

/** A connection for events. */
export interface LiveSettings {
  /** The id of the last event that the page has seen. */
  readonly after: string | undefined;
  readonly visitor: Visitor;
}

/** The events for a person, from this id on. */
export async function* liveEvents(
  { hub, settings }: Desk,
  { after, visitor }: LiveSettings,
  signal: AbortSignal,
): AsyncGenerator<SentEvent> {
  using _watching = hub.watch();
  const { news } = hub;
  const over = AbortSignal.any([signal, AbortSignal.timeout(MAX_MS)]);
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
  let at = after ?? news.at;
  // The headers of a response leave with its first words.
  yield sent(at, { kind: 'server', isAway: hub.isAway });
  while (!over.aborted) {
    const { next } = news;
    const entries = news.since(at);
    if (!entries) {
      at = news.at;
      yield sent(at, { kind: 'reload' });
      continue;
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

/** What a person learns of one of the news. A question that becomes somebody else's is over for him. */
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
      const ending = {
        how,
        at,
        ...(actor === undefined ? {} : { actor }),
        ...(answer === undefined ? {} : { answer }),
      };
      return item && { kind: 'closed', ...addressOf(news.question), ...ending };
    }
    default:
      return news satisfies never;
  }
}
