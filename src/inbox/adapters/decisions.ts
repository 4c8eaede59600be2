/**
 * The check of decisions that a page sent: one for each action, of a type that the action allows, with its own fields only.
 *
 * What an adapter makes of them is checked again by the workflow, against the question's schema (A5).
 */
import { rememberingFault, type Decision } from '../../protocol/approval.ts';
import { isObject, type JsonObject } from '../../protocol/json-object.ts';
import type { Problem } from '../../protocol/shapes.ts';
import type { ActionView, ApprovalView } from '../api.ts';

export type CheckedDecisions = { readonly decisions: readonly Decision[] } | { readonly problems: readonly Problem[] };

/** Checks the decisions about the actions of a view. Paths of problems begin with the index of the decision. */
export function checkDecisions({ actions }: ApprovalView, decisions: unknown): CheckedDecisions {
  if (!Array.isArray(decisions) || decisions.length !== actions.length) {
    const got = Array.isArray(decisions) ? `${decisions.length}` : 'no list';
    const expected = actions.length === 1 ? 'one decision' : `${actions.length} decisions, one for each action`;
    return { problems: [{ path: '', message: `Expected ${expected}, got ${got}.` }] };
  }
  const problems = actions.flatMap((action, i) =>
    problemsOf(action, decisions[i]).map(({ path, message }) => ({ path: `/${i}${path}`, message })),
  );
  // Each one has been checked.
  return problems.length > 0 ? { problems } : { decisions: decisions as Decision[] };
}

const FIELDS: Readonly<Record<Decision['type'], readonly string[]>> = {
  approve: ['remember', 'until'],
  edit: ['args'],
  reject: ['reason', 'remember', 'until'],
  respond: ['text'],
};

function problemsOf(action: ActionView, decision: unknown): readonly Problem[] {
  const { allows } = action;
  if (!isObject(decision)) return [problem('', `Expected a decision: one of ${allows.join(', ')}.`)];
  const { type, ...fields } = decision;
  const known = allows.find((one) => one === type);
  if (known === undefined) return [problem('/type', `Expected one of ${allows.join(', ')}.`)];
  const other = Object.keys(fields).find((name) => !FIELDS[known].includes(name));
  if (other !== undefined) return [problem(`/${other}`, `Expected nothing here with type ${known}.`)];
  switch (known) {
    case 'approve':
      return remembering(action, fields);
    case 'reject':
      return [...reasonProblems(action, fields), ...remembering(action, fields)];
    case 'edit':
      return fields['args'] === undefined ? [problem('/args', 'Expected the arguments of the edit.')] : [];
    case 'respond':
      return typeof fields['text'] === 'string' ? [] : [problem('/text', 'Expected a text.')];
    default:
      return known satisfies never;
  }
}

function reasonProblems({ reasons = true }: ActionView, { reason }: JsonObject): readonly Problem[] {
  if (reason === undefined) return [];
  if (!reasons) return [problem('/reason', 'Expected no reason: the program behind this question cannot take one.')];
  return typeof reason === 'string' ? [] : [problem('/reason', 'Expected a text.')];
}

function remembering({ remember: offered = [] }: ActionView, fields: JsonObject): readonly Problem[] {
  const fault = rememberingFault(fields, offered);
  return fault ? [problem(`/${fault.field}`, `${fault.message}.`)] : [];
}

function problem(path: string, message: string): Problem {
  return { path, message };
}
