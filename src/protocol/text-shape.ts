/**
 * How a text is entered: in a line, in a box of several lines, or as a date. The schema decides, or the text to start with.
 */
import { keywordOf, textOf } from './schema-parts.ts';
import type { JsonSchema } from './shapes.ts';

export type TextShape = 'line' | 'long' | 'date' | 'date and time' | 'email' | 'address';

const FORMAT_SHAPES: Readonly<Record<string, TextShape>> = {
  date: 'date',
  'date-time': 'date and time',
  email: 'email',
  uri: 'address',
  url: 'address',
  markdown: 'long',
  html: 'long',
  multiline: 'long',
  textarea: 'long',
};

/** A text that may be longer gets several lines. */
const LINE_CHARACTERS = 120;
/** A text to start with that is longer than a line of a phone gets several lines. */
const START_CHARACTERS = 60;

interface TextPlace {
  /** Where it is in the answer. */
  readonly names: readonly string[];
  readonly start: unknown;
}

export function textShape(parts: readonly JsonSchema[], { names, start }: TextPlace): TextShape {
  const format = textOf(parts, 'format');
  const known = FORMAT_SHAPES[format];
  if (known) return known;
  const isLongStart = typeof start === 'string' && (start.length > START_CHARACTERS || start.includes('\n'));
  if (isLongStart) return 'long';
  if (format !== '' || textOf(parts, 'pattern') !== '') return 'line';
  const limit = keywordOf(parts, 'maxLength');
  if (typeof limit === 'number') return limit > LINE_CHARACTERS ? 'long' : 'line';
  // A whole answer in words.
  return names.length === 0 ? 'long' : 'line';
}

const LOCAL_TIME = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*$/;

/** A time by the person's own clock as ISO 8601 in UTC. Another text stays as it is. */
export function fromLocalTime(text: string): string {
  const [, date, time] = LOCAL_TIME.exec(text) ?? [];
  const at = new Date(`${date}T${time}`);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

/** A time by the person's own clock, as a page's input takes it. Another text stays as it is. */
export function toLocalTime(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  return at.getUTCSeconds() === 0 ? local.slice(0, 16) : local.slice(0, 19);
}
