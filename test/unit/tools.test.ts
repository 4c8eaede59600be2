/** Tools as they are declared, and the reader of a tool call (R8). */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonCheck } from '../../src/activities/schema.ts';
import { defined } from '../../src/protocol/defined.ts';
import type { ToolCall } from '../../src/protocol/messages.ts';
import { readCall, resolveTools, type Tools } from '../../src/protocol/tools.ts';

const location = { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] };

const tools = {
  get_weather: { description: 'Weather', parameters: location },
  refund: {
    description: 'Refund',
    parameters: z.object({ amount: z.number().positive(), currency: z.string().default('EUR') }),
  },
  stop: { description: 'Stop', parameters: z.object({}) },
} satisfies Tools;

const settings = resolveTools(tools, jsonCheck);

function read(name: string, args: string): unknown {
  const call: ToolCall = { id: 'call_1', type: 'function', function: { name, arguments: args } };
  const result = readCall(settings, call);
  return result.kind === 'fits' ? { sent: result.sent, args: result.args } : result.sentence;
}

test('a call that fits: what the model sent, and what the schema makes of it', () => {
  expect(read('get_weather', '{"location":"SF"}')).toEqual({ sent: { location: 'SF' }, args: { location: 'SF' } });
  expect(read('refund', '{"amount":5}')).toEqual({ sent: { amount: 5 }, args: { amount: 5, currency: 'EUR' } });
});

test('an empty text means no arguments', () => {
  expect(read('stop', '')).toEqual({ sent: {}, args: {} });
  expect(read('stop', ' ')).toEqual({ sent: {}, args: {} });
});

test.each([
  ['get_time', '{}', 'Error: get_time is not a valid tool: use one of get_weather, refund, stop'],
  ['constructor', '{}', 'Error: constructor is not a valid tool: use one of get_weather, refund, stop'],
  ['get_weather', '{"location":', 'Error: bad arguments for get_weather: they are not JSON'],
  ['get_weather', '["SF"]', 'Error: bad arguments for get_weather: they are not a JSON object'],
  ['get_weather', 'null', 'Error: bad arguments for get_weather: they are not a JSON object'],
  ['get_weather', '{}', 'Error: bad arguments for get_weather: Instance does not have required property "location"'],
  [
    'get_weather',
    '{"location":1}',
    'Error: bad arguments for get_weather: /location: Instance type "number" is invalid. Expected "string"',
  ],
  ['refund', '{"amount":-1}', 'Error: bad arguments for refund: /amount: Too small: expected number to be >0'],
])('%s(%s): a sentence for the model', (name, args, sentence) => {
  expect(read(name, args)).toBe(sentence);
});

test('a schema that throws refuses the arguments', () => {
  const parameters = z.object({}).refine(() => {
    throw new Error('no luck');
  });
  const call: ToolCall = { id: 'call_1', type: 'function', function: { name: 'unlucky', arguments: '{}' } };
  const throwing = resolveTools({ unlucky: { description: '', parameters } }, jsonCheck);
  expect(readCall(throwing, call)).toEqual({
    kind: 'wrong',
    sentence:
      'Error: bad arguments for unlucky: Expected `parameters` of tool `unlucky` to check synchronously and not to throw',
  });
});

test('the model is given the JSON Schema, without its dialect', () => {
  expect(settings.get('refund')?.jsonSchema).toEqual({
    type: 'object',
    properties: { amount: { type: 'number', exclusiveMinimum: 0 }, currency: { type: 'string', default: 'EUR' } },
    required: ['amount'],
  });
});

test.each([
  [undefined, 'allow'],
  ['never', 'allow'],
  ['always', 'ask'],
  ['deny', 'deny'],
] as const)('the approval %j is read as %j', (approval, read) => {
  const declared: Tools = { stop: { description: '', parameters: location, ...defined({ approval }) } };
  expect(resolveTools(declared, jsonCheck).get('stop')?.approval).toBe(read);
});

