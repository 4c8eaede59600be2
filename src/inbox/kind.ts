/**
 * What a question asks for, as a list shows it before anybody opens it: its kind, its title, and with which others it can be
 * answered at once.
 */
import { decisionsOf } from '../protocol/approval.ts';
import type { Interrupt, JsonSchema } from '../protocol/shapes.ts';
import { inertText } from '../protocol/inert-text.ts';
import { shortened } from '../protocol/text.ts';
import type { ContainedAdapter } from './adapters/adapter.ts';
import { viewOf } from './adapters/adapters.ts';
import type { ApprovalView, ItemKind } from './api.ts';

/** What the list knows of a question from itself, whoever looks. */
export interface Outline {
  readonly title: string;
  readonly kind: ItemKind;
  /** Questions with the same key can be answered at once, with one click: nothing has to be typed. */
  readonly bulk: string | undefined;
  /** What a search looks through, in lower case. */
  readonly text: string;
}

/** A longer title would not fit a line. */
const MAX_TITLE = 200;

/** A question that stays as it is is the same object in every list of an inbox. */
const outlines = new WeakMap<object, Outline>();

/** The outline of a question. */
export function outlineOf(
  question: Interrupt & { readonly thread: string; readonly entrypoint: string },
  adapters: readonly ContainedAdapter[],
): Outline {
  const known = outlines.get(question);
  if (known) return known;
  const { thread, entrypoint, tags = [], value } = question;
  const view = viewOf(question, adapters);
  const title = titleOf(question, view);
  const words = [title, typeof value === 'string' ? value : JSON.stringify(value), thread, entrypoint, ...tags];
  const outline = {
    title,
    kind: view ? 'approval' : itemKind(question),
    bulk: bulkKey(question, view),
    text: words.join('\n').toLowerCase(),
  } as const;
  outlines.set(question, outline);
  return outline;
}

/** The question in one line. */
export function titleOf({ title, value, id }: Pick<Interrupt, 'title' | 'value' | 'id'>, view?: ApprovalView): string {
  if (title !== undefined) return inertText(title);
  const [action, ...more] = view?.actions ?? [];
  const named = action?.name ? `${action.name}${more.length > 0 ? ` and ${more.length} more` : ''}: ` : '';
  const asked = action?.name ? action.args : value;
  const text = typeof asked === 'string' ? asked : JSON.stringify(asked ?? null);
  const line = `${named}${text}`.replaceAll(/\s+/g, ' ').trim();
  return inertText(shortened(line === '' || line === 'null' ? id : line, MAX_TITLE));
}

function itemKind(question: Pick<Interrupt, 'schema'>): ItemKind {
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

/** Who answers several at once sees only their titles, so they are of one tool, or offer the same choices with the same names. */
function bulkKey(question: Interrupt, view: ApprovalView | undefined): string | undefined {
  const { schema, confirm } = question;
  if (confirm !== undefined) return undefined;
  if (view) {
    const [action, ...more] = view.actions;
    const isOneClick = action?.allows.some((type) => type === 'approve' || type === 'reject');
    return isOneClick && more.length === 0 ? JSON.stringify([view.adapter, action?.name, action?.allows]) : undefined;
  }
  const kind = itemKind(question);
  return kind === 'yes or no' || kind === 'choice' ? JSON.stringify([kind, schema && choicesIn(schema)]) : undefined;
}

/** The values to choose from, each with its title, if the schema is a list of them. */
function choicesIn({ enum: values, const: value, title, oneOf, anyOf }: JsonSchema): readonly unknown[] | undefined {
  if (Array.isArray(values)) return values;
  if (value !== undefined) return [[value, title]];
  const alternatives: unknown = oneOf ?? anyOf;
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined;
  const choices = alternatives.map((one: unknown) => {
    const schema = one as { readonly const?: unknown; readonly title?: unknown } | null;
    return [schema?.const, schema?.title];
  });
  return choices.every(([constant]) => constant !== undefined) ? choices : undefined;
}
