/** Reads server-sent events from a body as it comes. */

export interface StreamEvent {
  readonly id?: string;
  readonly data: string;
}

/** The events of a stream that comes in pieces. A sign of life has no data, and is left out. */
export class EventReader {
  #rest = '';

  /** Takes the next piece, and returns the events that are whole. */
  read(piece: string): StreamEvent[] {
    const parts = (this.#rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    this.#rest = parts.pop() ?? '';
    return parts.flatMap(toEvent);
  }
}

function toEvent(text: string): StreamEvent[] {
  const lines = text.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line));
  const valuesOf = (name: string): string[] => lines.flatMap((line) => (line?.[1] === name ? [line[2]!] : []));
  const id = valuesOf('id').at(-1);
  const data = valuesOf('data');
  return data.length === 0 ? [] : [{ ...(id !== undefined && { id }), data: data.join('\n') }];
}
