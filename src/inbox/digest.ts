/**
 * The digest of what a person is shown of a question: a hash of its canonical JSON (A13).
 */
import { createHash } from 'node:crypto';
import type { Shown } from '../protocol/shapes.ts';

const FIELDS: Readonly<Record<keyof Shown, true>> = {
  value: true,
  title: true,
  description: true,
  assignees: true,
  schema: true,
  group: true,
  confirm: true,
  tags: true,
  priority: true,
  by: true,
};

/** SHA-256, as hex. The order of the fields does not matter. */
export function digestOf(question: Shown): string {
  const shown = Object.fromEntries(Object.entries(question).filter(([name]) => Object.hasOwn(FIELDS, name)));
  return createHash('sha256').update(JSON.stringify(shown, sorted)).digest('hex');
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
