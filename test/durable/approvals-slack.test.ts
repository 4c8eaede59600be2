/** examples/approvals: a question that is posted to Slack, and answered with its buttons (R9). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as activities from '../../examples/approvals/activities.ts';
import { slackClicks } from '../../examples/approvals/slack-clicks.ts';
import type * as workflows from '../../examples/approvals/workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { startFakeSlack, type Click, type FakeSlack, type SlackMessage } from './fixtures/fake-slack.ts';
import { until } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/approvals/workflows.ts', import.meta.url));

let approvals: Test<typeof workflows>;
let slack: FakeSlack;
beforeAll(async () => {
  slack = await startFakeSlack();
  vi.stubEnv('SLACK_API_URL', slack.url);
  vi.stubEnv('SLACK_TOKEN', slack.token);
  vi.stubEnv('SLACK_CHANNEL', 'C1');
  const replay = process.env['HOLDPOINT_REPLAY'] === '1';
  approvals = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(async () => {
  await approvals[Symbol.asyncDispose]();
  await slack[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

/** A thread whose question is in Slack, and its message as it is now. */
async function posted() {
  const version = `v${randomUUID()}`;
  const thread = approvals.client.thread(`deploy-${version}`, 'deploy');
  const { run } = await thread.start(version);
  const message = (): SlackMessage | undefined => slack.find(`Deploy ${version}?`);
  await until(() => message() !== undefined);
  return { thread, run, version, message: () => message()! };
}

async function click(message: SlackMessage, one: Click): Promise<number> {
  return clicked(slack.click(message, one));
}

async function clicked(request: Request): Promise<number> {
  return (await slackClicks(approvals.client, slack.signingSecret).fetch(request)).status;
}

/** What the message says beside the question, its times, and its buttons. */
function parts({ blocks }: SlackMessage) {
  const statuses = blocks.flatMap((block) => (block.type === 'context' ? block.elements : []));
  const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return {
    status: statuses.flatMap((one) => (one.type === 'plain_text' ? [one.text] : []))[0],
    times: statuses.flatMap((one) => (one.type === 'mrkdwn' ? [one.text] : [])),
    buttons: buttons.flatMap((one) => (one.type === 'button' ? [one.text.text] : [])),
  };
}

/** Slack shows it in the time zone of whoever looks. */
function inSlack(at: string): string {
  const date = new Date(at);
  return `<!date^${Math.floor(date.getTime() / 1000)}^{date_short_pretty} at {time}|${date.toUTCString()}>`;
}

test('a question is posted with buttons, a click answers it, and the message is edited when it closes (R9)', async () => {
  const { thread, version, message } = await posted();
  const [question] = await thread.interrupts();
  expect(parts(message())).toEqual({
    status: 'For group:release · Priority: high · Tags: release',
    times: [`Due ${inSlack(question!.dueAt!)}`, `Closes ${inSlack(question!.expiresAt!)}`],
    buttons: ['Approve', 'Reject'],
  });
  expect(message().channel).toBe('C1');
  expect(await click(message(), { user: 'U012ANN', button: 'Approve' })).toBe(200);
  expect(await thread.result()).toBe(`${version} released`);
  await until(() => parts(message()).buttons.length === 0);
  expect(parts(message())).toMatchObject({ status: 'Approved by ann', times: [] });
  expect(await thread.answers()).toMatchObject([{ id: 'deploy:1', value: true, actor: 'ann' }]);
});

test('what an agent wrote is text in Slack, and mentions nobody (R9)', async () => {
  const version = `<!channel> & ${randomUUID()}`;
  const thread = approvals.client.thread(`deploy-${version}`, 'deploy');
  await thread.start(version);
  const text = `Deploy ${version.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}?`;
  await until(() => slack.find(text) !== undefined);
  expect(slack.find(text)!.blocks[0]).toMatchObject({ text: { type: 'plain_text', text: `Deploy ${version}?` } });
  await thread.handle.terminate();
});

test('a body that is too long is refused before its signature is checked, and is not read to its end', async () => {
  const chunk = new Uint8Array(64 * 1024);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent++;
      controller.enqueue(chunk);
    },
  });
  const request = new Request('http://127.0.0.1/', { method: 'POST', body, duplex: 'half' });
  expect(await clicked(request)).toBe(413);
  expect(sent).toBeLessThan(10);
});

test('a click that Slack has not signed, or that is old, is refused', async () => {
  const { thread, message } = await posted();
  expect(await click(message(), { user: 'U012ANN', button: 'Approve', secret: 'another' })).toBe(401);
  expect(await click(message(), { user: 'U012ANN', button: 'Approve', sentAt: Date.now() / 1000 - 360 })).toBe(401);
  const { body, headers } = slack.click(message(), { user: 'U012ANN', button: 'Approve' });
  headers.delete('x-slack-signature');
  const unsigned = new Request('http://127.0.0.1/', { method: 'POST', headers, body, duplex: 'half' });
  expect(await clicked(unsigned)).toBe(401);
  expect(await thread.state()).toMatchObject({ status: 'waiting', refused: [] });
  await thread.handle.terminate();
});

test('a click counts once however often Slack sends it; a later one is told that it is too late, and others that it does not count (A11)', async () => {
  const { thread, message } = await posted();
  const before = message();
  expect(await click(before, { user: 'U999', button: 'Reject' })).toBe(200);
  await until(() => slack.notes.length === 1);
  expect(slack.notes.at(-1)).toMatch(/not in the directory/);
  expect(await click(before, { user: 'U012CLEO', button: 'Reject' })).toBe(200);
  await until(() => slack.notes.length === 2);
  expect(slack.notes.at(-1)).toMatch(/a member of `release` may answer/);
  // No worker is up: Slack gets its response all the same.
  await approvals.worker.stop();
  expect(await click(before, { user: 'U012BOB', button: 'Reject', at: '2.000' })).toBe(200);
  expect(await click(before, { user: 'U012BOB', button: 'Reject', at: '2.000' })).toBe(200);
  const told = slack.notes.length;
  await approvals.worker.restart();
  await thread.result();
  expect(await thread.answers()).toMatchObject([{ value: false, actor: 'bob' }]);
  expect(slack.notes).toHaveLength(told);
  await until(() => parts(message()).status === 'Rejected by bob');
  expect(await click(before, { user: 'U012ANN', button: 'Approve', at: '3.000' })).toBe(200);
  await until(() => slack.notes.length > told);
  expect(slack.notes.at(-1)).toBe('This is over.');
});

test('the message is edited when the question is reassigned, and Slack may ask to wait (A12 R9)', async () => {
  const { thread, run, message } = await posted();
  slack.limit(1);
  await thread.reassign('deploy:1', ['cleo'], { run, actor: 'ann' });
  await until(() => parts(message()).status === 'For cleo · Priority: high · Tags: release');
  expect(parts(message()).buttons).toEqual(['Approve', 'Reject']);
  await thread.handle.terminate();
});

test('a click gets its response also if the note about it gets none', async () => {
  const { thread, message } = await posted();
  const told = slack.notes.length;
  slack.hold();
  expect(await click(message(), { user: 'U999', button: 'Reject' })).toBe(200);
  expect(slack.notes).toHaveLength(told);
  slack.release();
  await until(() => slack.notes.length > told);
  await thread.handle.terminate();
});
