/**
 * Fields that arrive in fragments: the message in a stream is put together from its deltas (P4).
 *
 * A delta does not say how it continues what was sent before. Texts of a message grow. Inside of an object only some do:
 * what a model thinks comes in pieces, and a signature or an id comes whole, sometimes again and again.
 */
import { isObject } from '../../protocol/json-object.ts';
import type { ServerObject } from './messages.ts';

/** Texts of a message that do not grow. */
const FIXED: readonly string[] = ['role', 'type', 'id', 'name', 'object', 'model'];
/** Texts inside of the fields of a message that grow. */
const GROWING: readonly string[] = ['text', 'thinking', 'summary', 'transcript', 'data'];
/** The fields by which an item of a list is known as something that a model writes piece by piece. */
const WRITTEN: readonly string[] = ['text', 'thinking', 'summary', 'signature'];

/** The fields of a message with those of one more delta. */
export function addFields(fields: ServerObject, delta: ServerObject): ServerObject {
  return withFields(fields, delta, (name) => !FIXED.includes(name));
}

function continued(before: unknown, fragment: unknown, grows: boolean): unknown {
  if (before === undefined || before === null) return fragment;
  if (fragment === undefined || fragment === null) return before;
  if (typeof before === 'string' && typeof fragment === 'string') return grows ? before + fragment : fragment || before;
  // A server may send what the model thinks as parts, and the text after it as a text.
  if (Array.isArray(before) && typeof fragment === 'string') return withItems(before, asParts(fragment));
  if (typeof before === 'string' && Array.isArray(fragment)) return withItems(asParts(before), fragment);
  if (Array.isArray(before) && Array.isArray(fragment)) return withItems(before, fragment);
  return isObject(before) && isObject(fragment) ? withInner(before, fragment) : fragment;
}

function asParts(text: string): readonly unknown[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function withInner(before: ServerObject, fragment: ServerObject): ServerObject {
  return withFields(before, fragment, (name) => GROWING.includes(name));
}

function withFields(before: ServerObject, fragment: ServerObject, grows: (name: string) => boolean): ServerObject {
  const names = Object.entries(fragment);
  const added = names.map(([name, value]) => [name, continued(before[name], value, grows(name))]);
  // A field that is called `__proto__` stays a field.
  return { ...before, ...(Object.fromEntries(added) as ServerObject) };
}

/** The list with more items. One that continues an item is joined with it. */
function withItems(before: readonly unknown[], more: readonly unknown[]): readonly unknown[] {
  const items = [...before];
  for (const [n, item] of more.entries()) {
    const at = isObject(item) ? placeOf(items, item, n === 0) : -1;
    if (at === -1) items.push(item);
    else items[at] = withInner(items[at] as ServerObject, item as ServerObject);
  }
  return items;
}

/** Where the item is that a fragment continues. Without an index, only the first fragment of a delta continues something. */
function placeOf(items: readonly unknown[], fragment: ServerObject, isFirst: boolean): number {
  const hasIndex = typeof fragment['index'] === 'number';
  if (!hasIndex && !isFirst) return -1;
  const from = hasIndex ? 0 : items.length - 1;
  return items.findLastIndex((item, at) => at >= from && isObject(item) && isContinued(item, fragment));
}

function isContinued(item: ServerObject, fragment: ServerObject): boolean {
  const [id, index] = [fragment['id'] || item['id'], fragment['index'] ?? item['index']];
  const isSame =
    (item['id'] || id) === id &&
    (item['index'] ?? index) === index &&
    (fragment['type'] ?? item['type']) === item['type'];
  if (!isSame || !isWritten(item) || !isWritten(fragment)) return false;
  // The signature is the end of what it signs.
  return !item['signature'] || index !== undefined || !WRITTEN.slice(0, 3).some((name) => fragment[name]);
}

function isWritten(item: ServerObject): boolean {
  return !('data' in item) && WRITTEN.some((name) => name in item);
}
