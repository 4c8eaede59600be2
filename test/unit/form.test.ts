/** An answer as a form: its fields from the schema and the entries so far, and what is typed into them. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { answerCheck, readSchema } from '../../src/cli/schema-reader.ts';
import { approval, startOfAnswer } from '../../src/protocol/approval.ts';
import { expectation, isTyped, readInput, startText } from '../../src/protocol/form-input.ts';
import { problemsByField } from '../../src/protocol/form-problems.ts';
import { readForm, type Entry, type Field } from '../../src/protocol/form.ts';
import { schemaLines } from '../../src/protocol/schema-words.ts';
import { toJsonSchema, type AnswerSchema } from '../../src/protocol/schema.ts';
import type { JsonSchema } from '../../src/protocol/shapes.ts';

const LEFT_OUT = Symbol('left out');
type Script = Readonly<Record<string, unknown>>;

/** Fills a form as a person would, by the fields' names; a typed field gets text. What the script lacks is begun with. */
function fill(
  schema: JsonSchema | AnswerSchema,
  script: Script,
  start?: unknown,
): { answer: unknown; asked: string[] } {
  const reader = readSchema(toJsonSchema(schema, 'schema'));
  const entries = new Map<string, Entry>();
  const asked: string[] = [];
  for (;;) {
    const form = readForm(reader, { entries, start });
    const field = form.fields.find(({ key }) => !entries.has(key));
    if (!field) return { answer: form.answer, asked };
    asked.push(`${field.kind} ${field.name}`.trim());
    entries.set(field.key, enter(field, script));
  }

  function enter(field: Field, given: Script): Entry {
    if (field.kind === 'group') return { kind: 'left out' };
    const key = `${field.kind} ${field.name}`.trim();
    const typed = given[field.key] ?? given[key] ?? given[field.name];
    if (typed === LEFT_OUT) return { kind: 'left out' };
    if (isTyped(field)) {
      const input = readInput(reader, field, typeof typed === 'string' ? typed : startText(field));
      if (input.kind === 'refused') throw new Error(`${field.name}: ${input.problem}`);
      return input;
    }
    return { kind: 'given', value: typed === undefined ? field.start : typed };
  }
}

function fields(schema: JsonSchema | AnswerSchema, start?: unknown): readonly Field[] {
  return readForm(readSchema(toJsonSchema(schema, 'schema')), { entries: new Map(), start }).fields;
}

function refusal(schema: JsonSchema, typed: string): string {
  const reader = readSchema(schema);
  const [field] = readForm(reader, { entries: new Map() }).fields;
  if (!field || !isTyped(field)) throw new Error('Expected a field that is typed');
  const input = readInput(reader, field, typed);
  return input.kind === 'refused' ? input.problem : `accepted ${JSON.stringify(input)}`;
}

const refund = z.object({ amount: z.int().min(1).max(500), customer: z.string().min(1) });
const question = {
  value: { tool: 'refund', args: { amount: 120, customer: 'acme' } },
  schema: toJsonSchema(approval(refund), 's'),
};

test('a decision asks for what goes with its type, and an edit begins with the arguments', () => {
  const start = startOfAnswer(question);
  const decide = (script: Script): ReturnType<typeof fill> => fill(question.schema, script, start);
  expect(decide({ type: 'approve' })).toEqual({ answer: { type: 'approve' }, asked: ['choice type'] });
  expect(decide({ type: 'reject', reason: 'too much' })).toEqual({
    answer: { type: 'reject', reason: 'too much' },
    asked: ['choice type', 'text reason'],
  });
  expect(decide({ type: 'reject', reason: LEFT_OUT }).answer).toEqual({ type: 'reject' });
  expect(decide({ type: 'respond', text: 'done already' }).answer).toEqual({ type: 'respond', text: 'done already' });
  expect(decide({ type: 'edit', 'args.amount': '60' })).toEqual({
    answer: { type: 'edit', args: { amount: 60, customer: 'acme' } },
    asked: ['choice type', 'group args', 'number args.amount', 'text args.customer'],
  });
});

test('a decision about any arguments asks for them as JSON, and begins with them', () => {
  const schema = toJsonSchema(approval(), 's');
  const { answer, asked } = fill(schema, { type: 'edit' }, startOfAnswer({ ...question, schema }));
  expect(asked).toEqual(['choice type', 'json args']);
  expect(answer).toEqual({ type: 'edit', args: { amount: 120, customer: 'acme' } });
  // Another question has no arguments, even if its value looks like them.
  expect(startOfAnswer({ ...question, schema: toJsonSchema(refund, 's') })).toBeUndefined();
});

