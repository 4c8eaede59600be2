/**
 * The check of a value against a JSON Schema, on the worker. The sandbox imports the same validator by itself.
 */
import { Validator } from '@cfworker/json-schema';
import { makeJsonCheck } from '../protocol/json-schema.ts';
import type { Check } from '../protocol/schema.ts';
import type { JsonSchema } from '../protocol/shapes.ts';

export function jsonCheck(schema: JsonSchema): Check {
  return makeJsonCheck(schema, Validator);
}
