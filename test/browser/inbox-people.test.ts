/**
 * Who looks at the page of the inbox: people who sign in with a token, whose session ends while they write, who pass a question
 * on, and who come by a signed link (W3, W4).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  asked,
  askedAgain,
  byToken,
  executablePath,
  expectRows,
  itemPath,
  linkKeys,
  linkTo,
  Site,
  started,
  useSite,
  visit,
} from './fixtures/inbox.ts';
import { field, heading, sendNow, signIn } from './fixtures/inbox-page.ts';
import { REFUND, refund, text } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('people', () => {
  useSite({ linkKeys });
  let guarded: Site;

  beforeAll(async () => {
    guarded = new Site({ authenticate: byToken, basePath: '/people/inbox' });
    await guarded.start();
  });
  afterAll(() => guarded?.stop());

  test('W3: one signs in with a token, below any path, and a wrong one is refused', async () => {
    const question = await asked('support', { value: 'Signed in?', options: { title: 'Signed in?' } });
    const page = await visit(itemPath(question), { to: guarded, mayLose: true });
    await page.getByLabel('Your token').fill('not-a-token-of-anybody-at-all-here');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Nobody has this token.').waitFor();
    await signIn(page, 'ann');
    await heading(page, 'Signed in?');
    expect(await page.locator('.whoami').innerText()).toContain('ann');
    await page.route('**/api/session', (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('.hint').getByText('The inbox cannot be reached.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your token').waitFor();
    await page.reload();
    await page.getByLabel('Your token').waitFor();
  });

  test('W3: a browser that keeps no cookie is told so, and not that its token is wrong', async () => {
    const page = await visit('/', { to: guarded });
    await page.route('**/api/session', async (route) => {
      const response = await route.fetch();
      const { 'set-cookie': _cookie, ...headers } = response.headers();
      await page.context().clearCookies();
      await route.fulfill({ response, headers });
    });
    await signIn(page, 'ann');
    await page.getByRole('alert').getByText('Allow cookies for this address.').waitFor();
  });

  test('W6: a session that ends while one writes loses nothing: one signs in, and the answer is sent', async () => {
    const question = await asked('support', text('Still there?'));
    const page = await visit(itemPath(question), { to: guarded });
    await signIn(page, 'ann');
    await field(page).fill('Yes, I am');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await sendNow(page);
    await page.locator('.outgoing').getByText('Sign in, and it is sent.').waitFor();
    await signIn(page, 'ann');
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).answers()).toMatchObject([
      { actor: 'ann', value: 'Yes, I am' },
    ]);
  });

  test('W3: what one person has on the way is not sent in the name of another who signs in', async () => {
    const question = await asked('support', text('Whose?'));
    const page = await visit(itemPath(question), { to: guarded });
    await signIn(page, 'ann');
    await field(page).fill('From Ann');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await sendNow(page);
    await page.locator('.outgoing').getByText('Sign in, and it is sent.').waitFor();
    await signIn(page, 'bob');
    await page.locator('.whoami').getByText('bob').waitFor();
    expect(await page.locator('.outgoing').count()).toBe(0);
    expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
  });

  test('A12: a question is passed on, and its list is that of the other', async () => {
    const tag = `pass-${Math.random()}`;
    const question = await asked('refunds', refund('Pass me on', { tags: [tag] }));
    const bob = await visit(`/?tag=${tag}`, { as: 'bob' });
    await bob.getByText('No open question is like this.').waitFor();
    const ann = await visit(itemPath(question));
    await ann.getByRole('button', { name: 'Pass on' }).click();
    const dialog = ann.getByRole('dialog', { name: 'Pass on' });
    await dialog.getByRole('checkbox', { name: 'ann (you)' }).uncheck();
    // A name with a slip would pass it on to nobody.
    await dialog.getByLabel('Somebody else').fill('bbo');
    await dialog.getByRole('button', { name: 'Pass on' }).click();
    await dialog.getByText('Nothing in your list is for bbo.').waitFor();
    await dialog.getByLabel('Somebody else').fill('bob');
    await dialog.getByRole('button', { name: 'Pass on' }).click();
    await dialog.getByText('Nothing in your list is for bob.').waitFor();
    await dialog.getByRole('button', { name: 'Pass on' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ann.locator('[data-notice=closed]').getByText('This is for others now.').waitFor();
    expect(await ann.locator('[data-action]:enabled').count()).toBe(0);
    await expectRows(bob, 1);
    expect(await bob.locator('.row').innerText()).toContain('Pass me on');
  });

  test('A12: without a worker a question is not passed on yet, and the page says so', async () => {
    const question = await asked('refunds', refund('Pass me on, some time'));
    await started.worker.stop();
    try {
      const page = await visit(itemPath(question));
      await page.getByRole('button', { name: 'Pass on' }).click();
      await page.getByLabel('Somebody else').fill('bob');
      // The name is new here: the page asks whether it is right.
      await page.getByRole('dialog').getByRole('button', { name: 'Pass on' }).click();
      await page.getByRole('dialog').getByText('press “Pass on” again').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Pass on' }).click();
      const dialog = page.getByRole('dialog', { name: 'Not passed on yet' });
      await dialog.getByText('is not running at the moment').waitFor();
      await dialog.locator('.buttons').getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
    } finally {
      await started.worker.restart();
    }
  });

  test('W4: a signed link opens one question without a list, answers it once, and is over then', async () => {
    const question = await asked('refunds', { ...REFUND, options: { ...REFUND.options, title: 'By mail' } });
    const path = linkTo(question, { groups: ['finance'] });
    const page = await visit(path, { as: '' });
    await heading(page, 'By mail');
    expect(await page.locator('.list-pane, .top').count()).toBe(0);
    await page.locator('[data-action=approve]').click();
    await sendNow(page);
    await page.locator('[data-notice=thanks]').getByText('Thank you. Sent.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.locator('.outgoing').waitFor({ state: 'detached' });
    expect(await page.locator('[data-notice=thanks]').innerText()).toContain('By mail');
    expect(await page.locator('[data-action]').count()).toBe(0);
    expect(await started.client.thread(question.thread).answers()).toMatchObject([{ actor: 'eve' }]);
    const again = await visit(path, { as: '' });
    await again.locator('[data-notice=closed]').getByText('You answered this just now: approved.').waitFor();
    await again.getByRole('heading', { level: 1, name: 'A question that is closed' }).waitFor();
    expect(await again.locator('[data-action], form').count()).toBe(0);
  });

  test('A5: by a link, too, a question that is asked again says what was answered before, and why that was refused', async () => {
    const page = await visit(linkTo(await askedAgain('many', 'bob')), { as: '' });
    const notice = page.locator('[data-notice=again]');
    await notice.getByText('Expected a number of boxes').waitFor();
    expect(await notice.locator('figure').innerText()).toMatch(/^bob answered\s+many$/);
  });

  test('W4: a link that was changed opens nothing, and says so', async () => {
    const page = await visit('/link#k.broken.broken', { as: '' });
    await page.getByText('This link does not open anything').waitFor();
  });
});
