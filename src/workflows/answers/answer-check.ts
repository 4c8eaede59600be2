/**
 * The check of an answer: the JSON Schema that travels with the question, then the question's own schema (A5).
 */
import { Validator } from '@cfworker/json-schema';
import { makeJsonCheck } from '../../protocol/json-schema.ts';
import { describeProblems, type Check } from '../../protocol/schema.ts';
import type { JsonSchema } from '../../protocol/shapes.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { failure } from '../errors/failure.ts';

/** @param parse What only the question's own schema can say: refinements and transforms. */
export function makeAnswerCheck(schema: JsonSchema | undefined, parse: Check | undefined): Check {
  const check = schema === undefined ? undefined : jsonCheck(schema);
  return (answer) => {
    try {
      const checked = check?.(answer);
      if (checked && 'problems' in checked) return checked;
      return parse ? parse(answer) : { value: answer };
    } catch (error) {
      // The schema is the user's code. When it throws, the answer is refused and the run goes on.
      return { problems: [{ path: '', message: messageOf(error) }] };
    }
  };
}

/** The default of a question: as it was given, and as the code gets it. */
export interface Default {
  readonly sent: unknown;
  readonly value: unknown;
}

/** Checks a default like an answer. @throws `InvalidAnswer` */
export function resolveDefault(sent: unknown, check: Check, id: string): Default {
  const checked = check(sent);
  if ('value' in checked) return { sent, value: checked.value };
  throw failure(
    'InvalidAnswer',
    `Expected the default of \`${id}\` to fit its schema: ${describeProblems(checked.problems)}`,
  );
}

/** A check against a JSON Schema alone. */
export function jsonCheck(schema: JsonSchema): Check {
  return makeJsonCheck(schema, Validator);
}
