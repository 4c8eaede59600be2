/** A `notify` task that mails each person a link of their own, which opens the question and answers it without a login. */
import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import type { InterruptEvent } from 'holdpoint/activity';
import { signedLinks } from 'holdpoint/inbox';
import { createTransport } from 'nodemailer';
import { find, groupsOf, peopleOf } from './people.ts';
import { linkKeys, setting } from './settings.ts';

export async function mailLinks(event: InterruptEvent): Promise<void> {
  const { kind, thread, run, id, value, priority, expiresAt } = event;
  // Who has a link already gets no second one. Links to a closed question are dead by themselves.
  if (kind !== 'opened' && kind !== 'reminder' && kind !== 'reassigned') return;
  const before = kind === 'reassigned' ? peopleOf(event.assigneesBefore) : [];
  const link = signedLinks({ url: setting('INBOX_URL'), keys: linkKeys() });
  const transport = createTransport(setting('SMTP_URL'));
  const title = event.title ?? (typeof value === 'string' ? value : id);
  for (const actor of peopleOf(event.assignees)) {
    const to = find(actor)?.mail;
    if (to === undefined || before.includes(actor)) continue;
    // A question without a deadline outlives its links: give it one, or reminders that bring new links.
    const expires = expiresAt === undefined ? '30 days' : new Date(expiresAt);
    const href = link(event, { actor, groups: groupsOf(actor), expires });
    // A retry sends the same mail, which mail programs show once. Another reminder is another mail.
    const name = JSON.stringify([thread, run, id, activityInfo().scheduledTimestampMs, actor]);
    await transport.sendMail({
      from: 'Inbox <inbox@example.com>',
      to,
      subject: kind === 'reminder' ? `Reminder: ${title}` : title,
      text: `${textOf(event, title)}\n\nAnswer here: ${href}\n\nThe link is for you alone: it answers in your name.\n`,
      // Mail programs show it. They know no `urgent`.
      ...(priority && { priority: priority === 'urgent' ? 'high' : priority }),
      messageId: `<${createHash('sha256').update(name).digest('hex')}@example.com>`,
    });
  }
}

function textOf({ description, priority, tags = [], dueAt, expiresAt }: InterruptEvent, title: string): string {
  const facts = [
    priority && `Priority: ${priority}`,
    dueAt && `Due: ${new Date(dueAt).toUTCString()}`,
    expiresAt && `Closes: ${new Date(expiresAt).toUTCString()}`,
    tags.length > 0 && `Tags: ${tags.join(', ')}`,
  ];
  return `${description ?? title}\n\n${facts.filter(Boolean).join('\n')}`.trim();
}
