/**
 * Objects without undefined fields: JSON has no `undefined`, and an exact optional property does not accept it.
 */

/** The type of {@link defined}: a field that may be `undefined` becomes an optional one. */
export type Defined<Fields> = Flat<
  { [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name] } & {
    [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
  }
>;

/** One object type in place of an intersection, which reads better in errors. */
type Flat<Fields> = { [Name in keyof Fields]: Fields[Name] };

/**
 * A copy without the fields that are `undefined`, in the same order.
 *
 * @example
 * const closed: Closed = { id, ...defined({ actor, key }) };
 */
export function defined<const Fields extends object>(fields: Fields): Defined<Fields> {
  const names = Object.keys(fields) as (keyof Fields)[];
  const copy: Partial<Fields> = {};
  for (const name of names) if (fields[name] !== undefined) copy[name] = fields[name];
  // Each field that is left out is an optional one of the type.
  return copy as Defined<Fields>;
}
