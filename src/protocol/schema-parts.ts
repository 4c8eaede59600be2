/**
 * The parts of a JSON Schema that apply to one place of an answer, given what the answer holds so far. Forms read them (O2).
 *
 * A schema describes a place by its own keywords, by references (`$ref`), by `allOf`, and by conditions on the value (`if`,
 * `dependentSchemas`). All of these are the *parts* of the place, and the functions here read a list of parts. Conditions
 * need a validator; `schema-outline.ts` reads a schema without one.
 */
import { defined } from './defined.ts';
import { isObject, listOf } from './json-object.ts';
import type { JsonSchema, Problem } from './shapes.ts';

/** A schema with a validator. The validator is a package, which `protocol` may not import, so a room passes it in. */
export interface SchemaReader {
  readonly root: JsonSchema;
  /** The problems of a value with a schema inside `root`. */
  check(schema: JsonSchema, value: unknown): readonly Problem[];
  /** The target of the `$ref` of a schema inside `root`. */
  resolve(schema: JsonSchema): JsonSchema | undefined;
}

export const JSON_TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** A value to choose. */
export interface Choice {
  readonly value: unknown;
  readonly title?: string;
}

/** A property of an object. */
export interface Property {
  readonly schemas: readonly JsonSchema[];
  readonly isRequired: boolean;
}

/**
 * These schemas with all schemas that they bring along: a value must fit every one.
 *
 * @param value The value so far, which decides the conditions. `undefined` decides none.
 */
export function partsOf(reader: SchemaReader, schemas: readonly JsonSchema[], value?: unknown): readonly JsonSchema[] {
  const parts = new Set<JsonSchema>();
  const add = (schema: unknown): void => {
    // A schema may refer to itself.
    if (!isObject(schema) || parts.has(schema)) return;
    parts.add(schema);
    if (schema['$ref'] !== undefined) add(reader.resolve(schema));
    for (const one of listOf(schema['allOf'])) add(one);
    if (value === undefined) return;
    const { if: condition, dependentSchemas } = schema;
    if (isObject(condition)) add(schema[reader.check(condition, value).length === 0 ? 'then' : 'else']);
    if (isObject(value) && isObject(dependentSchemas)) {
      for (const [name, one] of Object.entries(dependentSchemas)) if (Object.hasOwn(value, name)) add(one);
    }
  };
  for (const schema of schemas) add(schema);
  return [...parts];
}

/** The keyword of the first part that has it. */
export function keywordOf(parts: readonly JsonSchema[], keyword: string): unknown {
  return parts.find((part) => part[keyword] !== undefined)?.[keyword];
}

export function textOf(parts: readonly JsonSchema[], keyword: 'title' | 'description' | 'format' | 'pattern'): string {
  const text = keywordOf(parts, keyword);
  return typeof text === 'string' ? text : '';
}

/** The types that a value may have; `undefined` if no part names any. */
export function typesOf(reader: SchemaReader, parts: readonly JsonSchema[]): readonly JsonType[] | undefined {
  let types: readonly JsonType[] | undefined;
  for (const part of parts) {
    const own = typesOfPart(reader, part);
    if (own) types = types ? common(types, own) : own;
  }
  return types?.filter((type, i) => types.indexOf(type) === i && !(type === 'integer' && types.includes('number')));
}

/** The types in both lists. An integer is a number too. */
function common(a: readonly JsonType[], b: readonly JsonType[]): readonly JsonType[] {
  const isIn = (list: readonly JsonType[], type: JsonType): boolean =>
    list.includes(type) || (type === 'integer' && list.includes('number'));
  return JSON_TYPES.filter((type) => isIn(a, type) && isIn(b, type) && (a.includes(type) || b.includes(type)));
}

function typesOfPart(reader: SchemaReader, part: JsonSchema): readonly JsonType[] | undefined {
  const { type, enum: choices, const: only, properties } = part;
  if (type !== undefined) return JSON_TYPES.filter((one) => one === type || listOf(type).includes(one));
  if (only !== undefined) return [typeOf(only)];
  if (Array.isArray(choices)) return choices.map(typeOf);
  if (properties !== undefined) return ['object'];
  const alternatives = alternativesOf(part);
  if (!alternatives) return undefined;
  const each = alternatives.map((one) => typesOf(reader, partsOf(reader, [one])));
  return each.every((types) => types !== undefined) ? each.flat() : undefined;
}

export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  // A value that was parsed from JSON has no other type.
  return typeof value as JsonType;
}

/** The values to choose from, if a part lists them. */
export function choicesOf(reader: SchemaReader, parts: readonly JsonSchema[]): readonly Choice[] | undefined {
  for (const part of parts) {
    const choices = choicesOfPart(reader, part);
    if (choices) return choices.filter(({ value }) => parts.every((one) => reader.check(one, value).length === 0));
  }
  return undefined;
}

function choicesOfPart(reader: SchemaReader, part: JsonSchema): readonly Choice[] | undefined {
  const { const: only, enum: values, title } = part;
  if (only !== undefined)
    return [{ value: only, ...defined({ title: typeof title === 'string' ? title : undefined }) }];
  if (Array.isArray(values)) return values.map((value: unknown) => ({ value }));
  if (part['type'] === 'null') return [{ value: null }];
  const each = alternativesOf(part)?.map((one) => choicesOf(reader, partsOf(reader, [one])));
  return each?.every((choices) => choices !== undefined) ? each.flat() : undefined;
}

/** Keywords that only forbid something. Alternatives with nothing else are not offered for choice. */
const FORBIDDING = new Set(['required', 'not', 'minProperties', 'maxProperties', 'title', 'description']);

/** The alternatives of a schema; `undefined` if there are none, or they only forbid something. */
export function alternativesOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  const alternatives = listOf(schema['oneOf'] ?? schema['anyOf']).filter(isObject);
  const isForm = alternatives.some((one) => Object.keys(one).some((keyword) => !FORBIDDING.has(keyword)));
  return alternatives.length > 0 && isForm ? alternatives : undefined;
}

/** The properties of an object, in the order in which the parts name them. */
export function propertiesOf(
  parts: readonly JsonSchema[],
  value: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Property> {
  const schemas = new Map<string, JsonSchema[]>();
  const forbidden = new Set<string>();
  const required = new Set(parts.flatMap(({ required: names }) => listOf(names)).map(String));
  for (const part of parts) {
    if (isObject(part['properties'])) {
      for (const [name, schema] of Object.entries(part['properties'])) {
        if (schema === false) forbidden.add(name);
        schemas.set(name, [...(schemas.get(name) ?? []), ...(isObject(schema) ? [schema] : [])]);
      }
    }
    if (!isObject(part['dependentRequired'])) continue;
    for (const [name, others] of Object.entries(part['dependentRequired']))
      if (Object.hasOwn(value, name)) for (const other of listOf(others)) required.add(String(other));
  }
  const names = [...new Set([...schemas.keys(), ...required])];
  return new Map(
    names
      .filter((name) => !forbidden.has(name) && allows(parts, name))
      .map((name) => [name, { schemas: schemas.get(name) ?? [], isRequired: required.has(name) }]),
  );
}

/** Whether an object may have this property: every part without additional properties must know it. */
export function allows(parts: readonly JsonSchema[], name: string): boolean {
  return parts.every(({ additionalProperties, properties, patternProperties }) => {
    if (additionalProperties !== false) return true;
    if (isObject(properties) && Object.hasOwn(properties, name)) return true;
    return isObject(patternProperties) && Object.keys(patternProperties).some((pattern) => matches(pattern, name));
  });
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return false;
  }
}
