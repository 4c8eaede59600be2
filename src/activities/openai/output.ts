/**
 * Structured output: the model is asked for JSON that fits a schema, and its text is checked against it.
 *
 * OpenAI's servers keep to the schema by themselves. Others refuse the parameter, ignore it, or keep only to JSON. So the
 * text is always checked, and if it does not fit, the model is told what is wrong and asked again.
 */
import type { OpenAI } from 'openai';
import type { AssistantMessage, Message } from '../../protocol/messages.ts';
import {
  describeProblems,
  isStandardSchema,
  makeParse,
  toJsonSchema,
  type AnswerSchema,
  type Check,
  type Checked,
} from '../../protocol/schema.ts';
import type { JsonSchema, Problem } from '../../protocol/shapes.ts';
import { shortened } from '../../protocol/text.ts';
import { nonRetryable } from '../failure.ts';
import { jsonCheck } from '../schema.ts';

export interface OutputSettings {
  readonly format: OpenAI.ResponseFormatJSONSchema;
  readonly check: Check;
}

/**
 * Reads the option.
 *
 * @throws `TypeError` if it is not a schema.
 */
export function resolveOutput(schema: AnswerSchema | JsonSchema): OutputSettings {
  const parse = makeParse(schema, '`output`');
  const { $schema: _dialect, ...json } = toJsonSchema(schema, '`output`');
  const strict = closed(json);
  const format: OpenAI.ResponseFormatJSONSchema = {
    type: 'json_schema',
    json_schema: { name: 'output', schema: strict ?? json, strict: strict !== undefined },
  };
  return { format, check: isStandardSchema(schema) ? parse : jsonCheck(json) };
}

/** Checks what the model wrote. */
export function checkOutput({ check }: OutputSettings, { content, finish_reason }: AssistantMessage): Checked {
  const wrong = (message: string): Checked => ({ problems: [{ path: '', message }] });
  if (!content?.trim()) return wrong('Expected JSON, got nothing');
  let value: unknown;
  try {
    // Models that know JSON only from documentation put it into a block.
    value = JSON.parse(/^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(content)?.[1] ?? content);
  } catch {
    return wrong(
      finish_reason === 'length' ? 'Expected JSON, got one that was cut off' : 'Expected JSON and nothing else',
    );
  }
  return nonRetryable(() => check(value));
}

/** What is said when the text does not fit. */
export interface Correction {
  /** One sentence for a person. */
  readonly words: string;
  /** The answer and the problems with it, for the model. */
  readonly messages: readonly Message[];
}

/** What to say about an answer with these problems. */
export function correctionOf(
  { format }: OutputSettings,
  reply: AssistantMessage,
  problems: readonly Problem[],
): Correction {
  const sentence = describeProblems(problems);
  const schema = JSON.stringify(format.json_schema.schema);
  const told = `Your answer does not fit: ${sentence}. Answer again, with JSON and nothing else. It must fit this JSON Schema: ${schema}`;
  return {
    words: `it does not fit \`output\` (${sentence}): \`${shortened(reply.content ?? '', SHOWN_CHARACTERS)}\``,
    messages: [reply, { role: 'user', content: told }],
  };
}

const SHOWN_CHARACTERS = 300;

/**
 * The schema as OpenAI's strict mode wants it, in which the model cannot break it: objects are closed, and have no optional
 * fields. `undefined` if the schema has other objects.
 */
function closed(schema: JsonSchema): JsonSchema | undefined {
  let isClosed = schema['type'] === 'object';
  const close = (_: string, node: unknown): unknown => {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return node;
    const { type, properties, required = [], additionalProperties = false } = node as JsonSchema;
    if (type !== 'object') return node;
    const names = Object.keys(properties ?? {});
    isClosed &&=
      names.length > 0 &&
      additionalProperties === false &&
      names.every((name) => (required as string[]).includes(name));
    return { ...node, additionalProperties: false };
  };
  // A reviver sees every object of the schema, also one that is only a property with the name `type`: its value is a schema,
  // and never the text `object`.
  const copy = JSON.parse(JSON.stringify(schema), close) as JsonSchema;
  return isClosed ? copy : undefined;
}
