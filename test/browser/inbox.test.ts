/**
 * The page of the inbox in a browser, with a real Temporal server, a real worker and a real inbox: how one finds what waits,
 * and how the page keeps up with what happens (W1).
 */
import { expect, test, describe } from 'vitest';
import {
  asked,
  executablePath,
  expectRows,
  itemPath,
  openOf,
  PHONE,
  site,
  started,
  useSite,
  visit,
  POLL,
} from './fixtures/inbox.ts';
import { field, heading, row, sendNow } from './fixtures/inbox-page.ts';
import { CONTRACT, refund, REPLY, text } from './fixtures/inbox-questions.ts';

const WEB_UI = 'http://ui.example.com';

describe.skipIf(executablePath === undefined)('the inbox in a browser', () => {
  useSite({ webUi: WEB_UI });

  test('a program of two steps is answered to its end: the second question appears by itself', async () => {
    const thread = `booking-${Math.random()}`;
    await started.client.thread(thread, 'booking').start('Ms Okafor');
    await openOf(thread, 1);
    const page = await visit(`/?q=${thread}`);
    await row(page, 'Which room for Ms Okafor?').click();
    await page.getByRole('radio', { name: 'Garden' }).check();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await sendNow(page);
    await row(page, 'Ms Okafor has the room Garden. With breakfast?').click();
    await page.getByRole('button', { name: 'Yes' }).click();
    await sendNow(page);
    await page.getByText('No open question is like this.').waitFor();
    expect(await started.client.thread(thread).result()).toEqual({ room: 'Garden', breakfast: true });
    expect(await started.client.thread(thread).answers()).toMatchObject([{ actor: 'ann' }, { actor: 'ann' }]);
  });

  test('W1: what is asked appears on an open page, and what somebody else answers leaves it', async () => {
    const tag = `live-${Math.random()}`;
    const page = await visit(`/?tag=${tag}`);
    await page.getByText('No open question is like this.').waitFor();
    const question = await asked('refunds', refund('Refund 80 €', { tags: [tag] }));
    await row(page, 'Refund 80 €').waitFor();
    await expect.poll(() => page.title(), POLL).toBe('(1) Inbox');
    expect(await page.locator('[data-news]').innerText()).toContain('New: Refund 80 €');
    await started.client.thread(question.thread).resume({ type: 'approve' }, { actor: 'bob' });
    await row(page, 'Refund 80 €').waitFor({ state: 'detached' });
    await expect.poll(() => page.title(), POLL).toBe('Inbox');
  });

  test('W1: the tabs of one browser share one stream, and another one takes over when its tab is closed', async () => {
    const tag = `tabs-${Math.random()}`;
    const one = await visit(`/?tag=${tag}`);
    await one.getByText('No open question is like this.').waitFor();
    await asked('support', { value: 'For the first tab', options: { tags: [tag] } });
    await row(one, 'For the first tab').waitFor();
    const two = await one.context().newPage();
    let streams = 0;
    two.on('request', (request) => (streams += request.url().includes('/api/events') ? 1 : 0));
    await two.goto(one.url());
    await row(two, 'For the first tab').waitFor();
    await asked('support', { value: 'For both tabs', options: { tags: [tag] } });
    await Promise.all([one, two].map((page) => row(page, 'For both tabs').waitFor()));
    expect(streams).toBe(0);
    await one.close();
    await expect.poll(() => streams, POLL).toBe(1);
    await asked('support', { value: 'For the one that is left', options: { tags: [tag] } });
    await row(two, 'For the one that is left').waitFor();
  });

  test('a line under the pointer stays where it is when another one comes above it', async () => {
    const tag = `steady-${Math.random()}`;
    for (let n = 0; n < 14; n++)
      await asked('support', { value: `Question ${n}`, options: { tags: [tag], due: '5h' } }, `steady-${tag}-${n}`);
    const page = await visit(`/?tag=${tag}`);
    await expectRows(page, 14);
    const line = page.locator('.row').nth(4);
    await line.hover();
    const before = await line.boundingBox();
    const title = await line.locator('.row-title').innerText();
    await asked('support', { value: 'It comes first', options: { tags: [tag], due: '1h' } });
    await expectRows(page, 15);
    const after = await page.locator('.row', { hasText: title }).boundingBox();
    expect(after!.y).toBeCloseTo(before!.y, 0);
  });

  test('items are in groups by when they are due, in the time zone of the person', async () => {
    const tag = `groups-${Math.random()}`;
    const options = { tags: [tag] };
    await asked('support', { value: 'Late', options: { ...options, due: '1ms' } });
    await asked('support', { value: 'In a year', options: { ...options, due: '365d' } });
    await asked('support', { value: 'Some time', options });
    const page = await visit(`/?tag=${tag}`, { timezoneId: 'Pacific/Auckland' });
    await expectRows(page, 3);
    expect(await page.locator('.group-name').allInnerTexts()).toEqual([
      expect.stringContaining('Overdue'),
      expect.stringContaining('Later'),
    ]);
    expect(await page.locator('[data-group=Overdue] .row').innerText()).toMatch(/Due now|Overdue/);
  });

  test('filters, search and a view with a name are in the address, and survive a reload', async () => {
    const word = `w${Math.random()}`;
    await asked('refunds', refund(`Refund ${word}`));
    await asked('support', { ...REPLY, options: { ...REPLY.options, title: `Reply ${word}` } });
    const page = await visit('/');
    await page.getByRole('searchbox', { name: 'Search' }).fill(word);
    const titles = page.locator('.row-title');
    await expect.poll(() => titles.allInnerTexts(), POLL).toEqual([`Reply ${word}`, `Refund ${word}`]);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Order').selectOption('Oldest first');
    await expect.poll(() => titles.allInnerTexts(), POLL).toEqual([`Refund ${word}`, `Reply ${word}`]);
    expect(new URL(page.url()).searchParams.get('sort')).toBe('age');
    await page.getByLabel('Order').selectOption('Due first');
    await expect.poll(() => titles.allInnerTexts(), POLL).toEqual([`Reply ${word}`, `Refund ${word}`]);
    await page.getByLabel('Kind').selectOption('Approval');
    await expectRows(page, 1);
    expect(new URL(page.url()).searchParams.get('kind')).toBe('approval');
    await page.locator('.chip').getByText('Kind: Approval').waitFor();
    await page.getByRole('button', { name: 'Keep this view' }).click();
    await page.getByLabel('Its name').fill('Money');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.goto(site.url);
    await page.getByRole('link', { name: 'Money' }).click();
    await expectRows(page, 1);
    expect(await page.locator('.views [aria-current]').allInnerTexts()).toEqual(['Money']);
    await page.reload();
    await row(page, `Refund ${word}`).waitFor();
    await page.getByRole('link', { name: 'Mine' }).click();
    expect(new URL(page.url()).searchParams.get('assignee')).toBe('me');
    await row(page, `Refund ${word}`).waitFor();
  });

  test('the item says what happens next, who has answered, and in whose name an answer is asked for', async () => {
    const question = await asked('contracts', {
      ...CONTRACT,
      options: { ...CONTRACT.options, timeout: '7d', default: false },
    });
    const page = await visit(itemPath(question));
    await page.getByText('It closes when 2 people give the same answer.').waitFor();
    await page.getByText(', it counts as no.').waitFor();
    await page.getByRole('link', { name: 'Section 7' }).waitFor();
    await page.getByText('ann, bob and legal (group)').waitFor();
    await page.getByText('Technical details').click();
    expect(await page.locator('.command').innerText()).toContain(question.id);
    await page.getByText('The story so far').click();
    await page.locator('.story').getByText('Started as contracts').waitFor();
    // The Web UI opens beside the inbox, and learns nothing of where the person comes from.
    const run = `${WEB_UI}/namespaces/default/workflows/${question.thread}/${question.run}/history`;
    const webUi = page.getByRole('link', { name: 'Open in the Temporal Web UI' });
    for (const [name, value] of Object.entries({ href: run, target: '_blank', rel: 'noopener noreferrer' }))
      expect(await webUi.getAttribute(name)).toBe(value);
    await page.getByRole('link', { name: 'Show it on a page of its own' }).click();
    await page.getByRole('heading', { level: 1, name: question.thread }).waitFor();
    await expect.poll(() => webUi.getAttribute('href'), POLL).toBe(run);
    for (const [name, value] of Object.entries({ target: '_blank', rel: 'noopener noreferrer' }))
      expect(await webUi.getAttribute(name)).toBe(value);
  });

  test('the command of an item is copied whole, with the name and the groups of whoever looks (A11)', async () => {
    const question = await asked('contracts', CONTRACT);
    const permissions = ['clipboard-read', 'clipboard-write'];
    const page = await visit(itemPath(question), { as: 'ann legal', permissions });
    await page.getByText('Technical details').click();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const { thread, run, id } = question;
    const command = `holdpoint resume --id ${id} --run ${run} --actor ann --member-of legal --namespace default -- ${thread}`;
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(command);
  });

  test('a question that runs out while it is open says so, and what was entered stays', async () => {
    const tag = `over-${Math.random()}`;
    const page = await visit(`/?tag=${tag}`);
    await page.getByText('No open question is like this.').waitFor();
    await asked('onboarding', text('Soon over', { tags: [tag], timeout: '6s' }));
    await row(page, 'Soon over').click();
    await field(page).fill('Papyrus, I think');
    await page.locator('[data-notice=closed]').waitFor();
    expect(await page.locator('[data-notice=closed]').innerText()).toContain('went on without an answer');
    expect(await page.locator('[data-notice=closed] [data-own]').innerText()).toContain('Papyrus, I think');
    await page.reload();
    await page.locator('[data-notice=closed] [data-own]').getByText('Papyrus, I think').waitFor();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.locator('[data-own]').waitFor({ state: 'detached' });
  });

  test('on a phone the list and the item are pages of their own', async () => {
    const tag = `phone-${Math.random()}`;
    await asked('support', { ...REPLY, options: { ...REPLY.options, tags: [tag] } });
    const page = await visit(`/?tag=${tag}`, { viewport: PHONE, hasTouch: true, isMobile: true });
    await row(page, 'Reply to Mr Lindqvist').tap();
    await heading(page, 'Reply to Mr Lindqvist');
    expect(await page.locator('.list-pane').isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Inbox', exact: true }).last().tap();
    await row(page, 'Reply to Mr Lindqvist').waitFor();
    expect(new URL(page.url()).searchParams.get('tag')).toBe(tag);
  });

  test('W1: a list that was scrolled far keeps its length when it is loaded again', async () => {
    const word = `many${Math.random()}`;
    const threads = Array.from({ length: 13 }, (_, n) => `${word}-${n}`);
    // More than the server gives at once.
    const questions = Array.from({ length: 40 }, (_, n) => ({ value: `${word} ${n}` }));
    for (const thread of threads) await started.client.thread(thread, 'survey').start(questions);
    await Promise.all(threads.map((thread) => openOf(thread, 40)));
    const page = await visit(`/?q=${word}`);
    const rows = page.locator('.row');
    await expect
      .poll(async () => {
        await rows.last().scrollIntoViewIfNeeded();
        return rows.count();
      }, POLL)
      .toBe(520);
    await rows.first().scrollIntoViewIfNeeded();
    // With a search, only the server knows whether an item is of the list.
    await asked('support', { value: 'It comes first', options: { tags: [word], due: '1h' } });
    await row(page, 'It comes first').waitFor();
    expect(await rows.count()).toBe(520);
  });
});
