/** Runs a JSON Schema in a task; the sandbox has its own way to the same validator. */
import { Validator } from '@cfworker/json-schema';
import { makeJsonCheck } from '../protocol/json-schema.ts';
import type { Check } from '../protocol/schema.ts';
import type { JsonSchema } from '../protocol/shapes.ts';

export function jsonCheck(schema: JsonSchema): Check {
  return makeJsonCheck(schema, Validator);
}
