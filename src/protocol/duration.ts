/**
 * A length of time: milliseconds, or a number with a unit as text (R10).
 */
import { refusedOption } from './refused-options.ts';

type Short = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';
type Long = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week';

/** A length of time: milliseconds, or text such as '3s', '90 minutes' or '1 day'. */
export type Duration = number | `${number}${Short}` | `${number} ${Long | `${Long}s` | Short}`;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** The longest time of a timer, in milliseconds: Node fires one with a longer time at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The current time plus a longer duration would not fit into a `Date`. */
const MAX_MS = 8e15;
const EXPECTED = "milliseconds from 0 to 8e15, or text such as '3s', '90 minutes' or '2 days'";

/**
 * The milliseconds of a duration.
 *
 * @throws `TypeError` if it is not a duration.
 */
export function durationMs(duration: unknown, name: string): number {
  const ms = toMs(duration);
  if (isInRange(ms)) return ms;
  throw refusedOption(`\`${name}\``, EXPECTED, duration);
}

/**
 * A deadline on the wire: milliseconds after the start, or a time as ISO 8601.
 *
 * @throws `TypeError` if it is neither a duration nor a date.
 */
export function resolveDeadline(deadline: unknown, name: string): number | string {
  if (isDate(deadline)) return deadline.toISOString();
  const ms = toMs(deadline);
  if (isInRange(ms)) return ms;
  throw refusedOption(`\`${name}\``, `${EXPECTED}, or a date such as new Date('2026-12-24')`, deadline);
}

/** A text that Temporal accepts as a duration: it knows more units than we do, and needs none. */
const TEMPORAL_TEXT =
  /^(?:\d+)?\.?\d+ *(?:milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i;

/** @throws `TypeError` if Temporal cannot read the duration. Temporal itself would fail only where it is used. */
export function assertTemporalDuration(duration: unknown, what: string): void {
  if (typeof duration === 'string' ? TEMPORAL_TEXT.test(duration) : isInRange(toMs(duration))) return;
  throw refusedOption(what, EXPECTED, duration);
}

/** Returns `NaN` if it is not a duration. */
function toMs(duration: unknown): number {
  if (typeof duration === 'number') return duration;
  return typeof duration === 'string' ? textMs(duration) : Number.NaN;
}

function isInRange(ms: number): boolean {
  return ms >= 0 && ms <= MAX_MS;
}

/** Whether a value is a valid `Date`, of any realm. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]' && !Number.isNaN((value as Date).getTime());
}

function textMs(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text) ?? [];
  // First as it is written: `s` and `ms` are not plurals.
  return Number(amount) * (UNIT_MS[unit] ?? UNIT_MS[unit.replace(/s$/, '')] ?? Number.NaN);
}
