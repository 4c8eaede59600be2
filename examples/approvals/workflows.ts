/** Six ways to ask for an approval. This file runs in Temporal's sandbox. */
import { ApplicationFailure } from '@temporalio/workflow';
import { entrypoint, hasCode, interrupt, tasks, type Duration } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const task = tasks<typeof activities>();
const yesOrNo = { type: 'boolean' };

export interface Escalation {
  readonly question: string;
  /** The people to ask, one after the other. */
  readonly people: readonly string[];
  /** How long each person has, except for the last one. @default '4 hours' */
  readonly within?: Duration;
}

/** Asks one person after the other. Each has limited time; the last one is waited for as long as it takes. */
export const escalation = entrypoint('escalation', async ({ question, people, within = '4 hours' }: Escalation) => {
  for (const person of people.slice(0, -1)) {
    try {
      return await interrupt.record<boolean>(question, { assignees: [person], schema: yesOrNo, timeout: within });
    } catch (error) {
      if (!hasCode(error, 'InterruptExpired')) throw error;
    }
  }
  return interrupt.record<boolean>(question, { assignees: people.slice(-1), schema: yesOrNo });
});

export interface Request {
  readonly what: string;
  readonly requester: string;
  readonly group: string;
  /** How long the two people have together. @default two days */
  readonly withinMs?: number;
}

/** Two people of a group must agree, and the requester does not count. It ends with a refusal or when time runs out. */
export const twoOfGroup = entrypoint('twoOfGroup', async ({ what, requester, group, withinMs }: Request) => {
  const { value, how, actor, votes } = await interrupt.record<boolean>(what, {
    title: `${what}: two of ${group} must agree`,
    // The names, and not the group: the senders of answers need not be trusted to know who is in it.
    assignees: await task.membersOf(group),
    schema: yesOrNo,
    by: { only: 'assignees', not: requester, quorum: 2 },
    timeout: withinMs ?? '2 days',
    default: false,
  });
  const agreed = votes?.map((vote) => vote.actor) ?? [];
  if (how === 'default') return { approved: false, agreed, why: 'out of time' };
  return value ? { approved: true, agreed } : { approved: false, agreed, why: `refused by ${actor}` };
});

export interface Claim {
  readonly invoice: string;
  readonly amount: number;
}

const claim = {
  type: 'object',
  properties: { invoice: { type: 'string' }, amount: { type: 'number' } },
  required: ['invoice', 'amount'],
};

/** The schema refuses a malformed claim at once. A task looks up whether the claim is right; until it is, the body asks again. */
export const askUntil = entrypoint('askUntil', async (supplier: string) => {
  let description: string | undefined;
  for (;;) {
    const answer = await interrupt<Claim>(`Which invoice of ${supplier}?`, { schema: claim, description });
    const invoice = await task.fetchInvoice(answer.invoice);
    if (invoice?.amount === answer.amount) return invoice;
    description = invoice
      ? `Invoice ${answer.invoice} is over ${invoice.amount}, not ${answer.amount}.`
      : `There is no invoice ${answer.invoice}.`;
  }
});

/** A task that fails keeps its answer. Calling it again is a new call, which asks anew. */
export const failsOnAnswer = entrypoint('failsOnAnswer', async (amount: number) => {
  let why: string | undefined;
  for (;;) {
    try {
      return await task.pay(amount, why);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== 'PaymentRefused') throw error;
      why = error.message;
    }
  }
});

/** `postToSlack` is called for everything that happens to the question. slack-clicks.ts brings the answers back. */
export const deploy = entrypoint({ name: 'deploy', notify: 'postToSlack' }, async (version: string) => {
  const approved = await interrupt<boolean>(`Deploy ${version}?`, {
    assignees: ['group:release'],
    schema: yesOrNo,
    by: 'assignees',
    priority: 'high',
    tags: ['release'],
    due: '2 hours',
    timeout: '1 day',
    default: false,
  });
  return approved ? task.release(version) : `${version} was not released`;
});

export interface Expense {
  readonly what: string;
  readonly approver: string;
}

/**
 * `mailLinks` mails a link to the approver, and reminds twice. The inbox of serve.ts takes the answer. Links live as long as the
 * question, so it ends some day: nobody signs in there, and an expired link would leave no way to answer.
 */
export const expense = entrypoint({ name: 'expense', notify: 'mailLinks' }, async ({ what, approver }: Expense) => {
  const { value, actor } = await interrupt.record<boolean>(what, {
    title: `Pay for ${what}?`,
    assignees: [approver],
    schema: yesOrNo,
    by: 'assignees',
    priority: 'low',
    tags: ['purchase'],
    due: '7 days',
    remind: ['2 days', '14 days'],
    timeout: '30 days',
    default: false,
  });
  return { isPaid: value, by: actor };
});
