/**
 * The words of a form: what its fields are called, what they expect, and what is about to be sent.
 */
import { expectation, isTyped } from '../../protocol/form-input.ts';
import type { Field } from '../../protocol/form.ts';
import { keysOf } from '../../protocol/json-pointer.ts';
import type { Choice } from '../../protocol/schema-parts.ts';
import { shortened } from '../../protocol/text.ts';
import { inertText } from '../../protocol/inert-text.ts';

/** `refundAmount` and `refund_amount` as `Refund amount`. A name that is no word of a program stays. */
export function nameInWords(name: string): string {
  if (!/^[a-zA-Z][a-zA-Z0-9]*(?:[_-][a-zA-Z0-9]+)*$/.test(name)) return inertText(name);
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[_\s-]+/)
    .map((word) => (/^[A-Z0-9]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A place in an answer: `Items, item 1, name`. */
export function placeInWords(path: string): string {
  const names = keysOf(path).map((key) => (/^\d+$/.test(key) ? `item ${Number(key) + 1}` : nameInWords(key)));
  return names.join(', ') || 'All of it';
}

/** What a field is called, beside its place. */
export function labelOf({ title, path }: Field): string {
  if (title !== '') return inertText(title);
  const name = keysOf(path).at(-1);
  if (name === undefined) return 'Your answer';
  return /^\d+$/.test(name) ? `Item ${Number(name) + 1}` : nameInWords(name);
}

/** What a person must know to fill a field. */
export function helpOf(field: Field): string {
  const { description } = field;
  const expects = isTyped(field) ? expected(field) : '';
  return [description, expects].filter(Boolean).map(inertText).join(' · ');
}

function expected(field: Field): string {
  if (!isTyped(field)) return '';
  // The browser's own control shows what it takes.
  if (field.kind === 'text' && (field.shape === 'date' || field.shape === 'date and time')) return '';
  const words = expectation(field);
  if (words === 'a text' || words === 'a number') return '';
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The title of an alternative may be the words for its type. */
export function variantLabel(choice: Choice): string {
  const label = choiceLabel(choice);
  return label.charAt(0).toUpperCase() + label.slice(1);
}

export function choiceLabel({ title, value }: Choice): string {
  if (title !== undefined && title !== '') return inertText(title);
  if (value === null) return 'Nothing';
  return inertText(typeof value === 'string' ? value : JSON.stringify(value));
}

/** What becomes of a text that may be JSON, for a field that takes both. */
export function kindOfValue(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'yes or no';
    default:
      return 'an object';
  }
}

const SUMMARY_CHARACTERS = 60;

/** What is about to be sent, in a few words. */
export function summaryOf(answer: unknown): string {
  if (answer === true) return 'Send yes';
  if (answer === false) return 'Send no';
  if (typeof answer === 'string')
    return `Send “${shortened(inertText(answer).replace(/\s+/g, ' '), SUMMARY_CHARACTERS)}”`;
  if (typeof answer === 'number') return `Send ${answer}`;
  return 'Send the answer';
}
