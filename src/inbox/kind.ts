/**
 * What a question asks for, as a list shows it before anybody opens it: its kind, its title, and with which others it can be
 * answered at once.
 */
import type { ListedInterrupt } from '../client/tools.ts';
import { decisionsOf } from '../protocol/approval.ts';
import type { Interrupt, JsonSchema } from '../protocol/shapes.ts';
import { shortened } from '../protocol/text.ts';
import type { ItemKind } from './api.ts';

/** A longer title would not fit a line. */
const MAX_TITLE = 200;

/** The kind of a question. */
export function itemKind(question: Pick<Interrupt, 'schema'>): ItemKind {
  const { schema } = question;
  if (decisionsOf(question)) return 'approval';
  if (schema === undefined) return 'any';
  if (choicesIn(schema)) return 'choice';
  switch (schema['type']) {
    case 'boolean':
      return 'yes or no';
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case undefined:
      return Object.hasOwn(schema, 'properties') ? 'form' : 'any';
    default:
      return 'form';
  }
}

/** Questions with the same key can be answered at once, with one click: nothing has to be typed. */
export function bulkKey(question: Interrupt): string | undefined {
  const { schema, confirm, value } = question;
  if (confirm !== undefined) return undefined;
  const decisions = decisionsOf(question);
  if (decisions) {
    const { tool } = (value ?? {}) as { readonly tool?: unknown };
    const isOneClick = decisions.includes('approve') || decisions.includes('reject');
    return isOneClick ? JSON.stringify(['approval', tool, decisions]) : undefined;
  }
  const kind = itemKind(question);
  return kind === 'yes or no' || kind === 'choice' ? JSON.stringify([kind, schema && choicesIn(schema)]) : undefined;
}

/** The question in one line. */
export function titleOf({ title, value, id }: Pick<ListedInterrupt, 'title' | 'value' | 'id'>): string {
  if (title !== undefined) return title;
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return shortened(line === '' || line === 'null' ? id : line, MAX_TITLE);
}

/** The values to choose from, if the schema is a list of them. */
function choicesIn({ enum: values, const: value, oneOf, anyOf }: JsonSchema): readonly unknown[] | undefined {
  if (Array.isArray(values)) return values;
  if (value !== undefined) return [value];
  const alternatives: unknown = oneOf ?? anyOf;
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined;
  const constants = alternatives.map((one: unknown) => (one as { readonly const?: unknown } | null)?.const);
  return constants.every((one) => one !== undefined) ? constants : undefined;
}
