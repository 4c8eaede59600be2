/** Objects without undefined fields, and their types. */
import { expect, expectTypeOf, test } from 'vitest';
import { defined } from '../../src/protocol/defined.ts';

test('a field that is undefined is left out; null, false, 0 and the empty text stay, in their order', () => {
  const fields = { a: 0, b: undefined, c: null, d: '', e: false, f: undefined };
  expect(Object.entries(defined(fields))).toEqual([
    ['a', 0],
    ['c', null],
    ['d', ''],
    ['e', false],
  ]);
});

test('the copy is assignable where optional properties are exact', () => {
  const fields: { id: string; actor: string | undefined; key?: string; value: unknown } = {
    id: 'ask:1',
    actor: undefined,
    value: 1,
  };
  const copy: { readonly id: string; readonly actor?: string; readonly key?: string; readonly value?: unknown } =
    defined({ ...fields, how: 'answered' });
  expect(copy).toEqual({ id: 'ask:1', value: 1, how: 'answered' });
  expectTypeOf(defined(fields)).toEqualTypeOf<{ id: string; actor?: string; key?: string; value?: unknown }>();
  expectTypeOf(defined({ kind: 'away' }).kind).toEqualTypeOf<'away'>();
});
