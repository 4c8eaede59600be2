/** What an answer must be: in words, and an example that fits the schema (A5). */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonCheck } from '../../src/activities/schema.ts';
import { approval } from '../../src/protocol/approval.ts';
import { exampleOf } from '../../src/protocol/schema-example.ts';
import { schemaSentence } from '../../src/protocol/schema-words.ts';
import { toJsonSchema, type AnswerSchema } from '../../src/protocol/schema.ts';
import type { JsonSchema } from '../../src/protocol/shapes.ts';

const refund = {
  type: 'object',
  properties: { order: { type: 'string' }, amount: { type: 'number' }, note: { type: 'string' } },
  required: ['order', 'amount'],
};
const node = {
  type: 'object',
  properties: { next: { $ref: '#/$defs/node' }, n: { type: 'integer' } },
  required: ['n'],
};

const cases: readonly [JsonSchema | AnswerSchema, unknown, string][] = [
  [{ type: 'boolean' }, true, 'true | false'],
  [{ type: 'string' }, 'text', 'a text'],
  [{ type: ['null', 'integer'] }, 1, 'a whole number | null'],
  [{ enum: ['low', 'high'] }, 'low', '"low" | "high"'],
  [{ const: null }, null, 'null'],
  [{}, 'text', 'anything'],
  [refund, { order: 'text', amount: 1 }, '{ order: a text, amount: a number, note?: a text }'],
  [{ properties: { a: { type: 'boolean' } } }, { a: true }, '{ a?: true | false }'],
  [{ type: 'array', items: { type: 'string' }, minItems: 2 }, ['text', 'text'], '[ a text, … ]'],
  [
    approval(),
    { type: 'approve' },
    '{ type: "approve" } or { type: "edit", args: anything } or { type: "reject", reason?: a text } or { type: "respond", text: a text }',
  ],
  [z.number().min(7).multipleOf(5), 10, 'a number, at least 7, a multiple of 5'],
  [z.number().positive().max(0.5), 0.5, 'a number, more than 0, at most 0.5'],
  [z.number().gt(1).lt(2), 1.5, 'a number, more than 1, less than 2'],
  [z.int().max(-3), -3, 'a whole number, at most -3'],
  [z.number().negative(), -1, 'a number, less than 0'],
  [z.number().min(2).max(2.4), 2, 'a number, at least 2, at most 2.4'],
  [z.string().min(6), 'text..', 'a text, at least 6 characters'],
  [z.email(), 'name@example.com', 'an e-mail address'],
  [z.iso.datetime(), '2026-07-01T09:30:00Z', 'a time, such as 2026-07-01T09:30:00Z'],
  [z.uuid(), '00000000-0000-0000-0000-000000000000', 'a UUID'],
  [z.string().nullable(), 'text', 'a text | null'],
  [z.tuple([z.string(), z.number()]), ['text', 1], '[ a text, a number ]'],
  [
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), n: z.number() }),
      z.object({ kind: z.literal('b') }),
    ]),
    { kind: 'a', n: 1 },
    '{ kind: "a", n: a number } or { kind: "b" }',
  ],
  [
    { ...refund, allOf: [{ properties: { by: { enum: ['ann'] } }, required: ['by'] }] },
    { by: 'ann', order: 'text', amount: 1 },
    '{ by: "ann", order: a text, amount: a number, note?: a text }',
  ],
  [
    { type: 'object', properties: { a: {}, b: {} }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 'text' },
    '{ a: anything, b?: anything } or { a?: anything, b: anything }',
  ],
];

test.each(cases.map(([schema, ...said]) => [toJsonSchema(schema, 'schema'), ...said] as const))(
  'of %j',
  (json, example, words) => {
    expect(exampleOf(json)).toEqual(example);
    expect(jsonCheck(json)(example)).toEqual({ value: example });
    expect(schemaSentence(json)).toBe(words);
  },
);

test.each<JsonSchema>([
  { $ref: '#/$defs/node', $defs: { node } },
  { $ref: '#/$defs/node', $defs: { node: { ...node, required: ['next', 'n'] } } },
  { $ref: '#' },
  { $ref: 'https://example.com/elsewhere' },
  { type: 'object', properties: 3, required: 'a', allOf: 1, anyOf: 'x', enum: {} },
  { type: 'array', items: { type: 'string' }, minItems: 1e9, maxItems: 1e9 },
  { type: 'string', minLength: 1e9, pattern: '^a+$' },
  { type: 'number', minimum: 'low', multipleOf: 0 },
  { enum: Array.from({ length: 1000 }, (_, i) => `choice ${i}`) },
  { type: 'object', properties: JSON.parse('{"__proto__":{"type":"string"}}') as object, required: ['toString'] },
])('words and example of a schema that refers to itself, or is malformed, are short: %j', (schema) => {
  expect(JSON.stringify(exampleOf(schema)).length).toBeLessThan(1000);
  expect(schemaSentence(schema).length).toBeLessThanOrEqual(400);
});
