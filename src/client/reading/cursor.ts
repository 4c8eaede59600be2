/**
 * A cursor: a place in a run's history, as an opaque string with which another reader continues (S1).
 */

/** How far a reader has come with what a running call shows. */
export interface PreviewPlace {
  /** The id of the call. */
  readonly call: string;
  /** When its activity was scheduled, in milliseconds since 1970. */
  readonly scheduledMs: number;
  /** Its attempt. */
  readonly attempt: number;
  /** The place behind what was shown. */
  readonly place: number;
}

/** A place in a run's history: all events up to `event` have been read, and the first `items` items of the next one. */
export interface Position {
  /** The run that has the history. */
  readonly run: string;
  /** The id of the last event that was read; 0 before the first one. */
  readonly event: number;
  /** How many items of the next event have been yielded. */
  readonly items?: number;
  /** How far the reader has come with running calls, if it reads previews (P2). */
  readonly previews?: readonly PreviewPlace[];
}

/** One line, so that it can be the id of a server-sent event. */
export function encodeCursor({ run, event, items, previews = [] }: Position): string {
  const shown = previews.map(({ call, scheduledMs, attempt, place }) =>
    ['', encodeURIComponent(call.toWellFormed()).replaceAll('~', '%7E'), scheduledMs, attempt, place].join('~'),
  );
  return `${run}:${event}${items ? `.${items}` : ''}${shown.join('')}`;
}

/** @throws `TypeError` when the text is not a cursor. */
export function decodeCursor(cursor: string): Position {
  const match = /^([0-9a-f-]{36}):(\d+)(?:\.(\d+))?((?:~[^~]+~\d+~\d+~\d+)*)$/.exec(cursor);
  if (!match || !isReadable(cursor))
    throw new TypeError(`Expected \`from\` to be a cursor of a stream or 'start', got \`${cursor}\``);
  const [, run = '', event, items, shown = ''] = match;
  const previews = [...shown.matchAll(/~([^~]+)~(\d+)~(\d+)~(\d+)/g)].map(
    ([, call = '', scheduledMs, attempt, place]): PreviewPlace => ({
      call: decodeURIComponent(call),
      scheduledMs: Number(scheduledMs),
      attempt: Number(attempt),
      place: Number(place),
    }),
  );
  return {
    run,
    event: Number(event),
    ...(items === undefined ? {} : { items: Number(items) }),
    ...(previews.length > 0 ? { previews } : {}),
  };
}

/** Whether `decodeURIComponent` can read it. */
function isReadable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
