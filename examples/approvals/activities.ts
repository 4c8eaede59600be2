/** The tasks of the approvals. What is a table here is a service elsewhere. */
import { ApplicationFailure } from '@temporalio/activity';
import { interrupt, type InterruptEvent } from 'holdpoint/activity';
import { sign } from './signature.ts';

const GROUPS: Readonly<Record<string, readonly string[]>> = { finance: ['ann', 'bob', 'cleo'] };
const INVOICES: Readonly<Record<string, Invoice>> = { 'R-17': { id: 'R-17', amount: 120 } };
const FROZEN = ['savings'];

export interface Invoice {
  readonly id: string;
  readonly amount: number;
}

export async function membersOf(group: string): Promise<readonly string[]> {
  return GROUPS[group] ?? [];
}

export async function fetchInvoice(id: string): Promise<Invoice | null> {
  return INVOICES[id] ?? null;
}

/** A refusal is final for this answer: not retryable, since a retry would get the same one. */
export async function pay(amount: number, why?: string): Promise<string> {
  const account = await interrupt<string>(`Which account pays ${amount}?`, {
    schema: { type: 'string', minLength: 1 },
    description: why,
  });
  if (FROZEN.includes(account)) {
    throw ApplicationFailure.nonRetryable(`Account ${account} is frozen.`, 'PaymentRefused');
  }
  return `${amount} paid from ${account}`;
}

export async function release(version: string): Promise<string> {
  return `${version} released`;
}

/** What the chat returns for a new message: its id, with which the message is edited. */
interface Posted {
  readonly message: string;
}

/** Posts a question to `CHAT_URL`, signed with `CHAT_SECRET`, and edits that message when the question ends. */
export async function postToChat(event: InterruptEvent): Promise<Posted | undefined> {
  const { CHAT_URL: url, CHAT_SECRET: secret } = process.env;
  if (!url || !secret) throw ApplicationFailure.nonRetryable('Expected CHAT_URL and CHAT_SECRET to be set', 'NoChat');
  const posted = event.notified as Posted | undefined;
  // The post for `opened` was given up: there is nothing to edit.
  if (event.kind === 'closed' && !posted) return undefined;
  const { kind, thread, run, id, schema, assignees } = event;
  // A retry may post what has arrived already; by its key the chat knows it.
  const message = { ...posted, key: `${run}/${id}/${kind}`, text: describe(event), address: { thread, run, id } };
  const body = JSON.stringify({ ...message, ...(kind === 'closed' ? {} : { schema, assignees }) });
  const response = await fetch(url, {
    method: posted ? 'PUT' : 'POST',
    headers: { 'content-type': 'application/json', ...sign(body, secret) },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`The chat answered ${response.status}`);
  // What it answers to a new message, as its contract says.
  return kind === 'opened' ? ((await response.json()) as Posted) : undefined;
}

function describe({ kind, value, how, answer, actor }: InterruptEvent): string {
  const question = typeof value === 'string' ? value : JSON.stringify(value);
  if (kind !== 'closed') return question;
  return how === 'answered' ? `${question} ${JSON.stringify(answer)} (${actor ?? 'unknown'})` : `${question} (${how})`;
}
