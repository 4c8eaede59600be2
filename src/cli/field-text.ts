/**
 * The words of a prompt: the name of a field and what it expects, a choice, the question for one more item.
 */
import { expectation, isTyped } from '../protocol/form-input.ts';
import type { Field } from '../protocol/form.ts';
import type { Choice } from '../protocol/schema-parts.ts';
import { inertLine } from './inert.ts';
import { asText } from './question.ts';

/** `args.amount: Amount (in euros; a whole number, at least 1; optional)`. */
export function fieldText(field: Field): string {
  const { name, title, description, isRequired } = field;
  const typed = isTyped(field) ? expectation(field) : '';
  const notes = [description, typed === 'a text' ? '' : typed, isTyped(field) && !isRequired ? 'optional' : ''];
  const isNamed = title === '' || title === name;
  const label = `${name || 'Your answer'}${isNamed ? '' : `: ${title}`}`;
  const about = notes.filter(Boolean).join('; ');
  return inertLine(about ? `${label} (${about})` : label);
}

/** A choice by its title or, without one, by its value. */
export function choiceText({ title, value }: Choice): string {
  return inertLine(title ?? asText(value));
}

/** Asks for one more item of a list that has `count` items so far. @param field The text of the list's field. */
export function anotherText(count: number, field: string): string {
  return count === 0 ? `Add an item to ${field}?` : `Add another item to ${field}? ${count} so far.`;
}
