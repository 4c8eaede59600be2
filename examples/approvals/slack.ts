/** A `notify` task that posts a question to a Slack channel, and edits the message when something happens to the question. */
import type { Button, KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import { WebClient } from '@slack/web-api';
import type { InterruptEvent } from 'holdpoint/activity';
import { setting } from './settings.ts';

/** What a button says: which question, and which answer. */
export interface ButtonValue extends Pick<InterruptEvent, 'thread' | 'run' | 'id'> {
  readonly answer: boolean;
}

/** Where a message is. What the task returns for `opened`, later events have as `notified`. */
interface Place {
  readonly channel: string;
  readonly ts: string;
}

export async function postToSlack(event: InterruptEvent): Promise<Place | undefined> {
  const slackApiUrl = process.env['SLACK_API_URL'] ?? 'https://slack.com/api/';
  // Temporal runs a failed task again. The client only waits, where Slack asks it to.
  const options = { slackApiUrl, timeout: 10_000, retryConfig: { retries: 0 } };
  const { chat } = new WebClient(setting('SLACK_TOKEN'), options);
  const question = plain(event.title ?? (typeof event.value === 'string' ? event.value : JSON.stringify(event.value)));
  const message = { text: escaped(question.text), blocks: blocksOf(question, event) };
  const place = event.notified as Place | undefined;
  if (place) await chat.update({ ...place, ...message });
  // The post for `opened` may have failed for good. Then there is no message to edit, and a later event makes one.
  if (place || event.kind === 'closed') return undefined;
  const { channel, ts } = await chat.postMessage({ channel: setting('SLACK_CHANNEL'), ...message });
  return { channel: channel!, ts: ts! };
}

function blocksOf(question: PlainTextElement, event: InterruptEvent): KnownBlock[] {
  const { kind, thread, run, id } = event;
  const first = { type: 'section', text: question } as const;
  if (kind === 'closed') return [first, { type: 'context', elements: [plain(endingOf(event))] }];
  const button = (text: string, style: 'primary' | 'danger', answer: boolean): Button => {
    const value = JSON.stringify({ thread, run, id, answer } satisfies ButtonValue);
    return { type: 'button', action_id: style, style, text: plain(text), value };
  };
  return [
    first,
    { type: 'context', elements: [plain(statusOf(event)), ...timesOf(event)] },
    { type: 'actions', elements: [button('Approve', 'primary', true), button('Reject', 'danger', false)] },
  ];
}

function endingOf({ how, answer, actor = 'somebody' }: InterruptEvent): string {
  return how === 'answered' ? `${answer === true ? 'Approved' : 'Rejected'} by ${actor}` : `Over: ${how}`;
}

function statusOf({ assignees = [], votes = [], priority, tags = [] }: InterruptEvent): string {
  const parts = [`For ${assignees.join(', ') || 'everybody'}`];
  if (votes.length > 0) parts.push(`So far: ${votes.map(({ actor }) => actor).join(', ')}`);
  if (priority !== undefined) parts.push(`Priority: ${priority}`);
  if (tags.length > 0) parts.push(`Tags: ${tags.join(', ')}`);
  return parts.join(' · ');
}

function timesOf({ dueAt, expiresAt }: InterruptEvent): MrkdwnElement[] {
  const times = [dueAt && `Due ${timeOf(dueAt)}`, expiresAt && `Closes ${timeOf(expiresAt)}`];
  return times.flatMap((text) => (text ? [{ type: 'mrkdwn', text }] : []));
}

/** Slack's markup for a time, which each person sees in their own time zone. */
function timeOf(at: string): string {
  const date = new Date(at);
  return `<!date^${Math.floor(date.getTime() / 1000)}^{date_short_pretty} at {time}|${date.toUTCString()}>`;
}

/** As plain text, what an agent wrote mentions nobody and links nowhere. Slack refuses a text that is empty or too long. */
function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text: text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text || '…' };
}

/** The field `text` of a message, which notifications show, is always Slack's markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
