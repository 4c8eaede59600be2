/**
 * The check of a value against a JSON Schema: the same in the sandbox, in a task and in the command (A5).
 *
 * The validator interprets the schema, because the sandbox cannot generate code. It is a package, which `protocol` may not
 * import, so each room passes it in. The length of a value is limited if the schema has a `pattern`: a long one would hold
 * up a workflow task.
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

/** An error of the validator, as far as it is used. */
export interface ValidationError {
  readonly keyword: string;
  readonly instanceLocation: string;
  readonly error: string;
}

const MAX_PATTERN_CHARACTERS = 10_000;
/** Keywords that only report that something below them is wrong, which has an error of its own. */
const CONTAINERS = new Set(['properties', 'items', 'prefixItems', 'additionalProperties', 'allOf', '$ref', 'if']);

/** Makes a check that never changes a value. The schema is read with the first value. */
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
    // A copy: the validator marks each `$ref` with its target, which differs if the schema is part of another one.
    validator ??= new Validator(JSON.parse(text) as JsonSchema, '2020-12', false);
    const { valid, errors } = validator.validate(value);
    return valid ? { value } : { problems: problemsOf(errors) };
  };
}

/** The problems that a person is shown for the errors of the validator: only the innermost ones. */
export function problemsOf(errors: readonly ValidationError[]): readonly Problem[] {
  const leaves = errors.filter(({ keyword }) => !CONTAINERS.has(keyword));
  return (leaves.length > 0 ? leaves : errors).map(({ keyword, instanceLocation, error }) => ({
    path: instanceLocation.slice(1),
    // The schema `false`: a property that `additionalProperties: false` forbids.
    message: keyword === 'false' ? 'Expected nothing here.' : error,
  }));
}
