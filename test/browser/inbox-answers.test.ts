/**
 * Answers from the page of the inbox, with a real Temporal server, a real worker and a real inbox: each counts once, can be
 * taken back for five seconds, and nothing that was entered is lost (W2, W6).
 */
import { expect, test, describe } from 'vitest';
import {
  asked,
  executablePath,
  expectRows,
  itemPath,
  openOf,
  site,
  started,
  useSite,
  visit,
  type Asked,
  POLL,
} from './fixtures/inbox.ts';
import { field, sendNow, write } from './fixtures/inbox-page.ts';
import { CONTRACT, refund, text } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('answers from the page', () => {
  useSite();

  test('W6: an answer waits five seconds; Undo takes it back, and what was entered is there again', async () => {
    const question = await asked('support', text('Undo me'));
    const page = await visit(itemPath(question));
    await write(page, 'Dear Mr Lindqvist');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.outgoing').waitFor({ state: 'detached' });
    expect(await field(page).inputValue()).toBe('Dear Mr Lindqvist');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.locator('.outgoing[data-stage=counting]').waitFor();
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).result()).toBe('Dear Mr Lindqvist');
  });

  test('W6: a page that is closed within five seconds has sent nothing; the next page says so, and has the draft', async () => {
    const question = await asked('support', text('Close me'));
    const page = await visit(itemPath(question));
    await write(page, 'Half a thought');
    await page.goto('about:blank');
    await page.goto(site.url);
    await page
      .locator('[data-banner=unsent]')
      .getByText(/Not sent: .*, Close me\./)
      .waitFor();
    await page.locator('[data-banner=unsent]').getByRole('button', { name: 'Open' }).click();
    await expect.poll(() => field(page).inputValue(), POLL).toBe('Half a thought');
    expect(await openOf(question.thread, 1)).toHaveLength(1);
  });

  test('W6: a draft survives a reload', async () => {
    const page = await visit(itemPath(await asked('support', text('Reload me'))));
    await field(page).fill('Not yet finished');
    await page.reload();
    await expect.poll(() => field(page).inputValue(), POLL).toBe('Not yet finished');
  });

  test('W6: two tabs do not write over each other: the second one is told, and chooses', async () => {
    const question = await asked('support', text('Two tabs'));
    const one = await visit(itemPath(question));
    await field(one).fill('From the first tab');
    const two = await one.context().newPage();
    await two.goto(one.url());
    await expect.poll(() => field(two).inputValue(), POLL).toBe('From the first tab');
    await field(two).fill('From the second tab');
    await one.locator('[data-notice=other-tab]').waitFor();
    expect(await field(one).inputValue()).toBe('From the first tab');
    await one.getByRole('button', { name: 'Show that' }).click();
    await expect.poll(() => field(one).inputValue(), POLL).toBe('From the second tab');
  });

  test('W2: two people answer at the same time: one counts, and the other sees who was first, beside the own answer', async () => {
    const question = await asked('support', text('Who is first'));
    const [ann, bob] = await Promise.all(['ann', 'bob'].map((as) => visit(itemPath(question), { as })));
    await Promise.all([write(ann!, 'It is Ann who answers'), write(bob!, 'It is Bob who answers')]);
    await sendNow(ann!);
    await ann!.locator('.outgoing[data-taken]').waitFor();
    await sendNow(bob!);
    await bob!.locator('.outgoing').getByText('Not taken.').waitFor();
    await bob!.getByRole('button', { name: 'Look' }).click();
    const notice = bob!.locator('[data-notice=closed]');
    await notice.getByText('ann answered this').waitFor();
    await expect.poll(() => notice.innerText(), POLL).toContain('It is Ann who answers');
    expect(await notice.locator('[data-own]').innerText()).toContain('It is Bob who answers');
    expect(await started.client.thread(question.thread).answers()).toMatchObject([{ actor: 'ann' }]);
  });

  test('W2: while one reads, somebody else answers: the page says who and what', async () => {
    const question = await asked('support', text('Watched'));
    const page = await visit(itemPath(question), { as: 'bob' });
    await field(page).fill('I was about to say');
    await started.client.thread(question.thread).resume('Too late for you', { actor: 'ann' });
    const notice = page.locator('[data-notice=closed]');
    await notice.getByText('ann answered this just now: “Too late for you”.').waitFor();
    expect(await notice.locator('figure').allInnerTexts()).toEqual([
      'ann\nToo late for you',
      'What you entered\nI was about to say',
    ]);
    expect(await page.getByRole('button', { name: 'Send answer' }).isEnabled()).toBe(false);
    await page.reload();
    expect(await page.locator('[data-own]').innerText()).toBe('What you entered\nI was about to say');
  });

  test('A11: the second of two people agrees with the first, and the question closes', async () => {
    const tag = `agree-${Math.random()}`;
    const options = { ...CONTRACT.options, title: 'Agree', tags: [tag] };
    const question = await asked('contracts', { ...CONTRACT, options });
    const other = await asked('contracts', { ...CONTRACT, options: { ...options, title: 'Agree too' } });
    const ann = await visit(`/?tag=${tag}`);
    await expectRows(ann, 2);
    await ann.locator('.row-link').first().click();
    for (const title of ['Agree', 'Agree too']) {
      await ann.locator('h1').getByText(title, { exact: true }).waitFor();
      await ann.getByRole('button', { name: 'Yes' }).click();
      await sendNow(ann);
      await ann.getByText('Your answer counts: 1 of 2.').waitFor();
      await ann.locator('.row', { hasText: '1 of 2' }).first().waitFor();
      await ann.getByRole('button', { name: 'Dismiss' }).click();
    }
    // Neither waits for Ann any more, so the page shows her the list. She can open one, and change her answer.
    expect(new URL(ann.url()).pathname).toBe('/');
    await ann.goto(site.url + itemPath(other));
    await ann.locator('[data-notice=voted]').getByText('You have answered.').waitFor();
    await ann.getByRole('button', { name: 'No' }).click();
    await sendNow(ann);
    await ann.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(other.thread).result()).toBe(false);
    const bob = await visit(itemPath(question), { as: 'bob' });
    await bob.locator('.votes').getByText('ann yes').waitFor();
    await bob.getByRole('button', { name: 'Agree' }).click();
    await sendNow(bob);
    await bob.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).result()).toBe(true);
  });

  test('W2: an answer whose response is lost is sent again with its key, and counts once', async () => {
    const question = await asked('support', text('Lost on the way'));
    const page = await visit(itemPath(question), { mayLose: true });
    let sent = 0;
    await page.route('**/api/answer?**', async (route) => {
      if (sent++ > 0) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await write(page, 'Only once');
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(sent).toBe(2);
    expect(await started.client.thread(question.thread).answers()).toHaveLength(1);
  });

  test('W6: a page that is reloaded while it sends goes on with the same key', async () => {
    const question = await asked('support', text('Reload while sending'));
    const page = await visit(itemPath(question), { mayLose: true });
    const sentKeys: unknown[] = [];
    await page.route('**/api/answer?**', async (route) => {
      sentKeys.push((route.request().postDataJSON() as { readonly key: string }).key);
      // The first one hangs, until the page is gone.
      if (sentKeys.length > 1) await route.continue();
    });
    await write(page, 'Sent from two pages');
    await sendNow(page);
    await expect.poll(() => sentKeys.length, POLL).toBe(1);
    await page.reload();
    await expect.poll(() => sentKeys.length, POLL).toBe(2);
    expect(sentKeys[1]).toBe(sentKeys[0]);
    expect(await started.client.thread(question.thread).result()).toBe('Sent from two pages');
  });

  test('W6: offline, an answer waits for the connection, and is sent when it is back', async () => {
    const question = await asked('support', text('Offline'));
    const page = await visit(itemPath(question), { mayLose: true });
    await field(page).fill('From the train');
    await page.context().setOffline(true);
    await page.locator('[data-banner=connection]').getByText('You are offline').waitFor();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await sendNow(page);
    await page.getByText('The answer is sent when the connection is back.').waitFor();
    await page.context().setOffline(false);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).result()).toBe('From the train');
  });

  test('W1: the inbox is restarted: the page says so, finds it again, and knows what happened meanwhile', async () => {
    const tag = `deploy-${Math.random()}`;
    const page = await visit(`/?tag=${tag}`, { mayLose: true });
    await page.getByText('No open question is like this.').waitFor();
    await site.stop();
    await page.locator('[data-banner=connection]').waitFor();
    await asked('support', text('Meanwhile', { tags: [tag] }));
    await site.start();
    await page.locator('.row-link', { hasText: 'Meanwhile' }).waitFor();
    await page.locator('[data-banner=connection]').waitFor({ state: 'detached' });
  });

  test('W2: without a worker an answer is taken, and the page says that it will count', async () => {
    const question = await asked('support', text('Nobody home'));
    await started.worker.stop();
    try {
      const page = await visit(itemPath(question));
      await write(page, 'For later');
      await sendNow(page);
      await page.locator('.outgoing[data-taken]').waitFor();
      expect(await page.locator('.outgoing').innerText()).toMatch(/Sent\. .*count/);
    } finally {
      await started.worker.restart();
    }
    expect(await started.client.thread(question.thread).result()).toBe('For later');
  });

  test('several items of one kind are answered at once, with a result for each', async () => {
    const tag = `bulk-${Math.random()}`;
    const questions: Asked[] = [];
    for (const name of ['One', 'Two', 'Three']) questions.push(await asked('refunds', refund(name, { tags: [tag] })));
    const page = await visit(`/?tag=${tag}`);
    await expectRows(page, 3);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'All alike' }).click();
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Answer …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Answer 3 items' });
    await dialog.getByText('Three').waitFor();
    await started.client.thread(questions[1]!.thread).resume({ type: 'reject' }, { actor: 'bob' });
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await sendNow(page);
    await page.getByText('2 sent, 1 answer not taken.').waitFor();
    expect(await page.locator('.results [data-result=refused]').innerText()).toContain('Two');
    expect(await started.client.thread(questions[0]!.thread).result()).toMatchObject({ type: 'approve' });
    expect(await started.client.thread(questions[2]!.thread).result()).toMatchObject({ type: 'approve' });
  });

  test('a question is asked again: the page shows what was answered, and why it was not taken', async () => {
    const thread = `again-${Math.random()}`;
    await started.client.thread(thread, 'careful').start();
    const [question] = await openOf(thread, 1);
    const page = await visit(itemPath(question!));
    await write(page, 'many');
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    await page.locator('.row:not([data-state]) .row-link', { hasText: 'How many boxes?' }).click();
    const notice = page.locator('[data-notice=again]');
    await notice.getByText('Expected a number of boxes').waitFor();
    await notice.getByText('many', { exact: true }).waitFor();
  });
});
