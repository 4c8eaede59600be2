/** What JSON would lose of a value, and where (T7). */
import * as fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { checkJson, checkSendable, surveyArguments, utf8Bytes } from '../../src/protocol/limits.ts';
import { survey } from '../../src/protocol/loss.ts';

class Money {
  amount = 5;
}
class Loud {
  toJSON(): unknown {
    throw new Error('no');
  }
}
const Nameless = class {
  amount = 5;
};
Object.defineProperty(Nameless, 'name', { value: '' });

const getter = {
  get total(): number {
    throw new RangeError('not yet');
  },
};
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

test.each([
  ['a class instance', { messages: [new Money()] }, 'an instance of `Money`', '/messages/0'],
  ['one without a name', [new Nameless()], 'an instance of `a class without a name`', '/0'],
  ['a Map', { a: new Map() }, 'a Map', '/a'],
  ['a Set', new Set(), 'a Set', ''],
  ['a RegExp', { 'a/b~': /x/ }, 'an instance of `RegExp`', '/a~1b~0'],
  ['an error', { failed: new TypeError('x') }, 'an error (`TypeError`)', '/failed'],
  ['a promise', [Promise.resolve()], 'a promise', '/0'],
  ['a function', { f: () => 1 }, 'a function', '/f'],
  ['a method', { f() {} }, 'a function', '/f'],
  ['a symbol', [Symbol('s')], 'a symbol', '/0'],
  ['a bigint', { n: 1n }, 'a bigint', '/n'],
  ['NaN', { score: Number.NaN }, 'NaN', '/score'],
  ['an infinity', -Infinity, '-Infinity', ''],
  ['a boxed text', { a: Object('x') }, 'an instance of `String`', '/a'],
  ['bytes within', { bytes: new Uint8Array(2) }, 'bytes (`Uint8Array`)', '/bytes'],
  ['other typed arrays', new Float64Array(2), 'bytes (`Float64Array`)', ''],
  ['an invalid date', { at: new Date(Number.NaN) }, 'an invalid date', '/at'],
  ['a kind of array', { list: new (class Rows extends Array {})() }, 'an instance of `Rows`', '/list'],
  ['an object on top of another one', Object.create({ a: 1 }), 'an instance of `Object`', ''],
  ['what a toJSON returns', { a: { toJSON: () => ({ b: new Money() }) } }, 'an instance of `Money`', '/a/b'],
  ['a toJSON that returns itself', { toJSON: () => new Loud() }, 'an instance of `Loud`', ''],
  ['a toJSON that returns nothing', { toJSON: () => undefined }, 'an object whose `toJSON` returns nothing', ''],
  ['a getter that throws', { a: [getter] }, 'something that cannot be read (not yet)', '/a/0/total'],
  ['a toJSON that throws', [new Loud()], 'something that cannot be read (no)', '/0'],
  ['a proxy that is revoked', { a: revoked }, expect.stringContaining('something that cannot be read'), '/a'],
])('T7: %s is found', (_, value, what, path) => {
  expect(survey(value).loss).toMatchObject({ what, path });
});

test.each([
  ['plain data', { a: [1, 'x', true, null, { b: {} }] }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['an undefined field', { a: undefined, b: [undefined] }],
  ['a list with holes', Array.from({ length: 3 })],
  ['a date', { at: new Date(0) }],
  ['a URL', new URL('https://example.com')],
  ['a Buffer within, which says how', { b: Buffer.from('x') }],
  ['a proxy of plain data', new Proxy({ a: new Proxy([1], {}) }, {})],
  [
    'a getter',
    {
      get a() {
        return 1;
      },
    },
  ],
  ['frozen data', Object.freeze([Object.freeze({ a: 1 })])],
  ['a matched text', 'abc'.match(/b/)],
])('T7: %s is not', (_, value) => {
  expect(survey(value).loss).toBeUndefined();
});

test('T7: a bigint is sent where the program gives all of them a `toJSON`', () => {
  Object.assign(BigInt.prototype, { toJSON: () => '1' });
  try {
    expect(survey({ n: 1n }).loss).toBeUndefined();
  } finally {
    Reflect.deleteProperty(BigInt.prototype, 'toJSON');
  }
});

test('T7: whether an object is plain does not depend on its realm', () => {
  const made: unknown = runInNewContext('({ a: [{ at: new Date(0) }] })');
  expect(survey(made).loss).toBeUndefined();
  const lossy: unknown = runInNewContext('({ a: [new (class Money {})(), new Map()] })');
  expect(survey(lossy).loss).toMatchObject({ what: 'an instance of `Money`', path: '/a/0' });
  expect(survey(runInNewContext('[new Map()]')).loss).toMatchObject({ what: 'a Map', path: '/0' });
});

test('a cycle, and what is nested too deep to look at, is left to JSON', () => {
  const cycle: Record<string, unknown> = { a: 1 };
  cycle['self'] = { cycle };
  expect(survey(cycle)).toEqual({});
  // With two ways around there are more paths than anybody could walk.
  cycle['again'] = [cycle, cycle];
  expect(survey(cycle)).toEqual({});
  expect(checkSendable(cycle, 'it', Infinity)).toMatchObject({
    code: 'NotSerializable',
    message: expect.stringMatching(/circular structure/),
  });
  expect(surveyArguments([cycle], 't')).toEqual({ maxBytes: Infinity });
  let deep: unknown = 1;
  for (let i = 0; i < 2000; i++) deep = [deep];
  expect(checkSendable(deep, 'it')).toBeUndefined();
});

test('bytes are a whole value, and not JSON', () => {
  expect(checkSendable(Buffer.from('x'), 'it')).toBeUndefined();
  expect(checkJson(Buffer.from('x'), 'the answer')).toMatchObject({
    message: 'Expected the answer to be a JSON value, got bytes. Send a text, such as base64.',
  });
});

test('T7: the arguments of a call are values of their own', () => {
  expect(surveyArguments([undefined, new Uint8Array(3), { a: 1 }], 't').maxBytes).toBeLessThan(100);
  expect(surveyArguments(['x', { a: [new Money()] }], 't').lost?.message).toBe(
    'Expected argument 2 of task `t` to be a JSON value, got an instance of `Money` at /a/0. Send its fields as plain data, or give its class a `toJSON`.',
  );
});

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

test('T7: what nothing is lost of comes back from JSON, and is no longer than the walk says', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const { loss, maxBytes = 0 } = survey(value);
      fc.pre(loss === undefined && value !== undefined);
      const text = JSON.stringify(value);
      expect(utf8Bytes(text)).toBeLessThanOrEqual(maxBytes);
      expect(JSON.parse(text)).toEqual(asJson(value));
    }),
    { numRuns: 2000 },
  );
});

/** The promise in the words of a reader: dates are texts, undefined fields are gone, holes of lists are null. */
function asJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  // There is one zero in JSON.
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => asJson(item) ?? null);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  // Not assigned: a field may be called `__proto__`.
  return Object.fromEntries(fields.map(([name, field]) => [name, asJson(field)]));
}
