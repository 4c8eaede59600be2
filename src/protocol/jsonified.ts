/**
 * What arrives of a value, as a type (T7): what JSON makes of it, as `loss.ts` says at run time.
 *
 * A type that JSON does not change stays the very same type. What is sent and then typed by the sender (a task's result, an
 * entrypoint's value) is transformed; what is typed by its receiver (an argument, an input, `previous`) is refused where
 * the annotation would lie, with a sentence that says what to declare.
 */

/**
 * Types that a payload converter of your own carries as they are. Empty; add yours:
 *
 * @example
 * declare module 'holdpoint/workflow' {
 *   interface CarriedTypes { date: Date; money: Money }
 * }
 */
// An interface, because only an interface can be added to.
export interface CarriedTypes {}

type Carried = CarriedTypes[keyof CarriedTypes];

/** Stands in the place of what JSON cannot carry, and is refused when it is sent. */
export interface NotJson<What extends string> {
  readonly __notJson__: What;
}

/** A value after it was sent as JSON: a `Date` is a string, what has a `toJSON` is what that returns, methods are gone. */
export type Jsonified<Value> = JsonifiedBut<Value, Carried>;

/** What a turn gets of what the last one saved: JSON, whatever payload converter there is. */
export type Saved<Value> = JsonifiedBut<Value, never>;

/** The type itself where nothing changes, because it reads better than a copy of it. */
type JsonifiedBut<Value, Kept> = unknown extends Value
  ? Value
  : [Value] extends [Sent<Value, Kept>]
    ? [Sent<Value, Kept>] extends [Value]
      ? Value
      : Sent<Value, Kept>
    : Sent<Value, Kept>;

/** The same for a value that is sent by itself, and not within another one: bytes arrive as bytes. */
export type Arrived<Value> = unknown extends Value
  ? Value
  : [Extract<Value, Uint8Array>] extends [never]
    ? Jsonified<Value>
    : Jsonified<Exclude<Value, Uint8Array>> | BytesOf<Extract<Value, Uint8Array>>;

/** Node's `Buffer` arrives as what it extends. */
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

/** Without `toJSON`, which JSON does not ask of what a `toJSON` returns. */
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

/** The written-out array types are what lets a recursive type through: TypeScript looks into them only when asked. */
type FlatList<List extends readonly unknown[], Item, Kept> = Item[] extends List
  ? List extends unknown[]
    ? SentItem<Item, Kept>[]
    : readonly SentItem<Item, Kept>[]
  : // What is no tuple is an array with more to it, such as what `match` returns.
    { [Index in keyof List]: 0 } extends readonly unknown[]
    ? { [Index in keyof List]: SentItem<Required<List>[Index], Kept> }
    : SentItem<Item, Kept>[];

type SentItem<Item, Kept> = Item extends undefined | void ? null : Sent<Item, Kept>;

/** A field that JSON leaves out: a symbol's, a method's. One that may be missing stays, and is missing. */
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
 * Why a declared type would lie about what arrives there; `never` when it does not.
 *
 * @example
 * Misfit<{ at: Date }, 'the input'> // 'the input at /at is a Date, which arrives as a string: declare string'
 */
export type Misfit<Declared, Place extends string> = [Arrived<Declared>] extends [Declared]
  ? never
  : Explained<Declared, Carried, Place, '', []>;

/** The same for what a turn saved, which is kept as JSON whatever payload converter there is. */
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
