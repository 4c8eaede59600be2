/**
 * JSON whose numbers are exact. `JSON.parse` silently rounds a number that a double cannot hold.
 *
 * A number is exact if JSON writes the same decimal for it: `1e2` and `100.00` are exact, `12345678901234567890` and `1e400`
 * are not. Only the text shows it; the parsed number does not (O1).
 */
import { messageOf } from './thrown.ts';

export type ParsedJson =
  | { readonly kind: 'value'; readonly value: unknown }
  /** The text is JSON, but this number would arrive as a different one. */
  | { readonly kind: 'inexact'; readonly number: string }
  | { readonly kind: 'not JSON'; readonly reason: string };

export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'not JSON', reason: messageOf(error) };
  }
  const number = findInexact(text);
  return number === undefined ? { kind: 'value', value } : { kind: 'inexact', number };
}

/** Says what a number that is not exact would become. */
export function inexactProblem(number: string): string {
  return `JSON cannot hold the number ${number}: it would arrive as ${JSON.stringify(Number(number))}`;
}

/** In JSON, whatever starts like a number outside of a string is a number. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;

/** The first number of a JSON text that is not exact. */
function findInexact(json: string): string | undefined {
  for (const [token] of json.matchAll(STRING_OR_NUMBER)) if (!token.startsWith('"') && !isExact(token)) return token;
  return undefined;
}

function isExact(number: string): boolean {
  const value = Number(number);
  return Number.isFinite(value) && decimal(number) === decimal(String(value));
}

/** The one spelling of a value: its significant digits and a power of ten. */
function decimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`;
  let first = 0;
  while (digits[first] === '0') first += 1;
  if (first === digits.length) return '0';
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return `${sign}${digits.slice(first, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
