/** What an edit changes about the arguments of an action: one change for each value, by its place. */
import { pointerTo } from '../../protocol/json-pointer.ts';
import { isObject } from '../../protocol/json-object.ts';

export interface Change {
  /** A JSON pointer; `''` is the whole. */
  readonly path: string;
  /** Missing: the value was added. */
  readonly before?: unknown;
  /** Missing: the value was removed. */
  readonly after?: unknown;
}

/** The changes from one value to another. A list that became longer or shorter is one change. */
export function changesOf(before: unknown, after: unknown, names: readonly string[] = []): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const path = pointerTo(names);
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    // The same fields in another order are no change.
    return keys.flatMap((key) => changesOf(before[key], after[key], [...names, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, i) => changesOf(item, after[i], [...names, String(i)]));
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}
