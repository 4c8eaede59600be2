/**
 * A length of time: milliseconds, or a number with a unit.
 */

type Short = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';
type Long = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week';

/** Milliseconds, or text such as '3s', '90 minutes', '1 day'. */
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

/** The milliseconds of a duration. */
export function durationMs(duration: Duration, name: string): number {
  const ms = typeof duration === 'number' ? duration : textMs(duration);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new TypeError(
    `Expected \`${name}\` to be milliseconds or text such as '3s' or '90 minutes', got \`${duration}\` (${typeof duration})`,
  );
}

function textMs(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text) ?? [];
  // `s` and `ms` are no plurals, so the unit is looked up as it stands first.
  return Number(amount) * (UNIT_MS[unit] ?? UNIT_MS[unit.replace(/s$/, '')] ?? Number.NaN);
}
