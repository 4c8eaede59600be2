/**
 * LangChain's human-in-the-loop middleware: questions with the value `HITLRequest`, answered with `HITLResponse`.
 *
 * Its TypeScript writes `actionRequests`, its Python `action_requests`. The answer has the casing of the question. A request
 * that mixes them, or an action without a review, is not of this shape.
 */
import type { Decision } from '../../protocol/approval.ts';
import { defined } from '../../protocol/defined.ts';
import { isObject, listOf, objectOf } from '../../protocol/json-object.ts';
import { verdictOf, verdictOfAll } from '../../protocol/verdict.ts';
import type { ActionView } from '../api.ts';
import type { InboxAdapter } from './adapter.ts';

/** The names of one casing. */
interface Casing {
  readonly requests: string;
  readonly reviews: string;
  readonly action: string;
  readonly allowed: string;
  readonly schema: string;
  readonly edited: string;
}
const CASINGS: readonly Casing[] = [
  {
    requests: 'actionRequests',
    reviews: 'reviewConfigs',
    action: 'actionName',
    allowed: 'allowedDecisions',
    schema: 'argsSchema',
    edited: 'editedAction',
  },
  {
    requests: 'action_requests',
    reviews: 'review_configs',
    action: 'action_name',
    allowed: 'allowed_decisions',
    schema: 'args_schema',
    edited: 'edited_action',
  },
];
const TYPES: readonly Decision['type'][] = ['approve', 'edit', 'reject', 'respond'];

/** The questions of LangChain's human-in-the-loop middleware, as its TypeScript and its Python write them. */
export const middleware: InboxAdapter = {
  name: 'langchain-middleware',
  view({ value }) {
    const casing = casingOf(value);
    if (!casing || !isObject(value)) return undefined;
    const reviews = listOf(value[casing.reviews]).filter(isObject);
    const requests = listOf(value[casing.requests]);
    const actions = requests.map((request, i) => actionOf(request, { casing, reviews, i }));
    const known = actions.filter((action) => action !== undefined);
    return known.length === requests.length ? { actions: known } : undefined;
  },
  answer({ actions }, decisions, { value }) {
    // The view was made of the same question.
    const { edited } = casingOf(value) ?? CASINGS[0]!;
    return { decisions: decisions.map((decision, i) => decisionOf(actions[i]!, decision, edited)) };
  },
  place: (path) => path.replace(/^\/decisions/, '').replace(/^(\/\d+)\/(?:editedAction|edited_action)/, '$1'),
  verdict: (answer) => verdictOfAll(listOf(objectOf(answer)['decisions']).map(verdictOf)),
};

function casingOf(value: unknown): Casing | undefined {
  if (!isObject(value)) return undefined;
  return CASINGS.find(({ requests, reviews }) => listOf(value[requests]).length > 0 && Array.isArray(value[reviews]));
}

interface Place {
  readonly casing: Casing;
  readonly reviews: readonly { readonly [name: string]: unknown }[];
  readonly i: number;
}

function actionOf(request: unknown, { casing, reviews, i }: Place): ActionView | undefined {
  if (!isObject(request) || typeof request['name'] !== 'string') return undefined;
  const { name, args, description } = request;
  // Reviews are in the order of the requests, or there is one for each tool.
  const isAbout = (review: Place['reviews'][number] | undefined): boolean => review?.[casing.action] === name;
  const review = isAbout(reviews[i]) ? reviews[i] : reviews.find(isAbout);
  const allowed = listOf(review?.[casing.allowed]);
  const allows = TYPES.filter((type) => allowed.includes(type));
  if (!review || allows.length === 0) return undefined;
  const schema = review[casing.schema];
  return {
    name,
    args,
    allows,
    ...defined({
      description: typeof description === 'string' && description !== '' ? description : undefined,
      schema: isObject(schema) && Object.keys(schema).length > 0 ? schema : undefined,
    }),
  };
}

function decisionOf({ name }: ActionView, decision: Decision, edited: string): unknown {
  switch (decision.type) {
    case 'approve':
      return { type: 'approve' };
    case 'edit':
      return { type: 'edit', [edited]: { name, args: decision.args } };
    case 'reject':
      return { type: 'reject', ...defined({ message: decision.reason }) };
    case 'respond':
      return { type: 'respond', message: decision.text };
    default:
      return decision satisfies never;
  }
}
