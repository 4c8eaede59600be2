/** The answers that need no typing, which several items can be given at once. */
import type { ActionDecision, Item } from '../../inbox/api.ts';
import type { ReadyAnswer } from '../form/answer-form.tsx';

export interface BulkAnswer {
  /** What it says on the button. */
  readonly name: string;
  /** The answer for one item. `undefined`: it cannot be given to that one. */
  readonly answerOf: (item: Item) => ReadyAnswer | undefined;
}

export function bulkAnswers(item: Item): BulkAnswer[] {
  if (item.approval) return [decisions('Approve', { type: 'approve' }), decisions('Reject', { type: 'reject' })];
  if (item.kind === 'yes or no') return [value('Yes', true), value('No', false)];
  return choicesOf(item).map((choice) => value(typeof choice === 'string' ? choice : JSON.stringify(choice), choice));
}

function decisions(name: string, decision: ActionDecision): BulkAnswer {
  return {
    name,
    answerOf: ({ approval }) =>
      approval?.actions.every(({ allows }) => allows.includes(decision.type))
        ? { decisions: approval.actions.map(() => decision) }
        : undefined,
  };
}

function value(name: string, answer: unknown): BulkAnswer {
  return { name, answerOf: () => ({ value: answer }) };
}

/** The values of an enum, or of alternatives with one value each. */
function choicesOf({ question: { schema } }: Item): readonly unknown[] {
  if (!schema) return [];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  const alternatives = schema['oneOf'] ?? schema['anyOf'];
  if (!Array.isArray(alternatives)) return [];
  // A JSON Schema's alternatives are schemas.
  return (alternatives as { readonly const?: unknown }[]).flatMap((one) => ('const' in one ? [one.const] : []));
}
