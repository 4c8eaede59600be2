/**
 * An object of which nothing else is known: it came as JSON, or from a user's code.
 */

/** An object whose fields have not been checked. */
export type JsonObject = { readonly [name: string]: unknown };

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
