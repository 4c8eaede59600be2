/** A `notify` task that posts a question to a Slack channel, and edits the message when something happens to the question. */
import type { ActionsBlock, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import { ApplicationFailure } from '@temporalio/activity';
import type { InterruptEvent } from 'holdpoint/activity';
import { setting } from './settings.ts';

/** The message: what Slack returns for a new one, and what is needed to edit it. */
interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** What a button says: which question, and which answer. */
export interface ButtonValue {
  readonly thread: string;
  readonly run: string;
  readonly id: string;
  readonly answer: boolean;
}

export async function postToSlack(event: InterruptEvent): Promise<Posted | undefined> {
  const posted = event.notified as Posted | undefined;
  const content = { text: escaped(questionOf(event)), blocks: blocksOf(event) };
  if (posted) await callSlack('chat.update', { ...posted, ...content });
  // The post for `opened` may have failed for good. Then there is no message to edit, and a later event makes one.
  else if (event.kind !== 'closed')
    return callSlack('chat.postMessage', { channel: setting('SLACK_CHANNEL'), ...content });
  return undefined;
}

/** Slack answers 200 also where it refuses. When it is asked too often, it says how long to wait. */
async function callSlack(method: string, body: object): Promise<Posted> {
  const response = await fetch(`${process.env['SLACK_API_URL'] ?? 'https://slack.com/api'}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${setting('SLACK_TOKEN')}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    throw ApplicationFailure.create({ message: 'Slack is asked too often', nextRetryDelay: `${seconds} seconds` });
  }
  const { ok, error, channel, ts } = (await response.json()) as Posted & {
    readonly ok: boolean;
    readonly error?: string;
  };
  if (!ok) throw new Error(`Slack refuses ${method}: ${error}`);
  return { channel, ts };
}

/** All blocks are `plain_text`: what an agent wrote mentions nobody, and links nowhere. */
function blocksOf(event: InterruptEvent): KnownBlock[] {
  const question: SectionBlock = { type: 'section', text: { type: 'plain_text', text: questionOf(event) } };
  const status: ContextBlock = {
    type: 'context',
    elements: [{ type: 'plain_text', text: cut(statusOf(event), 2_000) }],
  };
  if (event.kind === 'closed') return [question, status];
  const { thread, run, id } = event;
  const value = (answer: boolean): string => JSON.stringify({ thread, run, id, answer } satisfies ButtonValue);
  const buttons: ActionsBlock = {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: 'yes',
        style: 'primary',
        text: { type: 'plain_text', text: 'Approve' },
        value: value(true),
      },
      {
        type: 'button',
        action_id: 'no',
        style: 'danger',
        text: { type: 'plain_text', text: 'Reject' },
        value: value(false),
      },
    ],
  };
  return [question, status, buttons];
}

function questionOf({ title, value }: InterruptEvent): string {
  return cut(title ?? (typeof value === 'string' ? value : JSON.stringify(value)), 2_900);
}

function statusOf({ kind, assignees = [], votes = [], how, answer, actor = 'somebody' }: InterruptEvent): string {
  if (kind === 'closed')
    return how === 'answered' ? `${answer === true ? 'Approved' : 'Rejected'} by ${actor}` : `Over: ${how}`;
  const agreed = votes.map((vote) => vote.actor).join(', ');
  return `For ${assignees.join(', ') || 'everybody'}${agreed ? `. So far: ${agreed}` : ''}`;
}

/** The field `text` of a message, which notifications show, is always Slack's markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text || '…';
}
