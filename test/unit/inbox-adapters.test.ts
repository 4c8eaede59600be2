/** Approvals of the inbox: what a page is shown of a question, and the answer that its decisions make. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { InboxAdapter } from '../../src/inbox/adapters/adapter.ts';
import { problemsInDecisions, valueOf, verdictOfAnswer, viewOf } from '../../src/inbox/adapters/adapters.ts';
import { agentInbox } from '../../src/inbox/adapters/agent-inbox.ts';
import { withFaultsContained } from '../../src/inbox/adapters/contained.ts';
import { middleware } from '../../src/inbox/adapters/middleware.ts';
import { answerCheck } from '../../src/cli/schema-reader.ts';
import { approval, type DecisionOptions } from '../../src/protocol/approval.ts';
import { toJsonSchema } from '../../src/protocol/schema.ts';
import type { Interrupt } from '../../src/protocol/shapes.ts';

/** As the inbox uses an adapter of this test, which has no faults. */
function contained(adapter: InboxAdapter) {
  return withFaultsContained(adapter, (sentence) => expect.unreachable(sentence));
}

const BOTH = [agentInbox, middleware].map(contained);

function question(fields: Partial<Interrupt>): Interrupt {
  return { id: 'ask:1', run: 'r', value: 'What now?', askedAt: '2026-07-01T09:30:00Z', ...fields };
}

function toolCall(
  options: DecisionOptions = {},
  value: unknown = { tool: 'refund', args: { amount: 80 }, call: 'c1' },
) {
  const schema = toJsonSchema(approval(z.object({ amount: z.int().min(1) }), options), 'schema');
  return question({ value, schema });
}

const interrupt = {
  action_request: { action: 'send_email', args: { to: 'ann' } },
  config: { allow_accept: true, allow_edit: true, allow_ignore: true, allow_respond: true },
  description: '**Please** review',
};
const request = {
  actionRequests: [
    { name: 'write_file', args: { path: 'a' }, description: 'Writes' },
    { name: 'execute_sql', args: { query: 'q' } },
  ],
  reviewConfigs: [
    { actionName: 'write_file', allowedDecisions: ['approve', 'edit', 'reject'], argsSchema: { type: 'object' } },
    { actionName: 'execute_sql', allowedDecisions: ['approve', 'reject', 'respond'] },
  ],
};
const snakeRequest = {
  action_requests: [{ name: 'write_file', args: { path: 'a' } }],
  review_configs: [
    { action_name: 'write_file', allowed_decisions: ['approve', 'edit', 'reject'], args_schema: { type: 'object' } },
  ],
};

test('R8: a tool call is shown with its arguments, their schema, its decisions and what may be remembered', () => {
  const view = viewOf(toolCall({ decisions: ['approve', 'edit'], remember: ['tool'] }));
  expect(view).toMatchObject({
    adapter: 'holdpoint',
    actions: [{ name: 'refund', args: { amount: 80 }, allows: ['approve', 'edit'], remember: ['tool'] }],
  });
  expect(answerCheck(view?.actions[0]?.schema)({ amount: 0 })).toHaveProperty('problems');
  expect(view?.actions[0]).not.toHaveProperty('facts');
});

test('R8: an approval of something that is no tool call has no name; what else a call says is shown beside it', () => {
  expect(viewOf(toolCall({}, 'Publish the post?'))?.actions[0]).toMatchObject({ name: '', args: undefined });
  const view = viewOf(toolCall({}, { tool: 'refund', args: {}, customer: 'ann' }));
  expect(view?.actions[0]?.facts).toEqual({ customer: 'ann' });
});

test('W2: a question of no shape, a cut one, and the shape of an adapter that is not given, have no view', () => {
  expect(viewOf(question({ schema: { type: 'string' } }), BOTH)).toBeUndefined();
  expect(viewOf({ ...toolCall(), truncated: true })).toBeUndefined();
  expect(viewOf(question({ value: request }))).toBeUndefined();
  expect(valueOf(question({ value: request }), [{ type: 'approve' }])).toHaveProperty('problems');
});

test('A5: each decision about a tool call is a value that its schema accepts', () => {
  const asked = toolCall({ remember: ['arguments', 'tool'] });
  const decisions = [
    { type: 'approve' },
    { type: 'approve', remember: 'tool', until: '2099-01-01T00:00:00.000Z' },
    { type: 'edit', args: { amount: 40 } },
    { type: 'reject', reason: 'Too much', remember: 'arguments' },
    { type: 'respond', text: 'Paid already' },
  ];
  for (const decision of decisions) {
    expect(valueOf(asked, [decision])).toEqual({ value: decision });
    expect(answerCheck(asked.schema)(decision)).toEqual({ value: decision });
  }
});

