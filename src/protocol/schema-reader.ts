/**
 * Reads a JSON Schema part by part, for code that explains it: references are followed, and `allOf` is put together.
 *
 * It never checks a value, and any keyword may be anything. The work is bounded, because a schema may refer to itself.
 */
import type { JsonSchema } from './shapes.ts';

const MAX_PARTS = 200;

export type SchemaPart = Readonly<Record<string, unknown>>;

export class SchemaReader {
  readonly #root: JsonSchema;
  #parts = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** A part with what it refers to; empty for what is no schema, and when too many have been read. */
  read(part: unknown): SchemaPart {
    if (!isObject(part) || ++this.#parts > MAX_PARTS) return {};
    const others = [this.#target(part['$ref']), ...list(part['allOf']).filter((other) => !isCase(other))];
    return others.reduce<SchemaPart>((whole, other) => merge(this.read(other), whole), part);
  }

  #target(ref: unknown): unknown {
    if (typeof ref !== 'string' || !ref.startsWith('#')) return undefined;
    const names = ref.split('/').slice(1);
    const keys = names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    return keys.reduce<unknown>((found, key) => object(found)[key], this.#root);
  }
}

/** The types that a value may have, `null` last: where the schema names none, what its other keywords are about. */
export function typesOf({ type, properties, items }: SchemaPart): readonly unknown[] {
  const implied = properties ? ['object'] : items ? ['array'] : [];
  const types = typeof type === 'string' ? [type] : list(type ?? implied);
  return types.toSorted((a, b) => Number(a === 'null') - Number(b === 'null'));
}

/** The values of which it must be one. */
export function choicesOf({ const: only, enum: choices }: SchemaPart): readonly unknown[] {
  return only === undefined ? list(choices) : [only];
}

/** The schemas of which it must fit one, each with what holds beside them. */
export function optionsOf({ anyOf, oneOf, ...rest }: SchemaPart): readonly SchemaPart[] {
  return list(anyOf ?? oneOf).map((option) => ({ allOf: [option, rest] }));
}

export interface Field {
  readonly name: string;
  readonly schema: unknown;
  readonly isRequired: boolean;
}

export function fieldsOf({ properties, required }: SchemaPart): readonly Field[] {
  const known = object(properties);
  const needed = list(required).map(String);
  const names = [...new Set([...Object.keys(known), ...needed])];
  return names.map((name) => ({ name, schema: known[name], isRequired: needed.includes(name) }));
}

/** What holds too if a field has a certain value: `if` and `then`, as they are written. */
export function casesOf(schema: SchemaPart): readonly SchemaPart[] {
  return [schema, ...list(schema['allOf'])].filter(isCase);
}

function isCase(part: unknown): part is SchemaPart {
  return isObject(part) && 'if' in part;
}

function merge(under: SchemaPart, over: SchemaPart): SchemaPart {
  return {
    ...under,
    ...over,
    ...(under['properties'] ? { properties: { ...object(under['properties']), ...object(over['properties']) } } : {}),
    ...(under['required'] ? { required: [...list(under['required']), ...list(over['required'])] } : {}),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function object(value: unknown): SchemaPart {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is SchemaPart {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