test('what a tool says about asking comes before what is said for all tools', () => {
  const declared: Tools = {
    stop: { description: '', parameters: location, approval: 'ask', ask: { assignees: ['ann'] } },
  };
  const forAll = { assignees: ['bob'], timeout: '1 day' } as const;
  expect(resolveTools(declared, jsonCheck, forAll).get('stop')?.ask).toMatchObject({
    assignees: ['ann'],
    timeout: '1 day',
  });
});

test.each<[string, unknown, string]>([
  ['no tools', 'refund', 'Expected `tools` to be an object of tools by name, got `refund` (string)'],
  [
    'a name that the API refuses',
    { 'get weather': { description: '', parameters: location } },
    "Expected a tool's name to be 1 to 64 letters, digits, `_` or `-`, got `get weather`",
  ],
  [
    'no description',
    { refund: { parameters: location } },
    'Expected `description` of tool `refund` to be a string, got `undefined` (undefined)',
  ],
  [
    'no schema',
    { refund: { description: '' } },
    'Expected `parameters` of tool `refund` to be a Standard Schema or a JSON Schema, got `undefined` (undefined)',
  ],
  [
    'no object',
    { refund: { description: '', parameters: z.string() } },
    'Expected `parameters` of tool `refund` to be the schema of an object, got type `string`',
  ],
  [
    'no JSON Schema form',
    { refund: { description: '', parameters: z.object({ at: z.date() }) } },
    'Expected `parameters` of tool `refund` to have a JSON Schema form: Date cannot be represented in JSON Schema',
  ],
  [
    'an unknown policy',
    { refund: { description: '', parameters: location, approval: 'sometimes' } },
    "Expected `approval` of tool `refund` to be 'allow', 'ask', 'deny' or a function, got `sometimes` (string)",
  ],
  [
    'a way of asking, and nobody to be asked',
    { refund: { description: '', parameters: location, ask: { assignees: ['ann'] } } },
    'Expected `approval` beside `ask` of tool `refund`, to say when a person is asked',
  ],
  [
    'an unknown name in `ask`',
    { refund: { description: '', parameters: location, approval: 'ask', ask: { assignee: 'ann' } } },
    'Expected the options of `ask` of tool `refund` to be `assignees`, got one with the name `assignee`',
  ],
  [
    'an unknown decision',
    { refund: { description: '', parameters: location, approval: 'ask', ask: { decisions: ['aprove'] } } },
    'Expected `decisions` to be a list of approve, edit, reject, respond, got `["aprove"]` (object)',
  ],
  [
    'a default that is not offered',
    {
      refund: {
        description: '',
        parameters: location,
        approval: 'ask',
        ask: { decisions: ['approve'], timeout: '1 day', default: { type: 'reject' } },
      },
    },
    'Expected `default` to fit `schema`: /type: Expected one of approve',
  ],
  [
    'a default that is remembered',
    {
      refund: {
        description: '',
        parameters: location,
        approval: 'ask',
        ask: { remember: ['tool'], timeout: '1 day', default: { type: 'approve', remember: 'tool' } },
      },
    },
    'Expected `default` of tool `refund` without `remember`: only what a person decides is remembered',
  ],
  [
    'parameters that are too large to be asked about',
    {
      refund: {
        description: '',
        parameters: { type: 'object', description: 'x'.repeat(32_700) },
        approval: () => 'ask',
      },
    },
    'Expected `schema` to be at most 32 KB as JSON Schema, got 33 KB',
  ],
  [
    'something else than yes or no',
    { refund: { description: '', parameters: location, returnDirect: 'yes' } },
    'Expected `returnDirect` of tool `refund` to be a boolean, got `yes` (string)',
  ],
])('refused where they are declared: %s', (_, declared, message) => {
  expect(() => resolveTools(declared as Tools, jsonCheck)).toThrow(new TypeError(message));
});
