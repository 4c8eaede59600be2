/**
 * What an open question makes of an answer: the JSON Schema that travels with it, then what its own schema says (A5).
 */
import { Validator } from '@cfworker/json-schema';
import { makeJsonCheck } from '../protocol/json-schema.ts';
import { describeProblems, type Check } from '../protocol/schema.ts';
import type { JsonSchema } from '../protocol/shapes.ts';
import { messageOf } from '../protocol/thrown.ts';
import { failure } from './failure.ts';
import type { Opening } from './questions.ts';

/** The JSON Schema first, then what only its own schema can say. */
export function answerCheck(schema: JsonSchema | undefined, parse: Check | undefined): Check {
  const check = schema === undefined ? undefined : jsonCheck(schema);
  return (answer) => {
    try {
      const checked = check?.(answer);
      if (checked && 'problems' in checked) return checked;
      return parse ? parse(answer) : { value: answer };
    } catch (error) {
      // The schema is the user's code; what it throws refuses the answer and is no reason to lose the run.
      return { problems: [{ path: '', message: messageOf(error) }] };
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

export function jsonCheck(schema: JsonSchema): Check {
  return makeJsonCheck(schema, Validator);
}
