/** How the page says times: ages, spans and moments, in the time zone of the person who looks. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS: readonly { readonly ms: number; readonly name: string; readonly short: string }[] = [
  { ms: 365 * DAY, name: 'year', short: 'y' },
  { ms: 30 * DAY, name: 'month', short: 'mo' },
  { ms: 7 * DAY, name: 'week', short: 'w' },
  { ms: DAY, name: 'day', short: 'd' },
  { ms: HOUR, name: 'hour', short: 'h' },
  { ms: MINUTE, name: 'minute', short: 'min' },
];

/** A span in words, rounded down to its largest unit: `3 hours`. */
export function span(ms: number): string {
  const step = STEPS.find((one) => ms >= one.ms);
  if (!step) return 'less than a minute';
  return counted(Math.floor(ms / step.ms), step.name);
}

/** The same for a narrow column: `3 h`. */
export function shortSpan(ms: number): string {
  const step = STEPS.find((one) => ms >= one.ms);
  return step ? `${Math.floor(ms / step.ms)} ${step.short}` : 'now';
}

/** A span of which seconds matter: `2.4 s`, `45 s`, else as in {@link span}. */
export function fineSpan(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < MINUTE ? `${Math.round(ms / 1000)} s` : shortSpan(ms);
}

/** `1 item`, `2 items`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** How long ago: `just now`, `3 hours ago`. A clock that is ahead is no reason to speak of the future. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  return ms < MINUTE ? 'just now' : `${span(ms)} ago`;
}

/** The start of the day that holds `at`, moved by days. A day is not always 24 hours long. */
export function dayStart(at: number, days = 0): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** English, with the person's own way to write a time where their language is English. */
function locale(): string {
  const own = globalThis.navigator?.language ?? '';
  return own.startsWith('en') ? own : 'en-GB';
}

function timeOf(date: Date): string {
  return date.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
}

/** A moment as one says it: `17:00`, `tomorrow at 09:00`, `Fri 27 Nov at 17:00`. */
export function moment(at: string, now: number): string {
  const date = new Date(at);
  const time = timeOf(date);
  const day = dayStart(date.getTime());
  if (day === dayStart(now)) return time;
  if (day === dayStart(now, 1)) return `tomorrow at ${time}`;
  if (day === dayStart(now, -1)) return `yesterday at ${time}`;
  const isNear = Math.abs(date.getTime() - now) < 180 * DAY;
  const year = isNear ? {} : ({ year: 'numeric' } as const);
  return `${date.toLocaleDateString(locale(), { weekday: 'short', day: 'numeric', month: 'short', ...year })} at ${time}`;
}

/** Like {@link moment}, but from the day after tomorrow on the day alone. */
function dayOrTime(at: string, now: number): string {
  return Date.parse(at) < dayStart(now, 2) ? moment(at, now) : moment(at, now).replace(/ at .*/, '');
}

/** The whole moment, for a tooltip. */
export function exactly(at: string): string {
  return new Date(at).toLocaleString(locale(), { dateStyle: 'full', timeStyle: 'long' });
}

/** How an item's due time reads in the list: `Overdue 2 h`, `Due 17:00`, `Due tomorrow at 09:00`. */
export function dueText(dueAt: string, now: number): string {
  const late = now - Date.parse(dueAt);
  if (late < 0) return `Due ${dayOrTime(dueAt, now)}`;
  return late < MINUTE ? 'Due now' : `Overdue ${shortSpan(late)}`;
}
