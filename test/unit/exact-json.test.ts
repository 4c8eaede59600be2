/** JSON text whose numbers JavaScript cannot hold is found by its text (A3). */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/protocol/exact-json.ts';

test.each([
  '0',
  '-0',
  '0.0',
  '0e999999',
  '1',
  '-1',
  '1.0',
  '100',
  '1e2',
  '1E+2',
  '0.1',
  '1.50',
  '9007199254740992',
  '1e21',
  '1e300',
  '5e-324',
  '123456789012345680000',
  '0.30000000000000004',
  '1.7976931348623157e308',
])('%s is exact', (text) => {
  expect(parseJson(text)).toEqual({ kind: 'value', value: JSON.parse(text) });
});

test.each([
  '12345678901234567890',
  '9007199254740993',
  '-9007199254740993',
  '1e400',
  '-1e400',
  '1e-400',
  '0.1000000000000000055511151231257827',
  '3.14159265358979323846',
  '1.0000000000000000001',
])('%s is not exact', (text) => {
  expect(parseJson(text)).toEqual({ kind: 'inexact', number: text });
});

test('inside of objects and lists, but not inside of strings', () => {
  expect(parseJson('{"a":[1,{"b":12345678901234567890}]}')).toEqual({
    kind: 'inexact',
    number: '12345678901234567890',
  });
  expect(parseJson('{"12345678901234567890":"1e400 \\" 1e400","n":[-1.5e3,2]}')).toMatchObject({ kind: 'value' });
  expect(parseJson('"1e400')).toMatchObject({ kind: 'not JSON' });
});

test('every number that JSON writes is exact, however it is spelled', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(30), (value, zeros) => {
      const text = JSON.stringify(value);
      const spelled = text.includes('.') && !text.includes('e') ? `${text}${'0'.repeat(zeros)}` : text;
      expect(parseJson(`[${spelled}]`)).toEqual({ kind: 'value', value: JSON.parse(`[${text}]`) });
    }),
  );
});
