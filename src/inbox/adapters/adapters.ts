/**
 * What an approval looks like on the page, and the answer that a person's decisions make (W2).
 *
 * A question about one or several actions has a form of its own: its name, its arguments, and a decision for each. An adapter
 * knows one such shape of a question's value, and the value that the code behind it waits for. Only the adapters that the
 * inbox is given are used, after the one of `approval()`. A question of no adapter's is answered by the form of its schema.
 *
 * Decisions come from a page, so they are checked against what was shown before an adapter sees them.
 */
import type { Checked } from '../../protocol/schema.ts';
import type { Interrupt, Problem } from '../../protocol/shapes.ts';
import { verdictOf, type Verdict } from '../../protocol/verdict.ts';
import type { ApprovalView } from '../api.ts';
import type { ContainedAdapter } from './adapter.ts';
import { checkDecisions } from './decisions.ts';
import { holdpoint } from './holdpoint.ts';

/** The approval that a question is; `undefined` if no adapter knows its shape. */
export function viewOf(question: Interrupt, adapters: readonly ContainedAdapter[] = []): ApprovalView | undefined {
  return found(question, adapters)?.view;
}

/**
 * The answer that the decisions about a question make.
 *
 * @param decisions What the page sent. The `path` of a problem points into it.
 */
export function valueOf(question: Interrupt, decisions: unknown, adapters: readonly ContainedAdapter[] = []): Checked {
  const known = found(question, adapters);
  if (!known) return { problems: [{ path: '', message: 'Expected a `value`: this question asks for no decisions.' }] };
  const checked = checkDecisions(known.view, decisions);
  if ('problems' in checked) return checked;
  return { value: known.adapter.answer(known.view, checked.decisions, question) };
}

/** The problems of an answer that {@link valueOf} made, with paths into the decisions. */
export function problemsInDecisions(
  question: Interrupt,
  problems: readonly Problem[],
  adapters: readonly ContainedAdapter[] = [],
): readonly Problem[] {
  const known = found(question, adapters);
  if (!known) return problems;
  const { adapter, view } = known;
  return problems.map(({ path, message }) => ({ path: adapter.place(path, view), message }));
}

/** Whether an answer to the question lets something happen. */
export function verdictOfAnswer(
  question: Interrupt,
  answer: unknown,
  adapters: readonly ContainedAdapter[] = [],
): Verdict | undefined {
  const known = found(question, adapters);
  return known ? known.adapter.verdict(answer) : verdictOf(answer);
}

interface Found {
  readonly adapter: ContainedAdapter;
  readonly view: ApprovalView;
}

function found(question: Interrupt, adapters: readonly ContainedAdapter[]): Found | undefined {
  // A cut question may lack the arguments, and nobody may approve what was not shown.
  if (question.truncated) return undefined;
  for (const adapter of [holdpoint, ...adapters]) {
    const { actions = [] } = adapter.view(question) ?? {};
    if (actions.length > 0) return { adapter, view: { adapter: adapter.name, actions } };
  }
  return undefined;
}
