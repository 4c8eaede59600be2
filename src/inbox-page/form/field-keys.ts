/** The keys of fields: the place that a key is about, and how keys move with the items of a list. */

/** The place that a key is about. No kind of field has a slash in its name. */
export function pathOf(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? '' : key.slice(slash);
}

/** The same values, whose keys move with the items of a list. An item that goes nowhere is gone. */
export function rekeyed<Value>(
  map: ReadonlyMap<string, Value>,
  list: string,
  to: (key: string, index: number) => number | undefined,
): ReadonlyMap<string, Value> {
  const moved = new Map<string, Value>();
  for (const [key, value] of map) {
    const path = pathOf(key);
    const [, index = ''] = path.startsWith(`${list}/`)
      ? (/^(\d+)(?:\/|$)/.exec(path.slice(list.length + 1)) ?? [])
      : [];
    const next = index === '' ? undefined : to(key, Number(index));
    if (index === '') moved.set(key, value);
    else if (next !== undefined) {
      const kind = key.slice(0, key.length - path.length);
      moved.set(`${kind}${list}/${next}${path.slice(list.length + 1 + index.length)}`, value);
    }
  }
  return moved;
}
