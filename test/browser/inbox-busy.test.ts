/**
 * The page of the inbox when much happens at once: responses that come late, answers that follow each other quickly, several
 * items of several kinds, and people who come and go (W1, W2, W6).
 */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { resetBefore } from '../durable/fixtures/resets.ts';
import {
  asked,
  byToken,
  executablePath,
  expectRows,
  itemPath,
  linkKeys,
  linkTo,
  PHONE,
  POLL,
  Site,
  site,
  started,
  useSite,
  visit,
} from './fixtures/inbox.ts';
import type { Asked } from './fixtures/inbox.ts';
import { field, heading, row, sendNow, signIn, write } from './fixtures/inbox-page.ts';
import { refund, text, yesOrNo } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('much at once', () => {
  useSite({ linkKeys });

  test('W2: a refused answer is seen until it is dismissed', async () => {
    const tag = `refused-${Math.random()}`;
    const first = await asked('support', yesOrNo('Too late', { tags: [tag], due: '1h' }));
    await asked('support', yesOrNo('In time', { tags: [tag], due: '2h' }));
    const page = await visit(`/?tag=${tag}`, { viewport: PHONE });
    await row(page, 'Too late').click();
    await heading(page, 'Too late');
    // Somebody else is faster, and the page has not heard of it.
    await page.route(
      '**/api/answer?**',
      async (route) => {
        await started.client.thread(first.thread).resume(false, { actor: 'bob' });
        await route.continue();
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    const refused = page.locator('.outgoing', { hasText: 'Not taken.' });
    await refused.getByText('Too late').waitFor();
    await heading(page, 'In time');
    await expectApart(page.locator('.form-buttons button').first(), page.locator('.outbox'));
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    await refused.getByRole('button', { name: 'Dismiss' }).click();
    await refused.waitFor({ state: 'detached' });
  });

  test('W1: a second tab misses nothing that happens while its list is on its way', async () => {
    const tag = `second-${Math.random()}`;
    const one = await visit(`/?tag=${tag}`);
    await one.getByText('No open question is like this.').waitFor();
    const two = await one.context().newPage();
    const { promise: mayArrive, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: isMade, resolve: made } = Promise.withResolvers<void>();
    await two.route('**/api/items?**', async (route) => {
      const response = await route.fetch();
      made();
      await mayArrive;
      await route.fulfill({ response });
    });
    await two.goto(one.url());
    await isMade;
    await asked('support', yesOrNo('Meanwhile', { tags: [tag] }));
    await row(one, 'Meanwhile').waitFor();
    arrive();
    await row(two, 'Meanwhile').waitFor();
  });

  test('W1: an event of another item, and a response that is older than an event, change nothing that is shown', async () => {
    const tag = `late-${Math.random()}`;
    const first = await asked('support', yesOrNo('Shown', { tags: [tag], due: '1h' }));
    const second = await asked('support', yesOrNo('Slow', { tags: [tag], due: '2h' }));
    const page = await visit(`/?tag=${tag}`);
    let reads = 0;
    page.on('request', (request) => (reads += request.url().includes('/api/item?') ? 1 : 0));
    await row(page, 'Shown').click();
    await heading(page, 'Shown');
    expect(reads).toBe(1);
    await expect.poll(() => page.title(), POLL).toBe('(2) Shown – Inbox');
    const { promise: mayArrive, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: isMade, resolve: made } = Promise.withResolvers<void>();
    await page.route('**/api/item?**', async (route) => {
      const response = await route.fetch();
      made();
      await mayArrive;
      await route.fulfill({ response });
    });
    await row(page, 'Slow').click();
    await isMade;
    await started.client.thread(second.thread).resume(true, { actor: 'bob' });
    await page.locator('[data-notice=closed]').getByText('bob answered this').waitFor();
    expect(await page.locator('.item-head h1', { hasText: 'Shown' }).count()).toBe(0);
    arrive();
    await page.unrouteAll({ behavior: 'wait' });
    await row(page, 'Shown').click();
    await heading(page, 'Shown');
    expect(await started.client.thread(first.thread).interrupts()).toHaveLength(1);
  });

  test('A13: a question that is asked again after a reset is reported as shown once more, and can be answered', async () => {
    const question = await asked('support', yesOrNo('Once more'));
    const page = await visit('/decisions');
    let showings = 0;
    page.on('request', (request) => (showings += request.url().includes('/api/shown?') ? 1 : 0));
    await page.goto(site.url + itemPath(question));
    await heading(page, 'Once more');
    await expect.poll(() => showings, POLL).toBe(1);
    await resetBefore(started.client.thread(question.thread), 'start');
    await expect.poll(() => showings, POLL).toBe(2);
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
  });

  test('several at once: only what is seen, of one kind, free, and with answers that all of them take', async () => {
    const tag = `kinds-${Math.random()}`;
    for (const title of ['Refund one', 'Refund two']) await asked('refunds', refund(title, { tags: [tag] }));
    await asked('support', yesOrNo('Shall we?', { tags: [tag] }));
    const page = await visit(`/?tag=${tag}`, { mayLose: true });
    await expectRows(page, 3);
    await select(page, 'Refund one');
    await page.getByRole('button', { name: 'All alike' }).click();
    await page.getByText('2 selected').waitFor();
    // The server asks to slow down once. Nothing is left out for that.
    await slowDown(page, '**/api/item?**');
    await page.getByRole('button', { name: 'Answer …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Answer 2 items' });
    await dialog.getByText('Refund two').waitFor();
    expect(await dialog.getByText('left out').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await page.locator('.outgoing').getByText('Approve: 2 items').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Select: Refund one' }).isDisabled()).toBe(true);
    await page.keyboard.press('z');
    await page.getByText('2 selected').waitFor();
    await page.getByRole('link', { name: 'Mine' }).click();
    await page.getByText('2 selected').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await select(page, 'Shall we?');
    await page.getByText('1 selected').waitFor();
  });

  test('on a phone several are selected, too', async () => {
    const tag = `touch-${Math.random()}`;
    await asked('support', yesOrNo('By thumb', { tags: [tag] }));
    const page = await visit(`/?tag=${tag}`, { viewport: PHONE, hasTouch: true, isMobile: true });
    await row(page, 'By thumb').waitFor();
    await page.getByRole('button', { name: 'Select several' }).tap();
    await page.getByText('Select items of one kind').waitFor();
    await page.getByRole('checkbox', { name: 'Select: By thumb' }).tap();
    await page.getByText('1 selected').waitFor();
  });

  test('while there is more, the page does not say that nothing waits', async () => {
    const tag = `more-${Math.random()}`;
    const questions: Asked[] = [];
    for (const name of ['One', 'Two', 'Three']) questions.push(await asked('support', yesOrNo(name, { tags: [tag] })));
    const page = await visit('/decisions', { mayLose: true });
    await page.route('**/api/items?**', (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('limit', '2');
      return url.searchParams.has('cursor') ? route.abort() : route.continue({ url: url.href });
    });
    await page.goto(`${site.url}/?tag=${tag}`);
    await page.locator('.hint').getByText('cannot be reached').waitFor();
    await expectRows(page, 2);
    await page.unroute('**/api/items?**');
    for (const { thread } of questions.slice(0, 2)) await started.client.thread(thread).resume(true, { actor: 'bob' });
    await row(page, 'Three').waitFor();
    await expectRows(page, 1);
  });

  test('a filter leaves the item that is open, and a search that is not finished carries nobody back', async () => {
    const tag = `filter-${Math.random()}`;
    const question = await asked('support', yesOrNo('Stay open', { tags: [tag] }));
    const page = await visit(`${itemPath(question)}&tag=${tag}`);
    await heading(page, 'Stay open');
    await page.getByRole('searchbox', { name: 'Search' }).fill('nowhere');
    await page.getByText('No open question is like this.').waitFor();
    await heading(page, 'Stay open');
    await page.getByRole('searchbox', { name: 'Search' }).fill('some');
    await page.getByRole('link', { name: 'Decision times' }).click();
    await page.getByRole('heading', { level: 1, name: 'Decision times' }).waitFor();
    await page.waitForFunction(`new Promise((done) => setTimeout(() => done(true), 400))`);
    expect(new URL(page.url()).pathname).toBe('/decisions');
  });

  test('W3: after signing out, no tab shows or says anything, and nothing is called broken', async () => {
    await using guarded = new Site({ authenticate: byToken });
    await guarded.start();
    const tag = `out-${Math.random()}`;
    await asked('support', yesOrNo('A secret', { tags: [tag] }));
    const page = await visit(`/?tag=${tag}`, { to: guarded, as: '', mayLose: true });
    await signIn(page, 'ann');
    await row(page, 'A secret').waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await row(other, 'A secret').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [page, other]) {
      await tab.getByLabel('Your token').waitFor();
      await expect.poll(() => tab.title(), POLL).toBe('Inbox');
      expect(await tab.locator('[data-banner]').count()).toBe(0);
    }
    await asked('support', yesOrNo('Another secret', { tags: [tag] }));
    await signIn(other, 'ann');
    await row(other, 'Another secret').waitFor();
    expect(await page.locator('[data-news]').textContent()).toBe('');
  });

  test('W6: an answer that the server fails to take can be taken back and written again', async () => {
    const question = await asked('support', text('A server that fails'));
    const page = await visit(itemPath(question), { mayLose: true });
    await page.route('**/api/answer?**', (route) =>
      route.fulfill({
        status: 500,
        headers: { 'Retry-After': '0.05' },
        json: { error: 'Internal', message: 'It is broken.' },
      }),
    );
    await write(page, 'Never mind');
    await sendNow(page);
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.locator('.hint').getByText('It may have arrived').waitFor();
    expect(await field(page).inputValue()).toBe('Never mind');
    await page.unroute('**/api/answer?**');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).result()).toBe('Never mind');
  });

  test('W6: what was wrong is forgotten with the first correction', async () => {
    const question = await asked('support', text('Wrong at first'));
    const page = await visit(itemPath(question));
    await page.route('**/api/answer?**', (route) =>
      route.fulfill({
        status: 422,
        json: { error: 'BadAnswer', message: 'It does not fit.', problems: [{ path: '', message: 'No such order.' }] },
      }),
    );
    await write(page, 'R-1');
    await sendNow(page);
    await page.getByRole('button', { name: 'Look' }).click();
    const problem = page.locator('.answer .form-problem').getByText('No such order.');
    await problem.waitFor();
    await field(page).fill('R-17');
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.locator('.item-pane').waitFor({ state: 'detached' });
    await row(page, 'Wrong at first').click();
    await heading(page, 'Wrong at first');
    expect(await field(page).inputValue()).toBe('R-17');
    expect(await problem.count()).toBe(0);
  });

  test('W4: a server that is busy for a moment does not spoil a link', async () => {
    const question = await asked('support', yesOrNo('By link'));
    const page = await visit('/decisions', { as: '', mayLose: true });
    await slowDown(page, '**/api/me');
    await page.goto(site.url + linkTo(question));
    await heading(page, 'By link');
  });

  test('W6: a tab that only looks shows what another one writes, and is asked nothing', async () => {
    const question = await asked('support', text('Two tabs, one writer'));
    const writer = await visit(itemPath(question));
    const reader = await writer.context().newPage();
    await reader.goto(writer.url());
    const read = field(reader);
    await read.waitFor();
    for (const text of ['D', 'De', 'Dear']) {
      await field(writer).fill(text);
      await expect.poll(() => read.inputValue(), POLL).toBe(text);
    }
    expect(await reader.locator('[data-notice=other-tab]').count()).toBe(0);
    await writer.getByRole('button', { name: 'Send answer' }).click();
    await writer.getByRole('button', { name: 'Undo' }).click();
    await read.fill('Dear all');
    expect(await reader.locator('[data-notice=other-tab]').count()).toBe(0);
  });
});

async function select(page: Page, title: string): Promise<void> {
  await page.getByRole('checkbox', { name: `Select: ${title}` }).click();
}

/** The server says once that this is too much. */
async function slowDown(page: Page, url: string): Promise<void> {
  const refusal = { error: 'TooMany', message: 'Slow down.' };
  const answer = { status: 429, headers: { 'Retry-After': '0.1' }, json: refusal };
  await page.route(url, (route) => route.fulfill(answer), { times: 1 });
}

/** Waits until the first place ends above the second one. */
async function expectApart(above: Locator, below: Locator): Promise<void> {
  await expect
    .poll(async () => {
      const [upper, lower] = await Promise.all([above.boundingBox(), below.boundingBox()]);
      return lower!.y - upper!.y - upper!.height;
    }, POLL)
    .toBeGreaterThanOrEqual(0);
}
