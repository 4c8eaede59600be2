/**
 * Checks answers against a question's JSON Schema, with the validator that the workflow uses.
 */
import { dereference, validate, Validator, type Schema } from '@cfworker/json-schema';
import { makeJsonCheck, problemsOf } from '../protocol/json-schema.ts';
import type { Check } from '../protocol/schema.ts';
import type { SchemaReader } from '../protocol/schema-parts.ts';
import type { Interrupt, JsonSchema } from '../protocol/shapes.ts';

/** A reader for any part of a schema. A schema that the validator refuses allows everything here: the workflow decides. */
export function readSchema(schema: JsonSchema = {}): SchemaReader {
  // A copy, because the validator writes the targets of references into the schema.
  const root = structuredClone(schema);
  let lookup: Readonly<Record<string, Schema | boolean>>;
  try {
    lookup = dereference(root);
  } catch {
    return schema === EMPTY ? { root, check: () => [], resolve: () => undefined } : readSchema(EMPTY);
  }
  return {
    root,
    check: (node, value) => {
      try {
        return problemsOf(validate(value, node, '2020-12', lookup, false).errors);
      } catch {
        return [];
      }
    },
    resolve: (node) => {
      const found = lookup[(node as Schema).__absolute_ref__ ?? ''];
      return typeof found === 'object' ? found : undefined;
    },
  };
}

/** A reader for what a question's answer must be; `undefined` where it may be anything. */
export function readerOf(question: Interrupt | undefined): SchemaReader | undefined {
  return question?.schema && readSchema(question.schema);
}

const EMPTY: JsonSchema = {};

/** Checks a whole answer. Its problems read as the workflow would report them. */
export function answerCheck(schema: JsonSchema | undefined): Check {
  if (schema === undefined) return (value) => ({ value });
  const check = makeJsonCheck(schema, Validator);
  return (value) => {
    try {
      return check(value);
    } catch {
      // The workflow decides.
      return { value };
    }
  };
}