test('W2: decisions that do not fit what was shown are refused, each with its place and a sentence', () => {
  const asked = toolCall({ decisions: ['approve', 'reject', 'edit', 'respond'] });
  const refused: readonly (readonly [unknown, string, string])[] = [
    [undefined, '', 'Expected one decision, got no list.'],
    [[], '', 'Expected one decision, got 0.'],
    [[{ type: 'approve' }, { type: 'approve' }], '', 'Expected one decision, got 2.'],
    [['approve'], '/0', 'Expected a decision: one of approve, edit, reject, respond.'],
    [[{ type: 'escalate' }], '/0/type', 'Expected one of approve, edit, reject, respond.'],
    [[{ type: 'approve', args: {} }], '/0/args', 'Expected nothing here with type approve.'],
    [[{ type: 'approve', remember: 'tool' }], '/0/remember', 'Expected nothing here: it cannot be remembered.'],
    [[{ type: 'edit' }], '/0/args', 'Expected the arguments of the edit.'],
    [[{ type: 'reject', reason: 5 }], '/0/reason', 'Expected a text.'],
    [[{ type: 'respond' }], '/0/text', 'Expected a text.'],
  ];
  for (const [decisions, path, message] of refused)
    expect(valueOf(asked, decisions)).toEqual({ problems: [{ path, message }] });
  const remembering = toolCall({ remember: ['tool'] });
  for (const [decision, path] of [
    [{ type: 'approve', remember: 'arguments' }, '/0/remember'],
    [{ type: 'approve', until: '2099-01-01T00:00:00Z' }, '/0/until'],
    [{ type: 'approve', remember: 'tool', until: 'tomorrow' }, '/0/until'],
  ] as const)
    expect(valueOf(remembering, [decision])).toMatchObject({ problems: [{ path }] });
  const limited = toolCall({ decisions: ['approve'] });
  expect(valueOf(limited, [{ type: 'reject' }])).toMatchObject({ problems: [{ message: 'Expected one of approve.' }] });
});

test('W2: a question of the Agent Inbox is shown with what its config allows, alone or in a list', () => {
  const action = { name: 'send_email', args: { to: 'ann' }, description: '**Please** review', reasons: false };
  const allows = ['approve', 'edit', 'reject', 'respond'];
  const view = { adapter: 'langchain-agent-inbox', actions: [{ ...action, allows }] };
  expect(viewOf(question({ value: interrupt }), BOTH)).toEqual(view);
  expect(viewOf(question({ value: [interrupt] }), BOTH)).toEqual(view);
  const ignorable = { ...interrupt, config: { allow_accept: false, allow_ignore: true } };
  expect(viewOf(question({ value: ignorable }), BOTH)?.actions[0]?.allows).toEqual(['reject']);
});

test.for([
  ['no config', { ...interrupt, config: undefined }],
  ['nothing allowed', { ...interrupt, config: { allow_accept: false } }],
  ['no name', { ...interrupt, action_request: { args: {} } }],
  ['another one beside it', [interrupt, { title: 'other' }]],
  ['an empty list', []],
  ['mixed casings', { actionRequests: request.actionRequests, review_configs: snakeRequest.review_configs }],
  ['an action without a review', { ...request, reviewConfigs: request.reviewConfigs.slice(0, 1) }],
  ['a review that allows nothing', { ...request, reviewConfigs: [{ actionName: 'write_file', allowedDecisions: [] }] }],
  ['no actions', { actionRequests: [], reviewConfigs: [] }],
  ['null', null],
] as const)('W2: a value with %s is of no shape of LangChain', ([, value]) => {
  expect(viewOf(question({ value }), BOTH)).toBeUndefined();
});

test('W2: the Agent Inbox gets a list of responses', () => {
  const answers = [
    [{ type: 'approve' }, { type: 'accept', args: { action: 'send_email', args: { to: 'ann' } } }],
    [
      { type: 'edit', args: { to: 'bob' } },
      { type: 'edit', args: { action: 'send_email', args: { to: 'bob' } } },
    ],
    [{ type: 'reject' }, { type: 'ignore', args: null }],
    [
      { type: 'respond', text: 'Later' },
      { type: 'response', args: 'Later' },
    ],
  ];
  for (const [decision, response] of answers)
    expect(valueOf(question({ value: [interrupt] }), [decision], BOTH)).toEqual({ value: [response] });
  expect(valueOf(question({ value: interrupt }), [{ type: 'reject', reason: 'No' }], BOTH)).toMatchObject({
    problems: [{ path: '/0/reason' }],
  });
});

