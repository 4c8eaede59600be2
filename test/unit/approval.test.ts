/** The schema of a decision: its two halves agree, and a refusal says what is wrong (A5). */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonCheck } from '../../src/activities/schema.ts';
import { approval } from '../../src/protocol/approval.ts';
import { describeProblems, makeParse, toJsonSchema, type AnswerSchema, type Check } from '../../src/protocol/schema.ts';

/** What each half says: `ok`, or the problems. */
function ask(schema: AnswerSchema, decision: unknown): readonly [json: string, own: string] {
  const say = (check: Check): string => {
    const checked = check(decision);
    return 'problems' in checked ? describeProblems(checked.problems) : 'ok';
  };
  return [say(jsonCheck(toJsonSchema(schema, 'schema'))), say(makeParse(schema, 'schema'))];
}

test.each([
  { type: 'approve' },
  { type: 'edit', args: { amount: 5 } },
  { type: 'edit', args: null },
  { type: 'reject' },
  { type: 'reject', reason: 'too much' },
  { type: 'respond', text: '' },
])('a decision: %j', (decision) => {
  expect(ask(approval(), decision)).toEqual(['ok', 'ok']);
});

test.each<[unknown, string, string]>([
  [
    'approve',
    'Instance type "string" is invalid. Expected "object"',
    'Expected a decision, such as { "type": "approve" }',
  ],
  [{}, 'Instance does not have required property "type"', '/type: Expected one of approve, edit, reject, respond'],
  [
    { type: 'yes' },
    '/type: Instance does not match any of ["approve","edit","reject","respond"]',
    '/type: Expected one of approve, edit, reject, respond',
  ],
  [
    { type: 'approve', args: { amount: 5 } },
    '/args: Expected nothing here',
    '/args: Expected nothing here with type approve',
  ],
  [{ type: 'edit' }, 'Instance does not have required property "args"', '/args: Expected the arguments of the edit'],
  [
    { type: 'reject', reason: 1 },
    '/reason: Instance type "number" is invalid. Expected "string"',
    '/reason: Expected a text',
  ],
  [{ type: 'respond' }, 'Instance does not have required property "text"', '/text: Expected a text'],
])('not a decision: %j', (decision, json, own) => {
  expect(ask(approval(), decision)).toEqual([json, own]);
});

test('the arguments of an edit are checked, its refinements too, and kept as they were sent', async () => {
  const schema = approval(
    z.object({
      amount: z
        .number()
        .positive()
        .refine((n) => n % 5 === 0, 'Expected a multiple of 5'),
      currency: z.string().default('EUR'),
    }),
  );
  expect(ask(schema, { type: 'edit', args: { amount: -5 } })).toEqual([
    '/args/amount: -5 is less than 0',
    '/args/amount: Too small: expected number to be >0',
  ]);
  expect(ask(schema, { type: 'edit', args: { amount: 7 } })).toEqual(['ok', '/args/amount: Expected a multiple of 5']);
  const decision = { type: 'edit', args: { amount: 5 } };
  expect(await schema['~standard'].validate(decision)).toEqual({ value: decision });
  expect(ask(schema, { type: 'approve' })).toEqual(['ok', 'ok']);
});

test('a plain JSON Schema is checked where it travels, also one with references that has been used before', () => {
  const parameters = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { amount: { $ref: '#/$defs/amount' }, rest: { $ref: '#' } },
    $defs: { amount: { type: 'number' } },
  };
  expect(jsonCheck(parameters)({ rest: { amount: 1 } })).toHaveProperty('value');
  const edit = { type: 'edit', args: { amount: 1, rest: { amount: 'x' } } };
  expect(ask(approval(parameters), edit)[0]).toBe(
    '/args/rest/amount: Instance type "string" is invalid. Expected "number"',
  );
});

test('a question offers the decisions that it names, and no others', () => {
  const schema = approval(undefined, { decisions: ['reject', 'approve'] });
  expect(ask(schema, { type: 'approve' })).toEqual(['ok', 'ok']);
  expect(ask(schema, { type: 'respond', text: '' })).toEqual([
    '/type: Instance does not match any of ["approve","reject"]',
    '/type: Expected one of approve, reject',
  ]);
});

const forTool = { remember: ['tool'] } as const;

test.each([
  { type: 'approve', remember: 'tool' },
  { type: 'reject', reason: 'never', remember: 'tool', until: '2027-01-01T00:00:00Z' },
])('a decision to remember: %j', (decision) => {
  expect(ask(approval(undefined, forTool), decision)).toEqual(['ok', 'ok']);
});

test.each<[unknown, string, string]>([
  [
    { type: 'approve', remember: 'arguments' },
    '/remember: Instance does not match any of ["tool"]',
    '/remember: Expected one of tool',
  ],
  [
    { type: 'approve', until: '2027-01-01T00:00:00Z' },
    'Instance has "until" but does not have "remember"',
    '/until: Expected `remember` beside `until`',
  ],
  [
    { type: 'reject', remember: 'tool', until: 'soon' },
    '/until: String does not match format "date-time"',
    '/until: Expected a time as ISO 8601',
  ],
  [
    { type: 'edit', args: {}, remember: 'tool' },
    '/remember: Expected nothing here',
    '/remember: Expected nothing here with type edit',
  ],
])('not a decision to remember: %j', (decision, json, own) => {
  const [fromJson, fromOwn] = ask(approval(undefined, forTool), decision);
  expect(fromJson).toContain(json);
  expect(fromOwn).toBe(own);
});

test('nothing is remembered where the question does not offer it', () => {
  expect(ask(approval(), { type: 'approve', remember: 'tool' })).toEqual([
    '/remember: Expected nothing here',
    '/remember: Expected nothing here with type approve',
  ]);
});

test('a value that is not a schema is refused at once', () => {
  expect(() => approval('refund' as never)).toThrow(
    new TypeError('Expected `parameters` to be a Standard Schema or a JSON Schema, got `refund` (string)'),
  );
});