test('nested objects, lists, tuples, alternatives, nothing', () => {
  const schema = z.object({
    guest: z.object({ name: z.string(), age: z.int().optional() }),
    pays: z.discriminatedUnion('by', [
      z.object({ by: z.literal('card'), last4: z.string() }),
      z.object({ by: z.literal('invoice'), address: z.string() }),
    ]),
    meals: z.array(z.enum(['breakfast', 'dinner'])),
    stops: z.array(z.string()).min(1).max(3),
    place: z.tuple([z.number(), z.number()]),
    note: z.string().nullable(),
    extras: z.record(z.string(), z.unknown()).optional(),
    pet: z.object({ name: z.string() }).optional(),
  });
  const script = {
    'guest.name': 'Ann',
    'guest.age': LEFT_OUT,
    'variant pays': 1,
    'pays.address': 'Main St',
    meals: ['dinner'],
    'stops.0': 'Rome',
    'another /stops/1': true,
    'stops.1': 'Oslo',
    'another /stops/2': false,
    'place.0': '1.5',
    'place.1': '-2',
    'variant note': 1,
    extras: '{"wifi":true}',
    'presence pet': false,
  };
  expect(fill(schema, script).answer).toEqual({
    guest: { name: 'Ann' },
    pays: { by: 'invoice', address: 'Main St' },
    meals: ['dinner'],
    stops: ['Rome', 'Oslo'],
    place: [1.5, -2],
    note: null,
    extras: { wifi: true },
  });
  const whole = fill(schema, {}, fill(schema, { ...script, 'presence pet': true, 'pet.name': 'Rex' }).answer);
  // Each field starts with the entry from before.
  expect(whole.answer).toMatchObject({
    stops: ['Rome', 'Oslo'],
    note: null,
    pet: { name: 'Rex' },
    pays: { by: 'invoice' },
  });
});

test.each<[what: string, schema: JsonSchema, field: Partial<Field> & { choices?: unknown }]>([
  ['enum', { enum: ['a', 1, null] }, { kind: 'choice', choices: [{ value: 'a' }, { value: 1 }, { value: null }] }],
  [
    'titles',
    { oneOf: [{ const: 1, title: 'one' }, { const: 2 }] },
    { kind: 'choice', choices: [{ value: 1, title: 'one' }, { value: 2 }] },
  ],
  [
    'a nullable enum',
    { anyOf: [{ enum: ['a'] }, { type: 'null' }] },
    { kind: 'choice', choices: [{ value: 'a' }, { value: null }] },
  ],
  ['only what fits', { enum: ['a', 1], type: 'string' }, { kind: 'choice', choices: [{ value: 'a' }] }],
  ['a constant as the answer', { const: 'yes' }, { kind: 'choice', choices: [{ value: 'yes' }] }],
  [
    'types',
    { type: ['integer', 'null'] },
    {
      kind: 'variant',
      choices: [
        { value: 0, title: 'a whole number' },
        { value: 1, title: 'nothing' },
      ],
    },
  ],
  ['a boolean', { type: 'boolean', default: true }, { kind: 'yes or no', start: true }],
  [
    'a reference',
    { $ref: '#/$defs/n', $defs: { n: { type: 'integer', title: 'N', description: 'a count' } } },
    { kind: 'number', title: 'N', description: 'a count' },
  ],
  ['allOf', { allOf: [{ type: 'number' }, { type: 'integer' }, { minimum: 3 }] }, { kind: 'number', isInteger: true }],
  ['a table', { type: 'object', additionalProperties: { type: 'number' } }, { kind: 'json' }],
  ['no schema', {}, { kind: 'json', takesText: true }],
  ['one that refers to itself', { $ref: '#' }, { kind: 'json' }],
  ['alternatives that only forbid', { type: 'string', anyOf: [{ not: { const: 'a' } }] }, { kind: 'text' }],
])('a field for %s', (_, schema, field) => {
  expect(fields(schema)[0]).toMatchObject({ ...field, path: '', isRequired: true });
});

test('conditions bring fields and take them away', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: { kind: { enum: ['a', 'b'] }, other: { type: 'string' } },
    required: ['kind'],
    if: { properties: { kind: { const: 'a' } } },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, which nobody awaits
    then: { properties: { other: false, n: { type: 'integer' } }, required: ['n'] },
    else: { required: ['other'] },
    dependentRequired: { other: ['why'] },
  };
  expect(fill(schema, { kind: 'a', n: '1' })).toEqual({
    answer: { kind: 'a', n: 1 },
    asked: ['choice kind', 'number n'],
  });
  expect(fill(schema, { kind: 'b', other: 'x', why: 'y' }).answer).toEqual({ kind: 'b', other: 'x', why: 'y' });
});

