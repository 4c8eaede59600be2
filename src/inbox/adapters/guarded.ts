/**
 * An adapter whose faults stay its own: a question that it fails for has the form of its schema, and all others are listed as
 * ever. The owner of the inbox learns of the first fault.
 */
import { messageOf } from '../../protocol/thrown.ts';
import type { ApprovalView } from '../api.ts';
import type { InboxAdapter } from './adapter.ts';

/** The adapter, guarded. An answer that it cannot make is still an error: nothing else can be sent in its place. */
export function guarded(adapter: InboxAdapter, notify: (sentence: string) => void): InboxAdapter {
  let isSaid = false;
  const safely = <Value>(call: () => Value): Value | undefined => {
    try {
      return call();
    } catch (error) {
      if (!isSaid) notify(`Adapter \`${adapter.name}\` of the inbox failed: ${messageOf(error)}`);
      isSaid = true;
      return undefined;
    }
  };
  const safe: Partial<InboxAdapter> = {
    view: (question) => safely(() => checked(adapter.view(question))),
    place: (path, view) => safely(() => adapter.place?.(path, view)) ?? `/0${path}`,
  };
  return new Proxy(adapter, {
    get: (_, name: keyof InboxAdapter) => {
      const found: unknown = safe[name] ?? adapter[name];
      // Methods of a class may use its private fields.
      return typeof found === 'function' ? (found.bind(adapter) as unknown) : found;
    },
  });
}

/** @throws `TypeError` if a page could not show it. */
function checked(view: ApprovalView | undefined): ApprovalView | undefined {
  if (!view) return undefined;
  const isAction = (action: Partial<ApprovalView['actions'][number]> | null): boolean =>
    typeof action?.name === 'string' && Array.isArray(action.allows);
  if (!Array.isArray(view.actions) || !view.actions.every(isAction))
    throw new TypeError('Expected `view` to return `actions`, each with `name` and `allows`');
  // It is sent as JSON, which has no bigint and no circles.
  JSON.stringify(view);
  return view;
}
