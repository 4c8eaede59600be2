/**
 * Which fields of a form to ask again for the problems of an answer (O2).
 */
import type { Entries, Field, Form } from './form.ts';
import type { Problem } from './shapes.ts';

/** The problems by the key of the field that they are about. */
export function problemsByField(
  form: Form,
  entries: Entries,
  problems: readonly Problem[],
): ReadonlyMap<string, readonly string[]> {
  const fields = form.fields.filter(({ kind }) => kind !== 'group');
  const found = new Map<string, readonly string[]>();
  for (const { path, message } of problems) {
    for (const { key } of fieldsOf(fields, entries, path)) found.set(key, [...(found.get(key) ?? []), message]);
  }
  return found;
}

function fieldsOf(fields: readonly Field[], entries: Entries, path: string): readonly Field[] {
  const inside = fields.filter((field) => isWithin(field.path, path));
  // A problem of a whole object is about the fields that were left out, or else about any field in it.
  const leftOut = inside.filter(({ key }) => entries.get(key)?.kind === 'left out');
  if (inside.length > 0) return leftOut.length > 0 ? leftOut : inside;
  // The problem is inside a field that was asked for as JSON.
  const around = fields.filter((field) => isWithin(path, field.path));
  const longest = Math.max(...around.map((field) => field.path.length));
  return around.filter((field) => field.path.length === longest);
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}