test('a schema that contains itself ends, in a form and in words', () => {
  const tree: JsonSchema = {
    type: 'object',
    properties: { n: { type: 'integer' }, child: { $ref: '#' } },
    required: ['n', 'child'],
  };
  expect(fields(tree).some(({ kind }) => kind === 'json')).toBe(true);
  expect(schemaLines(tree).join('')).toContain('{ … }');
});

test('a boolean constant is asked, another one is not: nobody agrees without a word', () => {
  const schema = z.object({ version: z.literal(2), accepted: z.literal(true) });
  expect(fill(schema, { accepted: true })).toEqual({
    answer: { version: 2, accepted: true },
    asked: ['choice accepted'],
  });
});

test.each([
  [{ type: 'number' }, 'many', 'Expected a number, got many.'],
  [{ type: 'number' }, '1,5', 'Expected a number, got 1,5.'],
  [
    { type: 'integer', minimum: 1, maximum: 9 },
    '0',
    'Expected a whole number, at least 1, at most 9: 0 is less than 1.',
  ],
  [{ type: 'integer' }, '1.5', 'Expected a whole number.'],
  [
    { type: 'integer' },
    '12345678901234567890',
    'JSON cannot hold the number 12345678901234567890: it would arrive as 12345678901234567000.',
  ],
  [{ type: 'number' }, '', 'Expected a number.'],
  [{ type: 'string' }, '  ', 'Expected a text. The empty text is written "".'],
  [{ type: 'string' }, '""', 'accepted {"kind":"given","value":""}'],
  [{ type: 'string' }, String.raw`"two\nlines"`, String.raw`accepted {"kind":"given","value":"two\nlines"}`],
  [{ type: 'string', minLength: 3 }, 'ab', 'Expected a text, at least 3 characters: String is too short (2 < 3).'],
  [
    { type: 'string', format: 'date' },
    'soon',
    'Expected a date, such as 2026-07-01: String does not match format "date".',
  ],
  [{ type: 'string', format: 'date' }, '2026-02-03', 'accepted {"kind":"given","value":"2026-02-03"}'],
  [{ type: 'object' }, '{a:1}', expect.stringContaining('Expected JSON: ')],
  [{}, 'just text', 'accepted {"kind":"given","value":"just text"}'],
  [{}, '{"n":1e400}', expect.stringContaining('JSON cannot hold the number 1e400')],
])('%j, typed %j: %s', (schema, typed, said) => {
  expect(refusal(schema, typed)).toEqual(said);
});

test('a list that is longer than a form may be is asked for as JSON, whole', () => {
  const schema = z.object({ ids: z.array(z.int()) });
  const ids = Array.from({ length: 1_001 }, (_, i) => i);
  expect(fields(schema, { ids }).map(({ kind }) => kind)).toEqual(['json']);
  expect(fields(schema, { ids: ids.slice(0, 2) })[0]).toMatchObject({ kind: 'group' });
});

test('a text that is empty to begin with is typed into an empty field, and stays empty if nothing is typed', () => {
  const schema = z.object({ note: z.string().default('') });
  const [field] = fields(schema, { note: '' });
  expect(field && isTyped(field) && startText(field)).toBe('');
  expect(fill(schema, {}, { note: '' }).answer).toEqual({ note: '' });
  expect(fill(schema, { note: 'fine' }, { note: '' }).answer).toEqual({ note: 'fine' });
});

test('a field that is typed as JSON is refused with the same problem as the whole answer, and with no other', () => {
  const schema: JsonSchema = { type: 'object', additionalProperties: { type: 'number', minimum: 0 } };
  const checked = answerCheck(schema)({ n: -1 });
  expect(checked).toEqual({ problems: [{ path: '/n', message: '-1 is less than 0.' }] });
  expect(refusal(schema, '{"n":-1}')).toBe('Expected JSON: /n: -1 is less than 0.');
});

