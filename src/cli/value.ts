/**
 * A value that the operator gives: on the command line, in a file (`@file`), or on stdin (`-`).
 *
 * It is JSON. What is no JSON is taken as text where a string is allowed, so that nobody has to quote a sentence twice;
 * but what begins like JSON and is none is a slip, and refused.
 */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { JsonSchema, Problem } from '../protocol/shapes.ts';
import { UsageError } from './failure.ts';

const SHOWN_CHARACTERS = 40;

/** What is given: the argument itself, or what the file or stdin holds. */
export async function readValue(argument: string): Promise<string> {
  if (argument === '-') return stripNewline(await text(process.stdin));
  if (!argument.startsWith('@')) return argument;
  try {
    return stripNewline(await readFile(argument.slice(1), 'utf8'));
  } catch (error) {
    throw new UsageError(
      `Cannot read ${argument.slice(1)} (${(error as Error).message}). For text that starts with @, quote it as JSON: '"@…"'.`,
      { cause: error },
    );
  }
}

/**
 * The value of a text.
 *
 * @param accepts What an answer must be; by default anything.
 */
export async function parseValue(given: string, schema?: JsonSchema): Promise<unknown> {
  const parsed = parseJson(given);
  if (parsed) {
    // `42` where a string is wanted is the string.
    const isText = typeof parsed.value !== 'string' && (await problemsOf(parsed.value, schema)).length > 0;
    return isText && (await problemsOf(given, schema)).length === 0 ? given : parsed.value;
  }
  if (/^\s*[[{"]/.test(given)) {
    throw new UsageError(
      `The value begins like JSON and is none: ${shorten(given)}. Check it, or give it as @file; in a shell, JSON stands in single quotes.`,
    );
  }
  const problems = await problemsOf(given, schema);
  // A string that only does not fit is the workflow's to refuse, with all that it knows.
  if (problems.length > 0 && !(await allowsString(schema))) {
    throw new UsageError(
      `The value is no JSON, and the question does not take text: ${shorten(given)}. Quote it as JSON, e.g. '${example(schema)}'.`,
    );
  }
  return given;
}

export function parseJson(given: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(given) as unknown };
  } catch {
    return undefined;
  }
}

/** What does not fit the schema, as the workflow would say it. */
export async function problemsOf(value: unknown, schema: JsonSchema | undefined): Promise<readonly Problem[]> {
  if (schema === undefined) return [];
  const { Validator } = await import('@cfworker/json-schema');
  try {
    const { errors } = new Validator(schema, '2020-12', false).validate(value);
    return errors.map(({ instanceLocation, error }) => ({ path: instanceLocation.slice(1), message: error }));
  } catch {
    // The workflow decides.
    return [];
  }
}

/** Whether some string may fit: its type says so, or nothing is said of the type. */
async function allowsString(schema: JsonSchema | undefined): Promise<boolean> {
  if (schema === undefined) return true;
  const { type } = schema;
  if (type !== undefined) return type === 'string' || (Array.isArray(type) && type.includes('string'));
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (!options) return schema['$ref'] === undefined && schema['properties'] === undefined;
  return (await Promise.all(options.map(allowsString))).some(Boolean);
}

/** What a value of this schema may look like, for a message. */
export function example(schema: JsonSchema | undefined): string {
  const { type, enum: choices, properties, default: fallback } = schema ?? {};
  if (fallback !== undefined) return JSON.stringify(fallback);
  if (Array.isArray(choices)) return JSON.stringify(choices[0]);
  if (properties !== undefined) {
    const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${example(field)}`).join(',')}}`;
  }
  switch (Array.isArray(type) ? type[0] : type) {
    case 'boolean':
      return 'true';
    case 'integer':
    case 'number':
      return '1';
    case 'array':
      return '[]';
    case 'object':
      return '{}';
    case 'null':
      return 'null';
    default:
      return '"text"';
  }
}

/** An option that counts something, from 1. */
export function readCount(given: string, name: string): number {
  const count = Number(given);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`Expected \`${name}\` to be a number from 1, got ${given}.`);
}

function stripNewline(given: string): string {
  return given.replace(/\r?\n$/, '');
}

function shorten(given: string): string {
  return given.length <= SHOWN_CHARACTERS ? given : `${given.slice(0, SHOWN_CHARACTERS - 1)}…`;
}
