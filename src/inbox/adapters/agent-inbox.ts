/**
 * LangChain's Agent Inbox: questions with the value `HumanInterrupt`, or a list of them, answered with a list of
 * `HumanResponse`.
 *
 * An approval sends the action back as it was proposed, since some programs read it there. Their `ignore` takes no reason.
 */
import type { Decision } from '../../protocol/approval.ts';
import { defined } from '../../protocol/defined.ts';
import { isObject, listOf, objectOf } from '../../protocol/json-object.ts';
import { verdictOfAll, type Verdict } from '../../protocol/verdict.ts';
import type { ActionView } from '../api.ts';
import type { InboxAdapter } from './adapter.ts';

/** The options of `config`, and what they allow. */
const ALLOWS = {
  allow_accept: 'approve',
  allow_edit: 'edit',
  allow_ignore: 'reject',
  allow_respond: 'respond',
} as const;

/** The questions of programs that were written for LangChain's Agent Inbox. */
export const agentInbox: InboxAdapter = {
  name: 'langchain-agent-inbox',
  view({ value }) {
    const requests: readonly unknown[] = Array.isArray(value) ? value : [value];
    const actions = requests.map(actionOf);
    const known = actions.filter((action) => action !== undefined);
    return known.length > 0 && known.length === requests.length ? { actions: known } : undefined;
  },
  answer: ({ actions }, decisions) => decisions.map((decision, i) => responseTo(actions[i]!, decision)),
  // `/0/args/args/amount` is an argument of an edit, and `/0/args` a text.
  place: (path) => path.replace(/^(\/\d+)\/args\/args/, '$1/args'),
  verdict: (answer) => verdictOfAll(listOf(answer).map(verdictOfResponse)),
};

function verdictOfResponse(response: unknown): Verdict | undefined {
  const { type } = objectOf(response);
  if (type === 'accept' || type === 'edit') return 'approved';
  return type === 'ignore' || type === 'response' ? 'rejected' : undefined;
}

function actionOf(request: unknown): ActionView | undefined {
  if (!isObject(request)) return undefined;
  const { action_request: action, config, description } = request;
  if (!isObject(action) || !isObject(config) || typeof action['action'] !== 'string') return undefined;
  const allows = Object.entries(ALLOWS).flatMap(([option, type]) => (config[option] === true ? [type] : []));
  if (allows.length === 0) return undefined;
  return {
    name: action['action'],
    args: action['args'],
    allows,
    reasons: false,
    ...defined({ description: typeof description === 'string' && description !== '' ? description : undefined }),
  };
}

function responseTo({ name, args }: ActionView, decision: Decision): unknown {
  switch (decision.type) {
    case 'approve':
      return { type: 'accept', args: { action: name, args } };
    case 'edit':
      return { type: 'edit', args: { action: name, args: decision.args } };
    case 'reject':
      return { type: 'ignore', args: null };
    case 'respond':
      return { type: 'response', args: decision.text };
    default:
      return decision satisfies never;
  }
}
