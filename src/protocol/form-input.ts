/**
 * The text that a person types into a field of a form: what is expected, and which entry the text is (O2).
 */
import { numberExpectation, textExpectation } from './expectation.ts';
import { inexactProblem, parseJson } from './exact-json.ts';
import type { Entry, Field } from './form.ts';
import { keywordOf, type SchemaReader } from './schema-parts.ts';
import type { JsonSchema } from './shapes.ts';
import { fromLocalTime, toLocalTime } from './text-shape.ts';

export type Input = Entry | { readonly kind: 'refused'; readonly problem: string };

/** A field that is filled by typing. */
export type TypedField = Field & { readonly kind: 'text' | 'number' | 'json' };

export function isTyped(field: Field): field is TypedField {
  return field.kind === 'text' || field.kind === 'number' || field.kind === 'json';
}

/** How a text is typed. */
export interface Typing {
  /** Whether a text is what was typed, letter by letter. On a terminal, one in quotes is JSON, which has new lines. */
  readonly isLiteral?: boolean;
}

/** Reads a typed text as an entry. An empty text leaves an optional field out, unless the field started with the empty text. */
export function readInput(reader: SchemaReader, field: TypedField, text: string, typing: Typing = {}): Input {
  if (text.trim() === '' && !startsEmpty(field)) {
    if (!field.isRequired) return { kind: 'left out' };
    // A schema that says so takes the empty text.
    if (typing.isLiteral && field.kind === 'text' && keywordOf(field.parts, 'minLength') === 0)
      return checkedValue(reader, field, text);
    return refused(EMPTY[field.kind]);
  }
  const read = READERS[field.kind](field, text, typing);
  return read.kind === 'given' ? checkedValue(reader, field, read.value) : read;
}

/** The value as the entry of a field that is typed. */
export function checkedValue(reader: SchemaReader, field: TypedField, value: unknown): Read {
  const problems = field.parts.flatMap((part) => reader.check(part, value));
  if (problems.length === 0) return given(value);
  const expected = expectation(field);
  // `expected` already says which type is wanted.
  const details = problems.filter(({ message }) => !message.startsWith('Instance type'));
  const reasons = [...new Set(details.map(({ path, message }) => (path ? `${path}: ${message}` : message)))].join(' ');
  return refused(`Expected ${expected}${reasons ? `: ${reasons}` : '.'}`);
}

const EMPTY = {
  text: 'Expected a text. The empty text is written "".',
  number: 'Expected a number.',
  json: 'Expected a value, as JSON. The empty text is written "".',
} as const;

type Read = Exclude<Input, { readonly kind: 'left out' }>;

const READERS: Readonly<Record<TypedField['kind'], (field: TypedField, text: string, typing: Typing) => Read>> = {
  /** A text is typed without quotes. In quotes it is JSON, and may have new lines or be empty. */
  text: (field, text, { isLiteral = false }) => {
    if (field.kind === 'text' && field.shape === 'date and time') return given(fromLocalTime(text));
    if (isLiteral) return given(text);
    const parsed = /^".*"$/s.test(text) ? parseJson(text) : undefined;
    return given(parsed?.kind === 'value' && typeof parsed.value === 'string' ? parsed.value : text);
  },
  number: (field, text) => {
    const parsed = parseJson(asJsonNumber(text));
    if (parsed.kind === 'inexact') return refused(`${inexactProblem(parsed.number)}.`);
    if (parsed.kind === 'value' && typeof parsed.value === 'number') return given(parsed.value);
    return refused(`Expected ${expectation(field)}, got ${text.trim()}.`);
  },
  json: (field, text, { isLiteral = false }) => {
    const parsed = parseJson(text);
    if (parsed.kind === 'inexact') return refused(`${inexactProblem(parsed.number)}. A text is written in quotes.`);
    if (parsed.kind === 'value') return given(parsed.value);
    // On a page, one sees as what it is sent.
    const isText = field.kind === 'json' && field.takesText && (isLiteral || !/^\s*[[{"]/.test(text));
    return isText ? given(text) : refused(`Expected JSON: ${parsed.reason}.`);
  },
};

/** People write `.5`, `+5` and `05` too. */
function asJsonNumber(text: string): string {
  return text
    .trim()
    .replace(/^\+(?=[\d.])/, '')
    .replace(/^(-?)0*(?=\d)/, '$1')
    .replace(/^-?(?=\.\d)/, '$&0');
}

function given(value: unknown): Read {
  return { kind: 'given', value };
}

function refused(problem: string): Read & { readonly kind: 'refused' } {
  return { kind: 'refused', problem };
}

/** The text that a field starts with: its start value, as a person would type it. */
export function startText(field: TypedField, { isLiteral = false }: Typing = {}): string {
  const { kind, start } = field;
  if (start === undefined) return '';
  // What is no number or no JSON is shown as it was typed.
  const isPlain = (text: string): boolean =>
    kind === 'number' || (kind === 'json' && field.takesText && parseJson(text).kind === 'not JSON');
  if (isLiteral && typeof start === 'string' && isPlain(start)) return start;
  if (kind !== 'text' || typeof start !== 'string')
    return isLiteral && kind === 'json' ? JSON.stringify(start, null, 2) : JSON.stringify(start);
  if (isLiteral) return field.shape === 'date and time' ? toLocalTime(start) : start;
  // As JSON, if the text would be read differently without quotes, or has more than one line.
  return /^".*"$|\n/s.test(start) ? JSON.stringify(start) : start;
}

function startsEmpty({ kind, start }: TypedField): boolean {
  return kind === 'text' && start === '';
}

/** What is expected in a field, in words: `a whole number, at least 1`. */
export function expectation(field: TypedField): string {
  switch (field.kind) {
    case 'text':
      return textExpectation(firstOf(field.parts), field.shape);
    case 'number':
      return numberExpectation(firstOf(field.parts), field.isInteger);
    case 'json':
      return field.takesText ? 'JSON, or a text' : 'JSON';
    default:
      return field satisfies never;
  }
}

/** All keywords of the parts; the first part that has a keyword decides. */
function firstOf(parts: readonly JsonSchema[]): JsonSchema {
  return Object.assign({}, ...parts.toReversed()) as JsonSchema;
}
