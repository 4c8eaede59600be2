/** The words of the prompts that ask for an answer. */
import { expect, test } from 'vitest';
import { anotherText, choiceText, fieldText } from '../../src/cli/field-text.ts';
import { readSchema } from '../../src/cli/schema-reader.ts';
import { readForm } from '../../src/protocol/form.ts';
import type { JsonSchema } from '../../src/protocol/shapes.ts';

function texts(schema: JsonSchema): string[] {
  return readForm(readSchema(schema), { entries: new Map() }).fields.map(fieldText);
}

test('a field has its name, its title, and what it expects', () => {
  const amount = { type: 'integer', minimum: 1, title: 'Amount', description: 'in euros' };
  const schema = {
    type: 'object',
    required: ['amount', 'why', 'ok', 'level'],
    properties: {
      amount,
      why: { type: 'string', title: 'why' },
      note: { type: 'string' },
      ok: { type: 'boolean', description: 'Is it right?' },
      level: { enum: ['low', 'high'] },
      extra: {},
    },
  };
  expect(texts(schema)).toEqual([
    'amount: Amount (in euros; a whole number, at least 1)',
    'why',
    'note (optional)',
    'ok (Is it right?)',
    'level',
    'extra (JSON, or a text; optional)',
  ]);
});

test('an answer of one value has no name', () => {
  expect(texts({ type: 'string' })).toEqual(['Your answer']);
  expect(texts({ type: 'number', minimum: 0 })).toEqual(['Your answer (a number, at least 0)']);
});

test('what a workflow wrote does not control the terminal', () => {
  expect(texts({ type: 'string', title: 'Pay\u001b[2J', description: 'two\nlines' })).toEqual([
    String.raw`Your answer: Pay\x1b[2J (two ↵ lines)`,
  ]);
  expect(choiceText({ value: 'a\u0007' })).toBe(String.raw`a\x07`);
});

test('a choice has its title, or its value as JSON', () => {
  expect(choiceText({ value: 2, title: 'double' })).toBe('double');
  expect(choiceText({ value: 'low' })).toBe('low');
  expect(choiceText({ value: null })).toBe('null');
  expect(choiceText({ value: { a: 1 } })).toBe('{"a":1}');
});

test('a list says how many items it has', () => {
  expect(anotherText(0, 'stops')).toBe('Add an item to stops?');
  expect(anotherText(2, 'stops')).toBe('Add another item to stops? 2 so far.');
});
