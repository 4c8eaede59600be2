/** examples/approvals: a question that is mailed with a link, which the inbox takes (R9, W4). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createInbox, type Inbox } from 'holdpoint/inbox';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as activities from '../../examples/approvals/activities.ts';
import { linkKeys } from '../../examples/approvals/settings.ts';
import type * as workflows from '../../examples/approvals/workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { startMailSink, type Mail, type MailSink } from './fixtures/mail-sink.ts';
import { until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/approvals/workflows.ts', import.meta.url));
const url = 'https://inbox.example.com';

let approvals: Test<typeof workflows>;
let sink: MailSink;
let inbox: Inbox;
beforeAll(async () => {
  sink = await startMailSink();
  vi.stubEnv('SMTP_URL', sink.url);
  vi.stubEnv('INBOX_URL', url);
  vi.stubEnv('LINK_SECRET', randomUUID());
  const replay = process.env['HOLDPOINT_REPLAY'] === '1';
  approvals = await startTest<typeof workflows>({ workflowsPath, activities, replay });
  inbox = createInbox({ client: approvals.client, url, linkKeys: linkKeys(), authenticate: () => undefined });
});
afterAll(async () => {
  inbox.close();
  await approvals[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

/** The mails about a purchase, once there are so many. */
async function mailsAbout(what: string, count: number): Promise<readonly Mail[]> {
  const about = (): Mail[] => sink.mails.filter(({ headers }) => headers.includes(what));
  await until(() => about().length >= count);
  return about();
}

function linkIn({ body }: Mail): URL {
  const [, href = ''] = /Answer here: (\S+)/.exec(body) ?? [];
  return new URL(href);
}

function call(link: URL, path: string, answer?: object): Promise<Response> {
  const headers = { authorization: `Link ${link.hash.slice(1)}`, 'content-type': 'application/json', origin: url };
  const sent = answer === undefined ? {} : { method: 'POST', body: JSON.stringify(answer) };
  return inbox.fetch(new Request(`${url}/${path}`, { headers, ...sent }));
}

test('the approver gets a link by mail, and the link is enough to answer once (R9 W4)', async () => {
  const what = `chair-${randomUUID().slice(0, 8)}`;
  const thread = approvals.client.thread(`expense-${randomUUID()}`, 'expense');
  const { run } = await thread.start({ what, approver: 'ann' });
  const [mail, ...others] = await mailsAbout(what, 1);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ to: 'ann@example.com' });
  const [question] = await thread.interrupts();
  const [due, closes] = [question!.dueAt!, question!.expiresAt!].map((at) => new Date(at).toUTCString());
  expect(mail!.body.replaceAll('\r\n', '\n')).toContain(
    `Pay for ${what}?\n\nPriority: low\nDue: ${due}\nCloses: ${closes}\nTags: purchase\n\nAnswer here: `,
  );
  expect(mail!.headers).toMatch(/^Importance: Low$/im);
  const link = linkIn(mail!);
  expect(link.href).toMatch(/^https:\/\/inbox\.example\.com\/link#/);
  // A program that scans mails opens the link, which answers nothing.
  expect((await inbox.fetch(new Request(link))).status).toBe(200);
  expect((await thread.interrupts()).map(({ id }) => id)).toEqual(['expense:1']);
  const address = new URLSearchParams({ thread: thread.id, run, id: 'expense:1' });
  expect(await (await call(link, 'api/me')).json()).toMatchObject({ actor: 'ann', how: 'link' });
  const answered = await call(link, `api/answer?${address}`, { value: true, key: randomUUID() });
  expect(answered.status).toBe(200);
  expect(await thread.result()).toEqual({ isPaid: true, by: 'ann' });
  const again = await call(link, `api/answer?${address}`, { value: false, key: randomUUID() });
  expect(again.status).toBeGreaterThanOrEqual(400);
});

test('a link lives as long as its question (W4)', async () => {
  const what = `lamp-${randomUUID().slice(0, 8)}`;
  const thread = approvals.client.thread(`expense-${randomUUID()}`, 'expense');
  await thread.start({ what, approver: 'ann' });
  const [mail] = await mailsAbout(what, 1);
  const [question] = await thread.interrupts();
  const expires = Date.parse(question!.expiresAt!);
  const statusAt = async (now: number): Promise<number> => {
    vi.useFakeTimers({ toFake: ['Date'], now });
    return (await call(linkIn(mail!), 'api/me')).status;
  };
  try {
    expect(await statusAt(expires - 60_000)).toBe(200);
    expect(await statusAt(expires + 60_000)).toBe(401);
  } finally {
    vi.useRealTimers();
  }
  await thread.handle.terminate();
});

test('a question that is reassigned is mailed to the new person, and to nobody twice (A12 R9)', async () => {
  const what = `desk-${randomUUID().slice(0, 8)}`;
  const thread = approvals.client.thread(`expense-${randomUUID()}`, 'expense');
  await thread.start({ what, approver: 'ann' });
  await mailsAbout(what, 1);
  await thread.reassign('expense:1', ['ann', 'bob'], { actor: 'ann' });
  const mails = await mailsAbout(what, 2);
  expect(mails.map(({ to }) => to)).toEqual(['ann@example.com', 'bob@example.com']);
  expect(await (await call(linkIn(mails[1]!), 'api/me')).json()).toMatchObject({ actor: 'bob' });
  await thread.resume(false, { actor: 'bob' });
  expect(await thread.result()).toEqual({ isPaid: false, by: 'bob' });
  expect(await mailsAbout(what, 2)).toHaveLength(2);
});
