/**
 * What a text or a number must be, in words: `a whole number, at least 1`. Forms, lists and the Web UI share them.
 */
import type { JsonSchema } from './shapes.ts';
import type { TextShape } from './text-shape.ts';

/** The formats that have a word of their own, and a text that fits. */
export const FORMATS: Readonly<Record<string, { readonly words: string; readonly example: string }>> = {
  date: { words: 'a date, such as 2026-07-01', example: '2026-07-01' },
  'date-time': { words: 'a time, such as 2026-07-01T09:30:00Z', example: '2026-07-01T09:30:00Z' },
  time: { words: 'a time of day, such as 09:30:00Z', example: '09:30:00Z' },
  email: { words: 'an e-mail address', example: 'name@example.com' },
  uri: { words: 'an address, such as https://example.com', example: 'https://example.com' },
  url: { words: 'an address, such as https://example.com', example: 'https://example.com' },
  uuid: { words: 'a UUID', example: '00000000-0000-0000-0000-000000000000' },
};

/** A longer pattern says nothing to a person. */
const MAX_PATTERN_CHARACTERS = 80;

/** @param shape How it is typed, in a form: a time may be one of the person's own clock. */
export function textExpectation({ format, pattern, minLength, maxLength }: JsonSchema, shape?: TextShape): string {
  const known = typeof format === 'string' ? (FORMATS[format]?.words ?? (format && `a text (${format})`)) : '';
  return [
    known || 'a text',
    ...(shape === 'date and time' ? ['or 2026-07-01 09:30 by your clock'] : []),
    ...(isBound(minLength) && minLength > 0 ? [`at least ${characters(minLength)}`] : []),
    ...(isBound(maxLength) ? [`at most ${characters(maxLength)}`] : []),
    // A schema library adds the pattern that its formats stand for.
    ...(isReadable(pattern) && !known ? [`matching ${pattern}`] : []),
  ].join(', ');
}

function isReadable(pattern: unknown): pattern is string {
  return typeof pattern === 'string' && pattern !== '' && pattern.length <= MAX_PATTERN_CHARACTERS;
}

function characters(count: number): string {
  return `${count} character${count === 1 ? '' : 's'}`;
}

const BOUNDS = [
  ['minimum', 'at least'],
  ['exclusiveMinimum', 'more than'],
  ['maximum', 'at most'],
  ['exclusiveMaximum', 'less than'],
  ['multipleOf', 'a multiple of'],
] as const;

export function numberExpectation(schema: JsonSchema, isInteger: boolean): string {
  const bounds = BOUNDS.flatMap(([keyword, words]) => {
    const bound = schema[keyword];
    return isBound(bound) ? [`${words} ${bound}`] : [];
  });
  return [isInteger ? 'a whole number' : 'a number', ...bounds].join(', ');
}

/** Whether a keyword limits anything: zod writes the largest safe integer where a schema sets no limit. */
function isBound(bound: unknown): bound is number {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}
