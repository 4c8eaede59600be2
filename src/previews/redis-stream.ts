/**
 * The Redis stream of a run: its key and its entries.
 *
 * An entry has the random id of its take, and either a piece, encoded by the worker, or the sign that the take has ended.
 */
import type { Preview } from '../protocol/preview.ts';
import type { PreviewRun } from './transport.ts';

/** The fields of an entry. */
export type EntryFields = { take: string; piece: string } | { take: string; ended: '1' };

/** An entry, as it is read. */
export interface Entry {
  readonly id: string;
  readonly message: Readonly<Record<string, string>>;
}

/** The key of a run's stream. Its parts are escaped, so that no other run has it. */
export function keyOf(prefix: string, { namespace, thread, run }: PreviewRun): string {
  return [prefix, ...[namespace, thread, run].map(encodeURIComponent)].join(':');
}

/** Whether the entry with the one id comes before that with the other id. */
export function isBefore(one: string, other: string): boolean {
  const [ms = 0, count = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return (ms - otherMs || count - otherCount) < 0;
}

/** The encoded pieces of takes that have not ended, as far as the entries say. */
export function runningPieces(entries: readonly Entry[]): readonly string[] {
  const ended = new Set(entries.flatMap(({ message: { take, ended: end } }) => (end === undefined ? [] : [take])));
  return piecesOf(entries.filter(({ message }) => !ended.has(message['take'])));
}

/** The encoded pieces. */
export function piecesOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ message: { piece } }) => (piece === undefined ? [] : [piece]));
}

/** Whether a decoded value is a piece: others may have written to the stream. */
export function isPreview(value: unknown): value is Preview {
  const { call, scheduledMs, attempt, begin, from, parts } = (value ?? {}) as Partial<Record<keyof Preview, unknown>>;
  const places = [scheduledMs, attempt, begin, from];
  return typeof call === 'string' && places.every((place) => typeof place === 'number') && Array.isArray(parts);
}
