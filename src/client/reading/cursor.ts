/**
 * A cursor: a place in a run's history, as an opaque string with which another reader continues (S1).
 */

/** A place in a run's history: all events up to `event` have been read, and the first `items` items of the next one. */
export interface Position {
  /** The run that has the history. */
  readonly run: string;
  /** The id of the last event that was read; 0 before the first one. */
  readonly event: number;
  /** How many items of the next event have been yielded. */
  readonly items?: number;
}

/** One line, so that it can be the id of a server-sent event. */
export function encodeCursor({ run, event, items }: Position): string {
  return `${run}:${event}${items ? `.${items}` : ''}`;
}

/** @throws `TypeError` when the text is not a cursor. */
export function decodeCursor(cursor: string): Position {
  const match = /^([0-9a-f-]{36}):(\d+)(?:\.(\d+))?$/.exec(cursor);
  if (!match) throw new TypeError(`Expected \`from\` to be a cursor of a stream or 'start', got \`${cursor}\``);
  const place = { run: match[1]!, event: Number(match[2]) };
  return match[3] === undefined ? place : { ...place, items: Number(match[3]) };
}
