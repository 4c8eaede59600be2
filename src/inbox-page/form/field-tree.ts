/**
 * The fields of a form as a tree: those of an object inside of its heading, the items of a list one by one.
 */
import type { Field } from '../../protocol/form.ts';

export interface FieldNode {
  readonly field: Field;
  readonly children: readonly FieldNode[];
}

/** A list, with what each item has, and whether it may have more and fewer. */
export interface ListShape {
  readonly items: readonly (readonly FieldNode[])[];
  /** The field that adds an item. */
  readonly adds: Field | undefined;
  /** How many items there are at least. */
  readonly least: number;
  /** How many of the first items have a place of their own. */
  readonly fixed: number;
}

interface Growing {
  readonly field: Field;
  readonly children: Growing[];
}

/** The fields are in the order in which they are asked, so those inside of a heading follow it. */
export function treeOf(fields: readonly Field[]): readonly FieldNode[] {
  const roots: Growing[] = [];
  const open: Growing[] = [];
  for (const field of fields) {
    while (open.length > 0 && !isInside(field, open.at(-1)!.field)) open.pop();
    const node: Growing = { field, children: [] };
    (open.at(-1)?.children ?? roots).push(node);
    if (field.kind === 'group' || field.kind === 'presence' || field.kind === 'variant') open.push(node);
  }
  return roots;
}

function isInside({ path }: Field, { path: outer }: Field): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

/** The items of a list, from the nodes at its path. */
export function listShape(path: string, nodes: readonly FieldNode[]): ListShape {
  const items: FieldNode[][] = [];
  const others = nodes.flatMap(({ field }) => (field.kind === 'another' ? [field] : []));
  for (const node of nodes) {
    if (node.field.kind === 'another') continue;
    const index = Number(node.field.path.slice(path.length + 1).split('/')[0]);
    (items[index] ??= []).push(node);
  }
  // An item whose value is fixed has no field.
  const whole = Array.from(items, (item) => item ?? []);
  const last = others.at(-1);
  return {
    items: whole,
    adds: last && last.count >= whole.length ? last : undefined,
    least: others[0]?.count ?? whole.length,
    fixed: last?.fixed ?? whole.length,
  };
}
