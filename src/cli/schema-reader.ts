/**
 * A question's JSON Schema, run as the workflow runs it.
 */
import { dereference, validate, Validator, type Schema } from '@cfworker/json-schema';
import { makeJsonCheck, problemsOf } from '../protocol/json-schema.ts';
import type { Check } from '../protocol/schema.ts';
import type { SchemaReader } from '../protocol/schema-parts.ts';
import type { JsonSchema } from '../protocol/shapes.ts';

/** Reads any part of a schema. A schema that the validator refuses reads as one that says nothing: the workflow decides. */
export function readSchema(schema: JsonSchema = {}): SchemaReader {
  // A copy: the validator notes in it where its references lead.
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

const EMPTY: JsonSchema = {};

/** Checks a whole answer, with the words of the workflow. */
export function answerCheck(schema: JsonSchema | undefined): Check {
  if (schema === undefined) return (value) => ({ value });
  const check = makeJsonCheck(schema, (json) => new Validator(json, '2020-12', false));
  return (value) => {
    try {
      return check(value);
    } catch {
      // The workflow decides.
      return { value };
    }
  };
}
