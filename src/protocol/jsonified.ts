/**
 * The type of a value after JSON (T7). `loss.ts` checks the same at run time.
 *
 * A type that JSON does not change stays the same type. A value whose sender declares the type (the result of a task or an
 * entrypoint) gets the type of what arrives. A value whose receiver declares the type (an argument, an input, `previous`)
 * is refused if the declaration is wrong, with a sentence that says what to declare.
 */

/**
 * The types that your own payload converter carries unchanged. It is empty until you add them:
 *
 * @example
 * declare module 'holdpoint/workflow' {
 *   interface CarriedTypes { date: Date; money: Money }
 * }
 */
// Only an interface can be extended from outside.
export interface CarriedTypes {}

type Carried = CarriedTypes[keyof CarriedTypes];

/** The type of a value that JSON cannot carry. Sending such a value throws `NotSerializable`. */
export interface NotJson<What extends string> {
  /** What the value is, such as `'a Map'`. It exists in the type only. */
  readonly __notJson__: What;
}

/**
 * The type of a value after it was sent as JSON: a `Date` is a string, an object with `toJSON` is what that returns, and
 * methods are gone.
 */
export type Jsonified<Value> = JsonifiedBut<Value, Carried>;

/** The type of `previous`: what a turn saved is kept as JSON, even with a payload converter of the user's. */
export type Saved<Value> = JsonifiedBut<Value, never>;

/** The type itself if nothing changes: it reads better than a copy. */
type JsonifiedBut<Value, Kept> = unknown extends Value
  ? Value
  : [Value] extends [Sent<Value, Kept>]
    ? [Sent<Value, Kept>] extends [Value]
      ? Value
      : Sent<Value, Kept>
    : Sent<Value, Kept>;

/** The same for a whole value, not one inside another: bytes arrive as bytes. */
export type Arrived<Value> = unknown extends Value
  ? Value
  : [Extract<Value, Uint8Array>] extends [never]
    ? Jsonified<Value>
    : Jsonified<Exclude<Value, Uint8Array>> | BytesOf<Extract<Value, Uint8Array>>;

/** Node's `Buffer` arrives as its base class. */
type BytesOf<Bytes> = Bytes extends { toJSON(...args: never): unknown } ? Uint8Array : Bytes;

type Primitive = string | number | boolean | null | undefined | void;
type Callable = (...args: never) => unknown;

type Sent<Value, Kept> = unknown extends Value
  ? Value
  : Value extends Kept | Primitive
    ? Value
    : Value extends { toJSON(...args: never): infer Said }
      ? Flat<Said, Kept>
      : Flat<Value, Kept>;

/** The same without `toJSON`: JSON does not call it on what another `toJSON` returned. */
type Flat<Value, Kept> = Value extends Primitive
  ? Value
  : Value extends bigint
    ? NotJson<'a bigint'>
    : Value extends symbol
      ? NotJson<'a symbol'>
      : Value extends Callable
        ? NotJson<'a function'>
        : Value extends ReadonlyMap<unknown, unknown>
          ? NotJson<'a Map'>
          : Value extends ReadonlySet<unknown>
            ? NotJson<'a Set'>
            : Value extends RegExp
              ? NotJson<'a RegExp'>
              : Value extends ArrayBufferView | ArrayBuffer
                ? NotJson<'bytes within a value'>
                : Value extends readonly (infer Item)[]
                  ? FlatList<Value, Item, Kept>
                  : { [Name in keyof Value as KeyOf<Value, Name>]: Sent<Value[Name], Kept> };

/** Array types are written out because TypeScript resolves them lazily, as a recursive type needs. */
type FlatList<List extends readonly unknown[], Item, Kept> = Item[] extends List
  ? List extends unknown[]
    ? SentItem<Item, Kept>[]
    : readonly SentItem<Item, Kept>[]
  : // A type that is not a tuple is an array with fields, such as the result of `match`.
    { [Index in keyof List]: 0 } extends readonly unknown[]
    ? { [Index in keyof List]: SentItem<Required<List>[Index], Kept> }
    : SentItem<Item, Kept>[];

type SentItem<Item, Kept> = Item extends undefined | void ? null : Sent<Item, Kept>;

/** `never` for a field that JSON drops: one with a symbol as its name, or with a method. */
type KeyOf<Value, Name extends keyof Value> = Name extends symbol
  ? never
  : unknown extends Value[Name]
    ? Name
    : [Exclude<Value[Name], undefined>] extends [never]
      ? Name
      : [Exclude<Value[Name], undefined>] extends [symbol | Callable]
        ? never
        : Name;

/**
 * Says why a declared type is not the type of what arrives; `never` if it is.
 *
 * @example
 * Misfit<{ at: Date }, 'the input'> // 'the input at /at is a Date, which arrives as a string: declare string'
 */
export type Misfit<Declared, Place extends string> = [Arrived<Declared>] extends [Declared]
  ? never
  : Explained<Declared, Carried, Place, '', []>;

/** The same for `previous`. */
export type SavedMisfit<Declared, Place extends string> = [Saved<Declared>] extends [Declared]
  ? never
  : Explained<Declared, never, Place, '', []>;

type Explained<Declared, Kept, Place extends string, Path extends string, Depth extends 0[]> = [
  JsonifiedBut<Declared, Kept>,
] extends [Declared]
  ? never
  : Depth['length'] extends 6
    ? Sentence<Place, Path, 'is not what arrives there'>
    : ExplainedOne<Declared, Kept, Place, Path, Depth>;

type ExplainedOne<One, Kept, Place extends string, Path extends string, Depth extends 0[]> = One extends
  | Kept
  | Primitive
  ? never
  : One extends Date
    ? Sentence<Place, Path, 'is a Date, which arrives as a string: declare string'>
    : One extends Uint8Array
      ? Sentence<Place, Path, 'is bytes, which arrive as a Uint8Array, and only as a whole value'>
      : One extends { toJSON(...args: never): unknown }
        ? Sentence<Place, Path, 'has a `toJSON`, and arrives as what that returns: declare that'>
        : Flat<One, Kept> extends NotJson<infer What>
          ? Sentence<Place, Path, `is ${What}, which JSON cannot carry: declare plain data`>
          : One extends readonly (infer Item)[]
            ? undefined extends Item
              ? Sentence<Place, `${Path}/*`, 'may be undefined, which arrives as null in a list: declare null'>
              : Explained<Item, Kept, Place, `${Path}/*`, [...Depth, 0]>
            : ExplainedFields<One, Kept, Place, Path, Depth>;

type ExplainedFields<One, Kept, Place extends string, Path extends string, Depth extends 0[]> = [
  {
    [Name in keyof Flat<One, Kept> & keyof One & string]: Explained<
      One[Name],
      Kept,
      Place,
      `${Path}/${Name}`,
      [...Depth, 0]
    >;
  }[keyof Flat<One, Kept> & keyof One & string],
] extends [infer Inside]
  ? [Inside] extends [never]
    ? Sentence<Place, Path, 'has methods or private fields, which do not arrive: declare plain data'>
    : Inside
  : never;

type Sentence<Place extends string, Path extends string, What extends string> = Path extends ''
  ? `${Place} ${What}`
  : `${Place} at ${Path} ${What}`;