test('W2: the middleware of LangChain gets a decision for each action, in the casing of the question', () => {
  const asked = question({ value: request });
  expect(viewOf(asked, BOTH)).toEqual({
    adapter: 'langchain-middleware',
    actions: [
      {
        name: 'write_file',
        args: { path: 'a' },
        description: 'Writes',
        allows: ['approve', 'edit', 'reject'],
        schema: { type: 'object' },
      },
      { name: 'execute_sql', args: { query: 'q' }, allows: ['approve', 'reject', 'respond'] },
    ],
  });
  const edit = { type: 'edit', args: { path: 'b' } };
  expect(valueOf(asked, [edit, { type: 'respond', text: 'No rows' }], BOTH)).toEqual({
    value: {
      decisions: [
        { type: 'edit', editedAction: { name: 'write_file', args: { path: 'b' } } },
        { type: 'respond', message: 'No rows' },
      ],
    },
  });
  expect(valueOf(asked, [{ type: 'approve' }, { type: 'reject', reason: 'No' }], BOTH)).toEqual({
    value: { decisions: [{ type: 'approve' }, { type: 'reject', message: 'No' }] },
  });
  expect(valueOf(asked, [edit], BOTH)).toEqual({
    problems: [{ path: '', message: 'Expected 2 decisions, one for each action, got 1.' }],
  });
  expect(valueOf(question({ value: snakeRequest }), [edit], BOTH)).toEqual({
    value: { decisions: [{ type: 'edit', edited_action: { name: 'write_file', args: { path: 'b' } } }] },
  });
});

test('W2: two calls of one tool have the one review of the tool', () => {
  const value = {
    actionRequests: [
      { name: 'write_file', args: { path: 'a' } },
      { name: 'write_file', args: { path: 'b' } },
    ],
    reviewConfigs: [{ actionName: 'write_file', allowedDecisions: ['approve'] }],
  };
  expect(viewOf(question({ value }), BOTH)?.actions.map(({ allows }) => allows)).toEqual([['approve'], ['approve']]);
});

test('W2: problems of an answer are shown at the decision that they are about', () => {
  const at = (asked: Interrupt, path: string): string | undefined =>
    problemsInDecisions(asked, [{ path, message: 'no' }], BOTH)[0]?.path;
  expect(at(toolCall(), '/args/amount')).toBe('/0/args/amount');
  expect(at(question({ value: interrupt }), '/0/args/args/to')).toBe('/0/args/to');
  expect(at(question({ value: request }), '/decisions/1/editedAction/args/query')).toBe('/1/args/query');
  expect(at(question({ value: snakeRequest }), '/decisions/0/edited_action/args/path')).toBe('/0/args/path');
});

test('W2: an adapter of the user is asked after ours, and gets the question with the decisions', () => {
  const mine: InboxAdapter = {
    name: 'mine',
    view: ({ value }) => (value === 'deploy?' ? { actions: [{ name: 'deploy', allows: ['approve'] }] } : undefined),
    answer: (view, decisions, { id }) => ({ id, name: view.adapter, said: decisions[0]?.type }),
  };
  const asked = question({ value: 'deploy?' });
  expect(viewOf(asked, [contained(mine)])?.adapter).toBe('mine');
  expect(valueOf(asked, [{ type: 'approve' }], [contained(mine)])).toEqual({
    value: { id: 'ask:1', name: 'mine', said: 'approve' },
  });
  expect(viewOf(toolCall(), [contained({ ...mine, view: () => ({ actions: [] }) })])?.adapter).toBe('holdpoint');
});

test('W2: an adapter may be of a class; what it leaves out has defaults, and its first fault is told', () => {
  class Deploys implements InboxAdapter {
    readonly name = 'deploys';
    readonly #allows = ['approve'] as const;
    view() {
      return { actions: [{ name: 'deploy', allows: this.#allows }] };
    }
    answer() {
      return { go: this.#allows.length > 0 };
    }
  }
  const asked = question({ value: 'deploy?' });
  const whole = [contained(new Deploys())];
  expect(valueOf(asked, [{ type: 'approve' }], whole)).toEqual({ value: { go: true } });
  expect(problemsInDecisions(asked, [{ path: '/go', message: 'no' }], whole)).toEqual([
    { path: '/0/go', message: 'no' },
  ]);
  expect(verdictOfAnswer(asked, true, whole)).toBe('approved');
  const told: string[] = [];
  const fails = (): never => {
    throw new Error('broken');
  };
  const faulty = Object.assign(new Deploys(), { place: fails, verdict: fails });
  const failing = [withFaultsContained(faulty, (sentence) => told.push(sentence))];
  expect(verdictOfAnswer(asked, true, failing)).toBeUndefined();
  expect(problemsInDecisions(asked, [{ path: '', message: 'no' }], failing)).toEqual([{ path: '/0', message: 'no' }]);
  expect(told).toEqual(['Adapter `deploys` of the inbox failed: broken']);
});
