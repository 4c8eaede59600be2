/**
 * An adapter whose faults stay its own: a question that it fails for has the form of its schema, and all others are listed as
 * ever. The owner of the inbox learns of the first fault.
 */
import { messageOf } from '../../protocol/thrown.ts';
import { verdictOf } from '../../protocol/verdict.ts';
import type { ContainedAdapter, FoundActions, InboxAdapter } from './adapter.ts';

/** The adapter with its defaults. An answer that it cannot make is still an error: nothing else can be sent in its place. */
export function withFaultsContained(adapter: InboxAdapter, notify: (sentence: string) => void): ContainedAdapter {
  const { name } = adapter;
  let isSaid = false;
  const safely = <Value>(call: () => Value): Value | undefined => {
    try {
      return call();
    } catch (error) {
      if (!isSaid) notify(`Adapter \`${name}\` of the inbox failed: ${messageOf(error)}`);
      isSaid = true;
      return undefined;
    }
  };
  return {
    name,
    view: (question) => safely(() => checked(adapter.view(question))),
    answer: (view, decisions, question) => adapter.answer(view, decisions, question),
    place: (path, view) => safely(() => adapter.place?.(path, view)) ?? `/0${path}`,
    verdict: (answer) => safely(() => (adapter.verdict ? adapter.verdict(answer) : verdictOf(answer))),
  };
}

/** @throws `TypeError` if a page could not show it. */
function checked(view: FoundActions | undefined): FoundActions | undefined {
  if (!view) return undefined;
  const isAction = (action: Partial<FoundActions['actions'][number]> | null): boolean =>
    typeof action?.name === 'string' && Array.isArray(action.allows);
  if (!Array.isArray(view.actions) || !view.actions.every(isAction))
    throw new TypeError('Expected `view` to return `actions`, each with `name` and `allows`');
  // It is sent as JSON, which has no bigint and no circles.
  JSON.stringify(view);
  return view;
}
