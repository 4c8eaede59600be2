/**
 * Checks answers against a question's JSON Schema, with the validator that the workflow uses.
 */
import * as validator from '@cfworker/json-schema';
import { makeAnswerCheck, makeSchemaReader } from '../protocol/read-schema.ts';
import type { Check } from '../protocol/schema.ts';
import type { SchemaReader } from '../protocol/schema-parts.ts';
import type { Interrupt, JsonSchema } from '../protocol/shapes.ts';

export function readSchema(schema?: JsonSchema): SchemaReader {
  return makeSchemaReader(validator, schema);
}

/** A reader for what a question's answer must be; `undefined` where it may be anything. */
export function readerOf(question: Interrupt | undefined): SchemaReader | undefined {
  return question?.schema && readSchema(question.schema);
}

export function answerCheck(schema: JsonSchema | undefined): Check {
  return makeAnswerCheck(validator, schema);
}
