/**
 * Approvals on the page of the inbox, with a real Temporal server and worker: of tool calls, and of LangChain's two shapes
 * (R8, W2).
 */
import { agentInbox, middleware } from 'holdpoint/inbox';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { asked, executablePath, itemPath, started, useSite, visit, type Asked } from './fixtures/inbox.ts';
import { sendNow } from './fixtures/inbox-page.ts';
import { REFUND } from './fixtures/inbox-questions.ts';

const AGENT_INBOX = {
  action_request: { action: 'send_email', args: { to: 'ann@example.com', copies: 2 } },
  config: { allow_accept: true, allow_edit: true, allow_ignore: true, allow_respond: true },
  description: 'Please **review** it.',
};
const MIDDLEWARE = {
  action_requests: [
    { name: 'write_file', args: { path: '/etc/hosts', lines: 3 }, description: 'Writes a file' },
    { name: 'execute_sql', args: { query: 'DELETE FROM users' } },
  ],
  review_configs: [
    { action_name: 'write_file', allowed_decisions: ['approve', 'edit', 'reject'] },
    { action_name: 'execute_sql', allowed_decisions: ['approve', 'reject'] },
  ],
};

describe.skipIf(executablePath === undefined)('approvals on the page', () => {
  useSite({ adapters: [agentInbox, middleware] });

  /** What the program got, once the answer that was given on the page has been sent. */
  async function answer(page: Page, { thread }: Asked): Promise<unknown> {
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    return started.client.thread(thread).result();
  }

  test('R8: a tool call is edited on the page, and the program gets the edited arguments with their types', async () => {
    const question = await asked('refunds', { ...REFUND, options: { title: 'Edit me' } });
    const page = await visit(itemPath(question));
    await page.locator('[data-action=edit]').click();
    await page.getByLabel('Amount').fill('40');
    const changes = page.getByRole('region', { name: 'What you change' });
    expect(await changes.locator('ins').innerText()).toContain('40');
    await page.getByRole('button', { name: 'Approve with changes' }).click();
    const { args } = REFUND.value as { readonly args: object };
    expect(await answer(page, question)).toEqual({ type: 'edit', args: { ...args, amount: 40 } });
  });

  test('W6: a decision with its edit is there again after a reload', async () => {
    const page = await visit(itemPath(await asked('refunds', { ...REFUND, options: { title: 'Keep me' } })));
    await page.locator('[data-action=edit]').click();
    await page.getByLabel('Amount').fill('4o');
    await page.reload();
    await expect.poll(() => page.getByLabel('Amount').inputValue()).toBe('4o');
  });

  test('W2: a question of the Agent Inbox is answered in its shape', async () => {
    const question = await asked('support', { value: [AGENT_INBOX] });
    const page = await visit(itemPath(question));
    await page.locator('[data-action=edit]').click();
    await page.getByLabel('Copies', { exact: true }).fill('3');
    await page.getByRole('button', { name: 'Approve with changes' }).click();
    expect(await answer(page, question)).toEqual([
      { type: 'edit', args: { action: 'send_email', args: { to: 'ann@example.com', copies: 3 } } },
    ]);
  });

  test('W2: a question of the middleware gets a decision for each action, in its casing', async () => {
    const question = await asked('support', { value: MIDDLEWARE });
    const page = await visit(itemPath(question));
    await page.locator('[data-action=edit]').click();
    await page.getByLabel('Lines').fill('4');
    await page.locator('[data-action=reject]').click();
    await page.getByLabel('Why not?').fill('Not this table');
    await page.getByRole('button', { name: 'Send 2 decisions' }).click();
    expect(await answer(page, question)).toEqual({
      decisions: [
        { type: 'edit', edited_action: { name: 'write_file', args: { path: '/etc/hosts', lines: 4 } } },
        { type: 'reject', message: 'Not this table' },
      ],
    });
  });
});
