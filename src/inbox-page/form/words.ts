/**
 * The words of a form: what its fields are called, what they expect, and what is about to be sent.
 */
import { parseJson } from '../../protocol/exact-json.ts';
import { expectation, isTyped, type TypedField } from '../../protocol/form-input.ts';
import type { Field } from '../../protocol/form.ts';
import { keysOf } from '../../protocol/json-pointer.ts';
import { keywordOf, type Choice } from '../../protocol/schema-parts.ts';
import { shortened } from '../../protocol/text.ts';
import { capital } from '../words/phrases.ts';

/** `refundAmount` and `refund_amount` as `Refund amount`. A name that is no word of a program stays. */
export function nameInWords(name: string): string {
  if (!/^[a-zA-Z][a-zA-Z0-9]*(?:[_-][a-zA-Z0-9]+)*$/.test(name)) return name;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[_\s-]+/)
    .map((word) => (/^[A-Z0-9]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ');
  return capital(words);
}

/** A place in an answer: `Items, item 1, name`. */
export function placeInWords(path: string): string {
  const names = keysOf(path).map((key) => (/^\d+$/.test(key) ? `item ${Number(key) + 1}` : nameInWords(key)));
  return names.join(', ') || 'All of it';
}

/** What a field is called, beside its place. */
export function labelOf({ title, path }: Field): string {
  if (title !== '') return title;
  const name = keysOf(path).at(-1);
  if (name === undefined) return 'Your answer';
  return /^\d+$/.test(name) ? `Item ${Number(name) + 1}` : nameInWords(name);
}

/** What a person must know to fill a field. */
export function helpOf(field: Field): string {
  const expects = isTyped(field) ? expected(field) : '';
  return [field.description, expects].filter(Boolean).join(' · ');
}

function expected(field: TypedField): string {
  // The browser's own control shows what it takes, and a field for texts and values says what it makes of them.
  if (field.kind === 'text' && (field.shape === 'date' || field.shape === 'date and time')) return '';
  if (field.kind === 'json') return field.takesText ? '' : JSON_HELP;
  const words = pageExpectation(field);
  return words === 'a text' || words === 'a number' ? '' : capital(words);
}

const JSON_HELP = 'Written as JSON: a list as ["Ann", 2], names with their values as {"name": "Ann", "count": 2}';

/** A pattern of characters says nothing to people: the description of the field does. */
function pageExpectation(field: TypedField): string {
  return expectation({ ...field, parts: field.parts.map(({ pattern: _pattern, ...part }) => part) });
}

const NEEDED = {
  line: 'a text',
  long: 'a text',
  date: 'a date, such as 2026-07-01',
  'date and time': 'a date and a time, such as 2026-07-01 09:30',
  email: 'an e-mail address',
  address: 'an address, such as https://example.com',
  number: 'a number',
  json: 'a value',
} as const;

/** What is wrong with a text that was typed into a field. */
export function typingProblem(field: TypedField, text: string): string {
  const { kind, parts } = field;
  if (text.trim() === '') return `Enter ${NEEDED[kind === 'text' ? field.shape : kind]}.`;
  const parsed = parseJson(text);
  if (kind !== 'text' && parsed.kind === 'inexact')
    return `The number ${parsed.number} has too many digits.${kind === 'json' ? ' In quotes it is sent as a text.' : ''}`;
  if (kind === 'json')
    return parsed.kind === 'not JSON' ? notJson(parsed.reason) : 'This does not have the expected form.';
  if (kind === 'number') return numberProblem(text, `Enter ${pageExpectation(field)}.`);
  const [least, most] = [keywordOf(parts, 'minLength'), keywordOf(parts, 'maxLength')];
  const { length } = Array.from(text);
  if (Number(most) < length) return `This is too long: it has ${length} characters, and may have ${String(most)}.`;
  if (Number(least) > length) return `This is too short: it needs ${String(least)} characters.`;
  if (field.shape === 'line' || field.shape === 'long') return 'This does not have the expected form.';
  return `Enter ${NEEDED[field.shape]}.`;
}

/** With a comma, only the person knows whether it parts thousands. */
function numberProblem(text: string, wanted: string): string {
  const typed = text.trim();
  if (/^[+-]?\d{1,3}(?:,\d{3})+$/.test(typed))
    return `Write ${typed.replaceAll(',', '')}, without a comma${/,.*,/.test(typed) ? '' : `, or ${typed.replace(',', '.')} with a point`}.`;
  if (/^[+-]?\d*,\d+$/.test(typed)) return `Write ${typed.replace(',', '.')}, with a point.`;
  return Number.isNaN(Number(typed)) ? `“${typed}” is not a number. ${wanted}` : wanted;
}

/** Browsers say the line of a mistake in different words. */
export function notJson(reason: string): string {
  const [, line] = /line (\d+)/.exec(reason) ?? [];
  return `This is not JSON yet: something is missing or wrong${line ? ` in line ${line}` : ''}.`;
}

/** The title of an alternative may be the words for its type. */
export function variantLabel(choice: Choice): string {
  return capital(choiceLabel(choice));
}

export function choiceLabel({ title, value }: Choice): string {
  if (title !== undefined && title !== '') return title;
  if (value === null) return 'Nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const SUMMARY_CHARACTERS = 60;

/** What is about to be sent, in a few words. */
export function summaryOf(answer: unknown): string {
  if (answer === true) return 'Send yes';
  if (answer === false) return 'Send no';
  if (typeof answer === 'string') return `Send “${shortened(answer.replace(/\s+/g, ' '), SUMMARY_CHARACTERS)}”`;
  if (typeof answer === 'number') return `Send ${answer}`;
  return 'Send the answer';
}
