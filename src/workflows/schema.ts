/**
 * Checks an answer against the JSON Schema that travels with its question (A5).
 *
 * An interpreter, not a compiler: the sandbox has no code generation. What a `pattern` runs on is bounded, so that a long
 * answer cannot hold up a workflow task.
 */
import { Validator, type OutputUnit } from '@cfworker/json-schema';
import { describeProblems, type Check } from '../protocol/options.ts';
import type { JsonSchema, Problem } from '../protocol/shapes.ts';
import { failure } from './failure.ts';
import type { Opening } from './questions.ts';

const MAX_PATTERN_CHARACTERS = 10_000;
/** Keywords that only say that something below them is wrong; that has a line of its own. */
const CONTAINERS = new Set([
  'properties',
  'items',
  'prefixItems',
  'additionalProperties',
  'allOf',
  '$ref',
  'then',
  'else',
]);

/** What an open question makes of an answer: the JSON Schema first, then what only its own schema can say. */
export function answerCheck(schema: JsonSchema | undefined, parse: Check | undefined): Check {
  const check = schema === undefined ? undefined : makeSchemaCheck(schema);
  return (answer) => {
    try {
      const checked = check?.(answer);
      if (checked && 'problems' in checked) return checked;
      return parse ? parse(answer) : { value: answer };
    } catch (error) {
      // The schema is the user's code; what it throws refuses the answer and is no reason to lose the run.
      return { problems: [{ path: '', message: error instanceof Error ? error.message : String(error) }] };
    }
  };
}

/** The default of a question, checked like an answer. */
export function resolveDefault(sent: unknown, check: Check, id: string): NonNullable<Opening['default']> {
  const checked = check(sent);
  if ('value' in checked) return { sent, value: checked.value };
  throw failure(
    'InvalidAnswer',
    `Expected the default of \`${id}\` to fit its schema: ${describeProblems(checked.problems)}`,
  );
}

/** A check that accepts or refuses, and changes nothing. The schema is read at the first answer. */
function makeSchemaCheck(schema: JsonSchema): Check {
  let validator: Validator | undefined;
  const hasPattern = JSON.stringify(schema).includes('"pattern');
  return (answer) => {
    if (hasPattern && JSON.stringify(answer).length > MAX_PATTERN_CHARACTERS) {
      return {
        problems: [
          { path: '', message: `Expected at most ${MAX_PATTERN_CHARACTERS} characters where the schema has a pattern` },
        ],
      };
    }
    validator ??= new Validator(schema, '2020-12', false);
    const { valid, errors } = validator.validate(answer);
    return valid ? { value: answer } : { problems: problems(errors) };
  };
}

function problems(errors: readonly OutputUnit[]): readonly Problem[] {
  const leaves = errors.filter(({ keyword }) => !CONTAINERS.has(keyword));
  return (leaves.length > 0 ? leaves : errors).map(({ instanceLocation, error }) => ({
    path: instanceLocation.slice(1),
    message: error,
  }));
}
