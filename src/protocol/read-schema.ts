/**
 * A JSON Schema with the validator that the workflow uses, for a form and for the check of a whole answer (O2, A5).
 *
 * The validator is a package, which `protocol` may not import, so the command and the page of the inbox pass it in.
 */
import { makeJsonCheck, problemsOf, type ValidationError, type ValidatorClass } from './json-schema.ts';
import type { SchemaReader } from './schema-parts.ts';
import { accept, type Check } from './schema.ts';
import type { JsonSchema } from './shapes.ts';

/** What is used of `@cfworker/json-schema`. */
export interface ValidatorPackage {
  readonly Validator: ValidatorClass;
  dereference(schema: JsonSchema): SchemaLookup;
  validate(
    value: unknown,
    schema: JsonSchema,
    draft: '2020-12',
    lookup: SchemaLookup,
    shortCircuit: boolean,
  ): { readonly errors: readonly ValidationError[] };
}
/** The schemas inside of a schema, by their addresses. */
type SchemaLookup = Record<string, JsonSchema | boolean>;

/** A reader for any part of a schema. A schema that the validator refuses allows everything here: the workflow decides. */
export function makeSchemaReader(validator: ValidatorPackage, schema: JsonSchema = {}): SchemaReader {
  // A copy, because the validator writes the targets of references into the schema.
  const root = JSON.parse(JSON.stringify(schema)) as JsonSchema;
  let lookup: SchemaLookup;
  try {
    lookup = validator.dereference(root);
  } catch {
    return makeSchemaReader(validator);
  }
  return {
    root,
    check: (node, value) => {
      try {
        return problemsOf(validator.validate(value, node, '2020-12', lookup, false).errors);
      } catch {
        return [];
      }
    },
    resolve: ({ __absolute_ref__: target }) => {
      const found = typeof target === 'string' ? lookup[target] : undefined;
      return typeof found === 'object' ? found : undefined;
    },
  };
}

/** Checks a whole answer. Its problems read as the workflow would report them. */
export function makeAnswerCheck({ Validator }: ValidatorPackage, schema: JsonSchema | undefined): Check {
  if (schema === undefined) return accept;
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
