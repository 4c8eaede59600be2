/**
 * A schema in two halves: the JSON Schema that can be sent, and what only runs where the schema lives (A5).
 *
 * A Standard Schema that also has a JSON Schema form (zod from 4.2, arktype, valibot) has both halves; a plain JSON Schema
 * has the first one alone.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { pointerTo } from './json-pointer.ts';
import type { JsonSchema, Problem } from './shapes.ts';
import { messageOf } from './thrown.ts';

/** A schema that can be both sent and run. */
export type AnswerSchema = StandardSchemaV1 & StandardJSONSchemaV1;

/** A value after a check: what the code gets, or what is wrong with it. */
export type Checked = { readonly value: unknown } | { readonly problems: readonly Problem[] };
export type Check = (value: unknown) => Checked;

const MAX_SCHEMA_CHARACTERS = 32 * 1024;

export function isStandardSchema(schema: JsonSchema | AnswerSchema): schema is AnswerSchema {
  return '~standard' in schema;
}

/**
 * The half that can be sent.
 *
 * @param name Of the option, for the `TypeError` when there is none or it is too large.
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
  // Typed, but a schema of an older version of its library has none.
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

/** The half that only runs here: what a Standard Schema makes of a value. */
export function makeParse(schema: JsonSchema | AnswerSchema, name: string): Check {
  assertSchema(schema, name);
  return isStandardSchema(schema) ? (value) => parseStandard(schema, name, value) : accept;
}

/** What no schema refuses. */
export function accept(value: unknown): Checked {
  return { value };
}

function parseStandard(schema: AnswerSchema, name: string, value: unknown): Checked {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    // zod tries again asynchronously what threw; nobody waits for that.
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
