/**
 * Times as an operator reads and writes them: ages, due times and durations.
 */
import { durationMs } from '../protocol/duration.ts';
import { UsageError } from './failure.ts';
import { inertLine } from './inert.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** The two largest units: `3d 4h`, `12m 5s`, `40s`, `120ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const parts: string[] = [];
  let left = ms;
  for (const [unit, size] of UNITS) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push(`${n}${unit}`);
    // Prints `3d` for `3d 0h`.
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** How long ago a time was, to the second; `-` without a time. */
export function formatAge(iso: string | undefined, now: number = Date.now()): string {
  const at = Date.parse(iso ?? '');
  if (Number.isNaN(at)) return '-';
  return now - at < 1000 ? '0s' : formatDuration(now - at);
}

/** When something is due: `in 3h`, or `2m ago` once it is past; `-` without a time. */
export function formatDue(iso: string | undefined, now: number = Date.now()): string {
  const at = Date.parse(iso ?? '');
  if (Number.isNaN(at)) return '-';
  return at >= now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`;
}

/** `2026-07-01 09:30:33`, in UTC as on the wire; `-` without a time. */
export function formatTime(iso: string | undefined): string {
  return iso === undefined || iso === '' ? '-' : iso.slice(0, 19).replace('T', ' ');
}

/** The milliseconds of an option's value such as `30s`, `2h` or `3 days`. */
export function readDuration(given: string, name: string): number {
  try {
    return durationMs(given, name);
  } catch {
    throw new UsageError(`Expected \`${name}\` to be a duration such as 30s, 2h or 3d, got ${inertLine(given)}.`);
  }
}
