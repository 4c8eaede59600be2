/**
 * JSON pointers: where something is in a JSON value. `''` is the value as a whole.
 */

/** The pointer along these keys: `/items/0`. */
export function pointerTo(keys: readonly PropertyKey[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys of a pointer, or of a URL fragment with one. */
export function keysOf(pointer: string): readonly string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
