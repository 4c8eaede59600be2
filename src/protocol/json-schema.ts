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
export type MakeValidator = (schema: JsonSchema) => {
  validate(value: unknown): { readonly valid: boolean; readonly errors: readonly ValidationError[] };
};

/** An error of the validator, as far as it is used. */
export interface ValidationError {
  readonly keyword: string;
  readonly instanceLocation: string;
  readonly error: string;
}

const MAX_PATTERN_CHARACTERS = 10_000;
/** Keywords whose errors only say that something below them is wrong. What is wrong there has an error of its own. */
const CONTAINERS = new Set(['properties', 'items', 'prefixItems', 'additionalProperties', 'allOf', '$ref', 'if']);

/** A check that accepts or refuses, and changes nothing. The schema is read at the first value. */
export function makeJsonCheck(schema: JsonSchema, makeValidator: MakeValidator): Check {
  let validator: ReturnType<MakeValidator> | undefined;
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
    validator ??= makeValidator(JSON.parse(text) as JsonSchema);
    const { valid, errors } = validator.validate(value);
    return valid ? { value } : { problems: problemsOf(errors) };
  };
}

/**
 * The problems that the validator's errors report, each once. Everything that checks an answer, or a part of one, words them
 * with this.
 */
export function problemsOf(errors: readonly ValidationError[]): readonly Problem[] {
  const leaves = errors.filter(({ keyword }) => !CONTAINERS.has(keyword));
  return (leaves.length > 0 ? leaves : errors).map(({ keyword, instanceLocation, error }) => ({
    path: instanceLocation.slice(1),
    // The schema `false` is what `additionalProperties: false` sets for other properties.
    message: keyword === 'false' ? 'Expected nothing here.' : error,
  }));
}
