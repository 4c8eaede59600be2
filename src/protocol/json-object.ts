/**
 * Objects and lists of which nothing else is known: they came as JSON, or from a user's code.
 */

/** An object whose fields have not been checked. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object itself, or an empty one if it is not an object. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The list itself, or an empty one if it is not a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
