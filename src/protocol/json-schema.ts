/**
 * Checks a value against a JSON Schema, the same in the sandbox and in a task (A5).
 *
 * What runs the schema is an interpreter, not a compiler: the sandbox has no code generation. It is a package, and
 * `protocol` has none, so each room hands it in. What a `pattern` runs on is bounded, so that a long value cannot hold up
 * a workflow task.
 */
import type { Check } from './schema.ts';
import type { JsonSchema, Problem } from './shapes.ts';

/** `Validator` of `@cfworker/json-schema`, as far as it is used. */
export interface ValidatorClass {
  new (schema: JsonSchema, draft: '2020-12', shortCircuit: boolean): JsonValidator;
}

interface JsonValidator {
  validate(value: unknown): { readonly valid: boolean; readonly errors: readonly ValidationError[] };
}

interface ValidationError {
  readonly keyword: string;
  readonly instanceLocation: string;
  readonly error: string;
}

const MAX_PATTERN_CHARACTERS = 10_000;
/** Keywords that only say that something below them is wrong; that has a line of its own. */
const CONTAINERS = new Set(['properties', 'items', 'prefixItems', 'additionalProperties', 'allOf', '$ref', 'if']);

/** A check that accepts or refuses, and changes nothing. The schema is read at the first value. */
export function makeJsonCheck(schema: JsonSchema, Validator: ValidatorClass): Check {
  let validator: JsonValidator | undefined;
  const text = JSON.stringify(schema);
  const hasPattern = text.includes('"pattern');
  return (value) => {
    if (hasPattern && JSON.stringify(value).length > MAX_PATTERN_CHARACTERS) {
      return {
        problems: [
          { path: '', message: `Expected at most ${MAX_PATTERN_CHARACTERS} characters where the schema has a pattern` },
        ],
      };
    }
    // A copy: it notes on each `$ref` where that leads, which is elsewhere when the schema is put into another.
    validator ??= new Validator(JSON.parse(text) as JsonSchema, '2020-12', false);
    const { valid, errors } = validator.validate(value);
    return valid ? { value } : { problems: problems(errors) };
  };
}

function problems(errors: readonly ValidationError[]): readonly Problem[] {
  const leaves = errors.filter(({ keyword }) => !CONTAINERS.has(keyword));
  return (leaves.length > 0 ? leaves : errors).map(({ keyword, instanceLocation, error }) => ({
    path: instanceLocation.slice(1),
    // What `additionalProperties: false` makes of a property.
    message: keyword === 'false' ? 'Expected nothing here.' : error,
  }));
}
