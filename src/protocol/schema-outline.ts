/**
 * The outline of a JSON Schema, for code that explains it: references are followed, and `allOf` is merged.
 *
 * It never checks a value, so it needs no validator; `schema-parts.ts` reads a schema for a given value. Any keyword may
 * hold anything. The number of reads is limited, because a schema may refer to itself.
 */
import { isObject, listOf, objectOf } from './json-object.ts';
import { keysOf } from './json-pointer.ts';
import type { JsonSchema } from './shapes.ts';

const MAX_READS = 200;

/** One schema with everything that it refers to. */
export type Outline = Readonly<Record<string, unknown>>;

export class SchemaOutline {
  readonly #root: JsonSchema;
  #reads = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** The outline of one schema of the root; empty if it is not a schema, or after too many reads. */
  read(schema: unknown): Outline {
    if (!isObject(schema) || ++this.#reads > MAX_READS) return {};
    const others = [this.#target(schema['$ref']), ...listOf(schema['allOf']).filter((other) => !isCase(other))];
    return others.reduce<Outline>((whole, other) => merge(this.read(other), whole), schema);
  }

  #target(ref: unknown): unknown {
    if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
    return keysOf(ref).reduce<unknown>((found, key) => objectOf(found)[key], this.#root);
  }
}

/** The types of a value, `null` last. A schema without `type` has the type that its other keywords are about. */
export function typesOf({ type, properties, items }: Outline): readonly unknown[] {
  const implied = properties ? ['object'] : items ? ['array'] : [];
  const types = typeof type === 'string' ? [type] : listOf(type ?? implied);
  return types.toSorted((a, b) => Number(a === 'null') - Number(b === 'null'));
}

/** The values to choose from, if the schema lists them. */
export function choicesOf({ const: only, enum: choices }: Outline): readonly unknown[] {
  return only === undefined ? listOf(choices) : [only];
}

/** The alternatives, each with the keywords beside them. */
export function alternativesOf({ anyOf, oneOf, ...rest }: Outline): readonly Outline[] {
  return listOf(anyOf ?? oneOf).map((one) => ({ allOf: [one, rest] }));
}

export interface SchemaField {
  readonly name: string;
  readonly schema: unknown;
  readonly isRequired: boolean;
}

/** The fields of an object, those without a schema last. */
export function fieldsOf({ properties, required }: Outline): readonly SchemaField[] {
  const known = objectOf(properties);
  const needed = listOf(required).map(String);
  const names = [...new Set([...Object.keys(known), ...needed])];
  return names.map((name) => ({ name, schema: known[name], isRequired: needed.includes(name) }));
}

/** The conditions of a schema, as they are written: `if` and `then`. */
export function casesOf(schema: Outline): readonly Outline[] {
  return [schema, ...listOf(schema['allOf'])].filter(isCase);
}

function isCase(schema: unknown): schema is Outline {
  return isObject(schema) && 'if' in schema;
}

/** Both schemas in one: their fields together, and `over` where both have a keyword. */
export function merge(under: Outline, over: Outline): Outline {
  const merged = { ...under, ...over };
  if (!under['properties'] && !under['required']) return merged;
  return {
    ...merged,
    properties: { ...objectOf(under['properties']), ...objectOf(over['properties']) },
    required: [...listOf(under['required']), ...listOf(over['required'])],
  };
}
