/** The tasks of the approvals. The tables stand for services that a real program would call. */
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

/** Pays from the account that a person names. A refused payment is not retryable: a retry would get the same answer. */
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

/** The chat's response to a new message: its id, which is needed to edit the message. */
interface Posted {
  readonly message: string;
}

/** Posts a question to `CHAT_URL`, signed with `CHAT_SECRET`, and edits the message when the question closes. */
export async function postToChat(event: InterruptEvent): Promise<Posted | undefined> {
  const { CHAT_URL: url, CHAT_SECRET: secret } = process.env;
  if (!url || !secret) throw ApplicationFailure.nonRetryable('Expected CHAT_URL and CHAT_SECRET to be set', 'NoChat');
  const posted = event.notified as Posted | undefined;
  // The post for `opened` failed for good, so there is no message to edit.
  if (event.kind === 'closed' && !posted) return undefined;
  const { kind, thread, run, id, schema, assignees } = event;
  // A retry may post a message that has already arrived. The chat recognises it by its key.
  const message = { ...posted, key: `${run}/${id}/${kind}`, text: describe(event), address: { thread, run, id } };
  const body = JSON.stringify({ ...message, ...(kind === 'closed' ? {} : { schema, assignees }) });
  const response = await fetch(url, {
    method: posted ? 'PUT' : 'POST',
    headers: { 'content-type': 'application/json', ...sign(body, secret) },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`The chat answered ${response.status}`);
  // The response to a new message, as the chat's contract says.
  return kind === 'opened' ? ((await response.json()) as Posted) : undefined;
}

function describe({ kind, value, how, answer, actor }: InterruptEvent): string {
  const question = typeof value === 'string' ? value : JSON.stringify(value);
  if (kind !== 'closed') return question;
  return how === 'answered' ? `${question} ${JSON.stringify(answer)} (${actor ?? 'unknown'})` : `${question} (${how})`;
}
