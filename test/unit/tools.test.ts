/** Tools as they are declared, and the reader of a tool call (R8). */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonCheck } from '../../src/activities/schema.ts';
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
    "Expected `approval` of tool `refund` to be 'never', 'always' or a function, got `sometimes` (string)",
  ],
])('refused where they are declared: %s', (_, declared, message) => {
  expect(() => resolveTools(declared as Tools, jsonCheck)).toThrow(new TypeError(message));
});
