/** JSON pointers, there and back. */
import { expect, test } from 'vitest';
import { keysOf, pointerTo } from '../../src/protocol/json-pointer.ts';

test.each<[keys: readonly string[], pointer: string]>([
  [[], ''],
  [['items', '0'], '/items/0'],
  [[''], '/'],
  [['a/b', '~1', 'c~d'], '/a~1b/~01/c~0d'],
])('%j is %j', (keys, pointer) => {
  expect(pointerTo(keys)).toBe(pointer);
  expect(keysOf(pointer)).toEqual(keys);
  expect(keysOf(`#${pointer}`)).toEqual(keys);
});
