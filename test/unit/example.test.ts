/** What the Web UI says about an answer: an example that fits the question's schema, and its description in words (A5). */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonCheck } from '../../src/activities/schema.ts';
import { approval } from '../../src/protocol/approval.ts';
import { describeSchema } from '../../src/protocol/describe-schema.ts';
import { exampleOf } from '../../src/protocol/example.ts';
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
  [{ type: 'boolean' }, true, 'true or false'],
  [{ type: 'string' }, 'text', 'text'],
  [{ type: ['null', 'integer'] }, 1, 'a whole number or null'],
  [{ enum: ['low', 'high'] }, 'low', '"low" or "high"'],
  [{ const: null }, null, 'null'],
  [{}, 'text', 'anything'],
  [refund, { order: 'text', amount: 1 }, 'an object with order (text), amount (a number), note (text, optional)'],
  [{ properties: { a: { type: 'boolean' } } }, { a: true }, 'an object with a (true or false, optional)'],
  [{ type: 'array', items: { type: 'string' }, minItems: 2 }, ['text', 'text'], 'a list of: text'],
  [
    approval(),
    { type: 'approve' },
    'an object with type ("approve", "edit", "reject" or "respond"); if type is "edit", args (anything); if type is "reject", reason (text, optional); if type is "respond", text (text)',
  ],
  [z.number().min(7).multipleOf(5), 10, 'a number from 7'],
  [z.number().positive().max(0.5), 0.5, 'a number over 0 to 0.5'],
  [z.number().gt(1).lt(2), 1.5, 'a number over 1 under 2'],
  [z.int().max(-3), -3, 'a whole number to -3'],
  [z.number().negative(), -1, 'a number under 0'],
  [z.number().min(2).max(2.4), 2, 'a number from 2 to 2.4'],
  [z.string().min(6), 'text..', 'text min. length 6'],
  [z.email(), 'name@example.com', 'text (email)'],
  [z.iso.datetime(), '2026-01-31T12:00:00Z', 'text (date-time)'],
  [z.uuid(), '00000000-0000-0000-0000-000000000000', 'text (uuid)'],
  [z.string().nullable(), 'text', 'text or null'],
  [z.tuple([z.string(), z.number()]), ['text', 1], 'a list'],
  [
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), n: z.number() }),
      z.object({ kind: z.literal('b') }),
    ]),
    { kind: 'a', n: 1 },
    'an object with kind ("a"), n (a number) or an object with kind ("b")',
  ],
  [
    { ...refund, allOf: [{ properties: { by: { enum: ['ann'] } }, required: ['by'] }] },
    { by: 'ann', order: 'text', amount: 1 },
    'an object with by ("ann"), order (text), amount (a number), note (text, optional)',
  ],
  [
    { type: 'object', properties: { a: {}, b: {} }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 'text' },
    'an object with a (anything), b (anything, optional) or an object with a (anything, optional), b (anything)',
  ],
];

test.each(cases.map(([schema, ...said]) => [toJsonSchema(schema, 'schema'), ...said] as const))(
  'of %j',
  (json, example, words) => {
    expect(exampleOf(json)).toEqual(example);
    expect(jsonCheck(json)(example)).toEqual({ value: example });
    expect(describeSchema(json)).toBe(words);
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
])('of an endless or malformed schema, both are short: %j', (schema) => {
  expect(JSON.stringify(exampleOf(schema)).length).toBeLessThan(1000);
  expect(describeSchema(schema).length).toBeLessThanOrEqual(400);
});
