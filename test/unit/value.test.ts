/** A value from a command line: JSON or text. Probable mistakes are refused (O1). */
import { expect, test } from 'vitest';
import { readSchema } from '../../src/cli/schema-reader.ts';
import { parseValue } from '../../src/cli/value.ts';
import type { JsonSchema } from '../../src/protocol/shapes.ts';

const OBJECT: JsonSchema = { type: 'object', properties: { approved: { type: 'boolean' } } };
const TEXT: JsonSchema = { type: 'string' };
const BOTH: JsonSchema = { anyOf: [{ type: 'number' }, { type: 'string' }] };

function value(given: string, schema?: JsonSchema): unknown {
  return parseValue(given, schema ? { reader: readSchema(schema) } : {});
}

test.each<[given: string, value: unknown, schema?: JsonSchema]>([
  ['{"approved":false}', { approved: false }],
  ['{"approved":false}', { approved: false }, OBJECT],
  ['looks good', 'looks good'],
  ['looks good', 'looks good', TEXT],
  ['"looks good"', 'looks good'],
  ['""', ''],
  ['42', 42],
  ['42', '42', TEXT],
  ['42', 42, BOTH],
  ['1.50', '1.50', TEXT],
  ['note: 5 of 6', 'note: 5 of 6'],
  // If only a text fits, the value is a text, even if it looks like JSON.
  ['{approved:false}', '{approved:false}', TEXT],
  ['{"approved":false}', '{"approved":false}', TEXT],
  ['"Great" is what he said', '"Great" is what he said', TEXT],
  ['True', 'True', TEXT],
  // A text keeps the digits that a number would lose.
  ['12345678901234567890', '12345678901234567890', TEXT],
  ['12345678901234567890', '12345678901234567890', BOTH],
  ['null', null],
])('%j is %j (schema %j)', (given, expected, schema) => {
  expect(value(given, schema)).toEqual(expected);
});

test.each<[given: string, why: RegExp, schema?: JsonSchema]>([
  ['{approved:false}', /it begins like JSON/],
  ['{approved:false}', /does not accept text/, OBJECT],
  ["'{approved:false}'", /in single quotes/],
  ["'yes'", /in single quotes/, TEXT],
  ['[1, 2', /it begins like JSON/],
  ['"half', /its quotes do not match/],
  ['{“approved”: false}', /its quotes are not "/],
  ['“looks good”', /its quotes are not "/],
  ['approved: false', /braces and quotes are missing/],
  ['False', /JSON has true, false and null/],
  ['yes', /does not accept text/, { type: 'boolean' }],
  ['12345678901234567890', /would arrive as 12345678901234567000/],
  ['{"id":12345678901234567890}', /would arrive as 12345678901234567000/],
  ['1e400', /would arrive as null/, { type: 'number' }],
])('%j is refused: %s (schema %j)', (given, why, schema) => {
  expect(() => value(given, schema)).toThrow(why);
});

test('a refusal says how each shell quotes an answer that would fit', () => {
  const error = (() => {
    try {
      return value('{approved:false}', OBJECT);
    } catch (refused) {
      return refused as { hint?: string };
    }
  })() as { hint?: string };
  expect(error.hint?.split('\n')).toEqual([
    'If the shell has changed the value, quote it like this:',
    `  bash, zsh, fish  '{"approved":true}'`,
    `  PowerShell 7.3   '{"approved":true}'`,
    String.raw`  PowerShell 5     '{\"approved\":true}'`,
    String.raw`  cmd.exe          "{\"approved\":true}"`,
    'In every shell, @answer.json reads a file and - reads stdin. To send any value as text, add --text.',
  ]);
});

test('with --text it is a text, whatever it looks like', () => {
  for (const given of ['{approved:false}', '{"approved":false}', '42', "'yes'", 'null', '1e400'])
    expect(parseValue(given, { reader: readSchema(OBJECT), isText: true })).toBe(given);
});
