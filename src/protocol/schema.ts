/**
 * The schema of an answer in two halves: the JSON Schema that is sent, and the part that only runs in its own process (A5).
 *
 * A Standard Schema with a JSON Schema form (zod from 4.2, arktype, valibot) has both halves. A plain JSON Schema has only
 * the first one.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { pointerTo } from './json-pointer.ts';
import type { JsonSchema, Problem } from './shapes.ts';
import { messageOf } from './thrown.ts';

/** A schema that can be both sent and run: a Standard Schema with a JSON Schema form. */
export type AnswerSchema = StandardSchemaV1 & StandardJSONSchemaV1;

/** The type of what a schema parses: `unknown` with a plain JSON Schema, `never` without a schema. */
export type OutputOf<Output> = Output extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<Output>
  : Output extends JsonSchema
    ? unknown
    : never;

/** The result of a check: the value for the code, or what is wrong with it. */
export type Checked = { readonly value: unknown } | { readonly problems: readonly Problem[] };
/** Checks a value, and may parse it. */
export type Check = (value: unknown) => Checked;

const MAX_SCHEMA_CHARACTERS = 32 * 1024;

export function isStandardSchema(schema: JsonSchema | AnswerSchema): schema is AnswerSchema {
  return '~standard' in schema;
}

/**
 * The half of a schema that is sent.
 *
 * @param name The option in the words of the message.
 * @throws `TypeError` if the schema has no JSON form, or if that is too large.
 */
export function toJsonSchema(schema: JsonSchema | AnswerSchema, name: string): JsonSchema {
  const json = isStandardSchema(schema) ? convert(schema, name) : schema;
  const size = JSON.stringify(json).length;
  if (size > MAX_SCHEMA_CHARACTERS) {
    throw new TypeError(`Expected ${name} to be at most 32 KB as JSON Schema, got ${Math.ceil(size / 1024)} KB`);
  }
  return json;
}

function convert(schema: AnswerSchema, name: string): JsonSchema {
  const { jsonSchema: converter, vendor } = schema['~standard'];
  // The type requires it, but a schema from an older version of its library has none.
  if ((converter as unknown) === undefined) {
    throw new TypeError(
      `Expected ${name} to have a JSON Schema form (Standard JSON Schema), got a ${vendor} schema without one; zod has it from 4.2`,
    );
  }
  try {
    return converter.input({ target: 'draft-2020-12' });
  } catch (error) {
    throw new TypeError(`Expected ${name} to have a JSON Schema form: ${messageOf(error)}`, { cause: error });
  }
}

export function assertSchema(schema: unknown, name: string): void {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null) {
    throw new TypeError(
      `Expected ${name} to be a Standard Schema or a JSON Schema, got \`${String(schema)}\` (${typeof schema})`,
    );
  }
}

/** The half of a schema that runs here: a plain JSON Schema has none, and accepts every value. */
export function makeParse(schema: JsonSchema | AnswerSchema, name: string): Check {
  assertSchema(schema, name);
  return isStandardSchema(schema) ? (value) => parseStandard(schema, name, value) : accept;
}

/** The check that accepts every value. */
export function accept(value: unknown): Checked {
  return { value };
}

function parseStandard(schema: AnswerSchema, name: string, value: unknown): Checked {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    // If a check throws, zod runs it again asynchronously. Its rejection is not needed.
    result.catch(() => undefined);
    throw new TypeError(`Expected ${name} to check synchronously and not to throw`);
  }
  if (!result.issues) return { value: result.value };
  return { problems: result.issues.map(({ message, path = [] }) => ({ path: pointerTo(keysOf(path)), message })) };
}

function keysOf(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): readonly PropertyKey[] {
  return path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
}

/** Problems in one line: `/n: Expected a number; the answer: …`. */
export function describeProblems(problems: readonly Problem[]): string {
  const sentences = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return sentences.map((sentence) => sentence.replace(/\.$/, '')).join('; ');
}
