/**
 * A schema for arguments that came without one, made of the arguments themselves: a number stays a number when it is edited.
 *
 * A text may become empty, which `minLength` says. What cannot be guessed, such as an empty list, may be anything. The whole
 * can be written as JSON too.
 */
import { isObject } from '../../protocol/json-object.ts';
import type { JsonSchema } from '../../protocol/shapes.ts';

const MAX_DEPTH = 4;

export function guessedSchema(value: unknown, depth = 0): JsonSchema {
  if (typeof value === 'string') return { type: 'string', minLength: 0 };
  if (typeof value === 'number') return { type: 'number' };
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (depth >= MAX_DEPTH) return {};
  if (Array.isArray(value)) {
    const [first, ...others] = value.map((item) => guessedSchema(item, depth + 1));
    const isOne = first !== undefined && others.every((other) => JSON.stringify(other) === JSON.stringify(first));
    return isOne ? { type: 'array', items: first } : {};
  }
  if (!isObject(value) || Object.keys(value).length === 0) return {};
  const properties = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, guessedSchema(inner, depth + 1)]),
  );
  return { type: 'object', properties, required: Object.keys(properties) };
}
