/**
 * The keys and the focus of the inbox's page, in a browser: no letter that somebody writes decides anything, and whoever has no
 * mouse never starts again at the top.
 */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { asked, executablePath, expectRows, itemPath, started, useSite, visit, type Asked } from './fixtures/inbox.ts';
import { REFUND, SUPPLIER } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('keys and focus', () => {
  useSite();

  test('Escape leaves a field with its text, and keys act on boxes and radios', async () => {
    const tag = `boxes-${Math.random()}`;
    await refund('First', tag);
    await asked('buying', { ...SUPPLIER, options: { title: 'Second', tags: [tag] } });
    const page = await visit(`/?tag=${tag}`);
    await expectRows(page, 2);
    // On a German keyboard the slash is above the seven.
    await page.evaluate(
      `window.dispatchEvent(new KeyboardEvent('keydown', { key: '/', code: 'Digit7', shiftKey: true, bubbles: true }))`,
    );
    await page.keyboard.type('First');
    await expectRows(page, 1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    expect(await page.locator('.row-link:focus').innerText()).toContain('First');
    expect(await page.locator('#search').inputValue()).toBe('First');
    await page.getByRole('checkbox', { name: 'Select: First' }).click();
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor({ state: 'detached' });
    await page.locator('#search').fill('');
    await row(page, 'Second').click();
    await page.getByRole('radio').last().check();
    await page.keyboard.press('u');
    await page.locator('.item-pane').waitFor({ state: 'detached' });
  });

  test('a line that is closed cannot be selected, by a key or with its box', async () => {
    const tag = `closed-${Math.random()}`;
    const question = await refund('Closed meanwhile', tag);
    const page = await visit(`${itemPath(question)}&tag=${tag}`);
    await heading(page, 'Closed meanwhile');
    await started.client.thread(question.thread).resume({ type: 'reject' }, { actor: 'bob' });
    await page.locator('.row[data-state=closed]').waitFor();
    await page.keyboard.press('x');
    await page.locator('.hint').getByText('This question is closed.').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Select: Closed meanwhile' }).isDisabled()).toBe(true);
  });

  test('an item that arrives while somebody writes takes no letter', async () => {
    const tag = `slow-${Math.random()}`;
    await refund('Slow', tag);
    const page = await visit(`/?tag=${tag}`);
    const { promise: mayGo, resolve: go } = Promise.withResolvers<void>();
    await page.route('**/api/item?**', async (route) => {
      await mayGo;
      await route.continue();
    });
    await row(page, 'Slow').click();
    await page.locator('#search').focus();
    await page.keyboard.type('refu');
    go();
    await heading(page, 'Slow');
    await page.keyboard.type('nd area');
    expect(await page.locator('#search').inputValue()).toBe('refund area');
    expect(await page.locator('.outgoing').count()).toBe(0);
  });

  test('W2: a question that closes while somebody writes says so, and the rest of the sentence is for nobody', async () => {
    const question = await asked('support', {
      value: 'May we?',
      schema: { type: 'string' },
      options: { title: 'May we?' },
    });
    const page = await visit(itemPath(question));
    await page.locator('.answer').getByRole('textbox').focus();
    await page.keyboard.type('We may, ');
    await started.client.thread(question.thread).resume('No', { actor: 'bob' });
    await page.locator('[data-notice=closed]').waitFor();
    expect(await page.locator('[data-news]').innerText()).toContain('bob answered this');
    await page.keyboard.type('unless you / disagree?');
    await heading(page, 'May we?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.locator('.item-pane').waitFor({ state: 'detached' });
  });

  test('letters can be turned off as keys, also for the next visit', async () => {
    const page = await visit(itemPath(await refund('By voice', `voice-${Math.random()}`)));
    await heading(page, 'By voice');
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('checkbox', { name: 'Letters and signs are keys' }).uncheck();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await heading(page, 'By voice');
    await page.keyboard.type('a?/');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.locator('.outgoing').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('.item-pane').waitFor({ state: 'detached' });
  });

  test('the focus goes back from a dialog, and to the list after the last item; a key that can do nothing says so', async () => {
    const tag = `focus-${Math.random()}`;
    await refund('The last', tag);
    const page = await visit(`/?tag=${tag}`);
    await row(page, 'The last').click();
    await expectFocus(page, page.locator('.item-head h1', { hasText: 'The last' }));
    const keys = page.getByRole('button', { name: 'Keys' });
    await keys.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Close' }).click();
    await expectFocus(page, keys);
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.locator('.hint').getByText('That was the first one.').waitFor();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await expectFocus(page, page.locator('.list-pane'));
    await page.keyboard.press('z');
    await expectFocus(page, page.locator('.item-head h1', { hasText: 'The last' }));
    await page.keyboard.press('u');
    await page.locator('.chip').click();
    await expectFocus(page, page.locator('.list-pane'));
    await page.locator('body').press('Tab');
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    await expectFocus(page, page.locator('.list-pane'));
  });
});

function refund(title: string, tag: string): Promise<Asked> {
  return asked('refunds', {
    ...REFUND,
    options: { ...REFUND.options, title, assignees: ['ann'], tags: [tag] },
  });
}

function row(page: Page, text: string): Locator {
  return page.locator('.row-link', { hasText: text });
}

async function heading(page: Page, name: string): Promise<void> {
  await page.locator('.item-head h1', { hasText: name }).waitFor();
}

async function expectFocus(page: Page, place: Locator): Promise<void> {
  await place.and(page.locator(':focus')).waitFor();
}