test('problems of the whole answer stand beside their fields', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      a: { type: 'string' },
      list: { type: 'array', uniqueItems: true, items: { type: 'string' }, minItems: 2 },
      args: { type: 'object' },
    },
    required: ['list', 'args'],
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
  };
  const reader = readSchema(schema);
  const entries = new Map<string, Entry>([
    ['text /a', { kind: 'left out' }],
    ['group /list', { kind: 'left out' }],
    ['text /list/0', { kind: 'given', value: 'x' }],
    ['text /list/1', { kind: 'given', value: 'x' }],
    ['another /list/2', { kind: 'given', value: false }],
    ['json /args', { kind: 'given', value: {} }],
  ]);
  const form = readForm(reader, { entries });
  expect(form.answer).toEqual({ list: ['x', 'x'], args: {} });
  const checked = answerCheck(schema)(form.answer);
  const problems = 'problems' in checked ? checked.problems : [];
  const found = problemsByField(form, entries, [...problems, { path: '/args/n', message: 'from its own code' }]);
  expect(found.get('json /args')).toEqual(['from its own code']);
  expect([...found.keys()].filter((key) => key.includes('/list'))).toEqual([
    'text /list/0',
    'text /list/1',
    'another /list/2',
  ]);
  // A field that the object lacks may be one that was left out.
  expect(found.has('text /a')).toBe(true);
});

test('what is expected, in words', () => {
  const [text, number] = fields({
    type: 'object',
    properties: {
      t: { type: 'string', maxLength: 1, pattern: '^a' },
      n: { type: 'number', exclusiveMinimum: 0, multipleOf: 5 },
    },
  });
  expect([text, number].map((field) => (field && isTyped(field) ? expectation(field) : ''))).toEqual([
    'a text, at most 1 character, matching ^a',
    'a number, more than 0, a multiple of 5',
  ]);
  expect(schemaLines(question.schema)).toEqual([
    '{ type: "approve" }',
    '{',
    '  type: "edit",',
    '  args: { amount: a whole number, at least 1, at most 500, customer: a text, at least 1 character },',
    '}',
    '{ type: "reject", reason?: a text }',
    '{ type: "respond", text: a text }',
  ]);
  expect(schemaLines({ type: 'boolean' })).toEqual(['true | false']);
  expect(schemaLines({ anyOf: [{ type: 'string' }, { type: 'null' }] })).toEqual(['a text', 'null']);
  expect(schemaLines({})).toEqual(['anything']);
});

test('a part of an answer is refused with the words that refuse the whole answer', () => {
  const schema: JsonSchema = { type: 'object', properties: { n: { type: 'integer', minimum: 0 } } };
  const reader = readSchema(schema);
  expect({ problems: reader.check(reader.root, { n: -1 }) }).toEqual(answerCheck(schema)({ n: -1 }));
  expect(reader.check(reader.root, { n: -1 })).toEqual([{ path: '/n', message: '-1 is less than 0.' }]);
});

test('O2: a list goes on after an item that lacks its entry, because a page shows all items at once', () => {
  const reader = readSchema({ type: 'array', items: { type: 'string' } });
  const start = ['a', 'b', 'c'];
  const fallback = (field: Field): Entry | undefined =>
    field.path === '/1' ? undefined : { kind: 'given', value: field.start };
  const form = readForm(reader, { entries: new Map(), fallback, start });
  expect(form.fields.filter(isTyped).map(({ path }) => path)).toEqual(['/0', '/1', '/2']);
});

test('O2: a time may be typed by the clock of the person, and is sent in UTC', () => {
  const schema = { type: 'string', format: 'date-time' };
  const at = new Date(2026, 6, 1, 9, 30).toISOString();
  expect(refusal(schema, '2026-07-01 09:30')).toBe(`accepted ${JSON.stringify({ kind: 'given', value: at })}`);
  expect(refusal(schema, '2026-07-01T09:30:00Z')).toContain('"2026-07-01T09:30:00Z"');
  expect(refusal(schema, '2026-13-01 09:30')).toMatch(/^Expected a time, such as .* by your clock/);
});

test.for([
  [{ type: 'string' }, undefined, 'long'],
  [{ type: 'string', maxLength: 40 }, undefined, 'line'],
  [{ type: 'string', maxLength: 4000 }, undefined, 'long'],
  [{ type: 'string', maxLength: 40 }, 'two\nlines', 'long'],
  [{ type: 'string', pattern: '^a' }, undefined, 'line'],
  [{ type: 'string', format: 'date' }, undefined, 'date'],
  [{ type: 'string', format: 'email' }, undefined, 'email'],
  [{ type: 'string', format: 'uuid' }, undefined, 'line'],
] as const)('O2: %j, begun with %j, is entered as: %s', ([schema, start, shape]) => {
  expect(fields(schema, start)[0]).toMatchObject({ kind: 'text', shape });
});
