/** The tasks of the approvals. The tables stand for services that a real program would call. */
import { ApplicationFailure } from '@temporalio/activity';
import { interrupt } from 'holdpoint/activity';
import * as people from './people.ts';

const INVOICES: Readonly<Record<string, Invoice>> = { 'R-17': { id: 'R-17', amount: 120 } };
const FROZEN = ['savings'];

export interface Invoice {
  readonly id: string;
  readonly amount: number;
}

export async function membersOf(group: string): Promise<readonly string[]> {
  return people.membersOf(group);
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

export { mailLinks } from './mail.ts';
export { postToSlack } from './slack.ts';
