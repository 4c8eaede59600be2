/**
 * The inbox's page without a mouse: keys and Tab are enough for every answer, no letter that somebody writes decides anything,
 * and the focus never starts again at the top. No test of this file clicks.
 */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { asked, executablePath, expectRows, itemPath, openOf, started, useSite, visit } from './fixtures/inbox.ts';
import { expectFocus, field, heading, press, row, sendButton, tabTo } from './fixtures/inbox-page.ts';
import { ACCOUNT, refund, SUPPLIER, text, yesOrNo } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('keys and focus', () => {
  useSite();

  test('keys are enough: move, open, decide, undo, go back', async () => {
    const tag = `keys-${Math.random()}`;
    await asked('refunds', refund('First', { tags: [tag], due: '1h' }));
    const second = await asked('refunds', refund('Second', { tags: [tag], due: '2h' }));
    const page = await visit(`/?tag=${tag}`);
    await expectRows(page, 2);
    for (const key of ['j', 'j', 'k', 'j']) await page.keyboard.press(key);
    await expectFocus(row(page, 'Second'));
    await page.keyboard.press('Enter');
    await expectFocus(title(page, 'Second'));
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('a');
    await page.getByText('Sending in').waitFor();
    await heading(page, 'First');
    await page.keyboard.press('z');
    await heading(page, 'Second');
    expect(await page.locator('.outgoing').count()).toBe(0);
    await page.keyboard.press('u');
    await page.locator('.item-pane').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('jkx');
    expect(await page.locator('#search').inputValue()).toBe('jkx');
    expect(await openOf(second.thread, 1)).toHaveLength(1);
  });

  test('a rejection with its reason, an approval with changes and a no are sent without a mouse', async () => {
    const tag = `sent-${Math.random()}`;
    const first = await asked('refunds', refund('To reject', { tags: [tag], due: '1h' }));
    const second = await asked('refunds', refund('To change', { tags: [tag], due: '2h' }));
    const third = await asked('support', yesOrNo('To deny?', { tags: [tag], due: '3h' }));
    const page = await visit(`/?tag=${tag}`);
    await expectRows(page, 3);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expectFocus(title(page, 'To reject'));
    await page.keyboard.press('r');
    await expectFocus(page.getByLabel('Why not?'));
    await page.keyboard.type('There is no scratch');
    await page.keyboard.press('Control+Enter');
    await expectFocus(title(page, 'To change'));
    await press(sendButton(page));
    await expectFocus(title(page, 'To change'));
    expect(await started.client.thread(first.thread).result()).toEqual({
      type: 'reject',
      reason: 'There is no scratch',
    });
    await page.keyboard.press('e');
    await expectFocus(page.getByLabel('Order'));
    await tabTo(page.getByLabel('Amount'));
    await page.keyboard.press('Control+A');
    await page.keyboard.type('40');
    await page.keyboard.press('Control+Enter');
    await expectFocus(title(page, 'To deny?'));
    await press(sendButton(page));
    expect(await started.client.thread(second.thread).result()).toMatchObject({ type: 'edit', args: { amount: 40 } });
    await press(page.getByRole('button', { name: 'No', exact: true }));
    await expectFocus(page.locator('.list-pane'));
    await press(sendButton(page));
    expect(await started.client.thread(third.thread).result()).toBe(false);
    await page.getByText('No open question is like this.').waitFor();
  });

  test('a form is filled in and sent with Tab, Space and the arrows', async () => {
    const tag = `form-${Math.random()}`;
    const question = await asked('onboarding', { ...ACCOUNT, options: { ...ACCOUNT.options, tags: [tag] } });
    const page = await visit(`${itemPath(question)}&tag=${tag}`);
    await expectFocus(title(page, 'Set up an account'));
    await tabTo(page.getByLabel('Name'));
    await page.keyboard.type('Ms Okafor');
    await tabTo(page.getByLabel('First day'));
    await page.keyboard.type('07132026');
    // Of radios, Tab leads to the one that is checked: for an optional answer, to the last one.
    const none = page.getByRole('radio', { name: 'No answer' });
    await tabTo(none.first());
    await page.keyboard.press('ArrowUp');
    await tabTo(none.last());
    await page.keyboard.press('ArrowDown');
    for (const name of ['Mail', 'Tickets']) {
      await tabTo(page.getByRole('checkbox', { name }));
      await page.keyboard.press('Space');
    }
    await press(page.getByRole('button', { name: 'Send answer' }));
    await press(sendButton(page));
    expect(await started.client.thread(question.thread).result()).toEqual({
      name: 'Ms Okafor',
      start: '2026-07-13',
      laptop: 'Large',
      desk: true,
      systems: ['Mail', 'Tickets'],
    });
  });

  test('several are selected and answered at once without a mouse', async () => {
    const tag = `several-${Math.random()}`;
    const first = await asked('refunds', refund('One', { tags: [tag], due: '1h' }));
    const second = await asked('refunds', refund('Two', { tags: [tag], due: '2h' }));
    const page = await visit(`/?tag=${tag}`);
    await expectRows(page, 2);
    for (const key of ['j', 'x', 'j', 'x', 'a']) await page.keyboard.press(key);
    await page.getByRole('dialog', { name: 'Answer 2 items' }).waitFor();
    await page.keyboard.press('Escape');
    await expectFocus(row(page, 'Two'));
    await press(page.getByRole('button', { name: 'Answer …' }));
    await press(page.getByRole('dialog', { name: 'Answer 2 items' }).getByRole('button', { name: 'Approve' }));
    await expectFocus(page.locator('.list-pane'));
    await press(sendButton(page));
    await page.getByText('All 2 sent.').waitFor();
    for (const { thread } of [first, second])
      expect(await started.client.thread(thread).result()).toMatchObject({ type: 'approve' });
    await press(page.getByRole('button', { name: 'Dismiss' }));
    await expectFocus(page.locator('.list-pane'));
  });

  test('A12: a question is passed on without a mouse', async () => {
    const question = await asked('refunds', refund('Pass me on'));
    const page = await visit(itemPath(question));
    await press(page.getByRole('button', { name: 'Pass on …' }));
    await tabTo(page.getByRole('checkbox', { name: 'ann (you)' }));
    await page.keyboard.press('Space');
    await tabTo(page.getByLabel('Somebody else'));
    await page.keyboard.type('bob');
    await page.keyboard.press('Enter');
    // The name is new here: the page asks whether it is right.
    await page.getByRole('dialog').getByText('press “Pass on” again').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('[data-notice=closed]').getByText('This is for others now.').waitFor();
    await expectFocus(title(page, 'Pass me on'));
    expect(await openOf(question.thread, 1)).toMatchObject([{ assignees: ['bob'] }]);
  });

  test('Escape leaves a field with its text, and keys act on boxes and radios', async () => {
    const tag = `boxes-${Math.random()}`;
    await asked('refunds', refund('First', { tags: [tag] }));
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
    await expectFocus(row(page, 'First'));
    expect(await page.locator('#search').inputValue()).toBe('First');
    await tabTo(page.getByRole('checkbox', { name: 'Select: First' }));
    await page.keyboard.press('Space');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor({ state: 'detached' });
    await page.locator('#search').fill('');
    await press(row(page, 'Second'));
    await tabTo(page.getByRole('radio').first());
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('u');
    await page.locator('.item-pane').waitFor({ state: 'detached' });
  });

  test('a line that is closed cannot be selected, by a key or with its box', async () => {
    const tag = `closed-${Math.random()}`;
    const question = await asked('refunds', refund('Closed meanwhile', { tags: [tag] }));
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
    await asked('refunds', refund('Slow', { tags: [tag] }));
    const page = await visit(`/?tag=${tag}`);
    const { promise: mayGo, resolve: go } = Promise.withResolvers<void>();
    await page.route('**/api/item?**', async (route) => {
      await mayGo;
      await route.continue();
    });
    await press(row(page, 'Slow'));
    await page.keyboard.press('/');
    await page.keyboard.type('refu');
    go();
    await heading(page, 'Slow');
    await page.keyboard.type('nd area');
    expect(await page.locator('#search').inputValue()).toBe('refund area');
    expect(await page.locator('.outgoing').count()).toBe(0);
  });

  test('W2: a question that closes while somebody writes says so, and the rest of the sentence is for nobody', async () => {
    const question = await asked('support', text('May we?'));
    const page = await visit(itemPath(question));
    await tabTo(field(page));
    await page.keyboard.type('We may, ');
    await started.client.thread(question.thread).resume('No, never', { actor: 'bob' });
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
    const page = await visit(itemPath(await asked('refunds', refund('By voice'))));
    await heading(page, 'By voice');
    await press(page.getByRole('button', { name: 'Keys' }));
    await tabTo(page.getByRole('checkbox', { name: 'Letters and signs are keys' }));
    await page.keyboard.press('Space');
    await press(page.getByRole('button', { name: 'Close' }));
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
    await asked('refunds', refund('The last', { tags: [tag] }));
    const page = await visit(`/?tag=${tag}`);
    await press(row(page, 'The last'));
    await expectFocus(title(page, 'The last'));
    const keys = page.getByRole('button', { name: 'Keys' });
    await press(keys);
    await press(page.getByRole('button', { name: 'Close' }));
    await expectFocus(keys);
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.locator('.hint').getByText('That was the first one.').waitFor();
    await press(page.getByRole('button', { name: 'Approve', exact: true }));
    await expectFocus(page.locator('.list-pane'));
    await page.keyboard.press('z');
    await expectFocus(title(page, 'The last'));
    await page.keyboard.press('u');
    await press(page.locator('.chip'));
    await expectFocus(page.locator('.list-pane'));
    await press(page.locator('.skip'));
    await expectFocus(page.locator('.list-pane'));
  });
});

function title(page: Page, name: string): Locator {
  return page.locator('.item-head h1', { hasText: name });
}
