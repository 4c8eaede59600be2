/**
 * The page of the inbox where things are not as usual: a browser that keeps nothing, a link that is opened in the tab of
 * another or runs out, somebody else who signs in, a thread that was reset (W2, W3, W4, W6).
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resetBefore } from '../durable/fixtures/resets.ts';
import { expectCode, until } from '../durable/fixtures/scenario.ts';
import {
  asked,
  byToken,
  executablePath,
  expectRows,
  expectShown,
  foreign,
  itemPath,
  linkKeys,
  linkTo,
  POLL,
  saidOn,
  Site,
  site,
  started,
  useSite,
  visit,
} from './fixtures/inbox.ts';
import { field, heading, sendNow, signIn } from './fixtures/inbox-page.ts';
import { text, yesOrNo } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('the unlucky', () => {
  useSite({ linkKeys });

  test('W6: a browser that refuses its storage shows and answers questions, and says that it keeps nothing', async () => {
    const question = await asked('support', text('Without storage?'));
    const page = await visit('/decisions');
    await page.addInitScript(() =>
      Object.defineProperty(globalThis, 'localStorage', {
        get: () => {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      }),
    );
    await page.goto(site.url + itemPath(question));
    await field(page).fill('All the same');
    await page.locator('[data-notice=full]').waitFor();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).answers()).toMatchObject([{ value: 'All the same' }]);
  });

  test('W4: another link that is opened in the same tab opens its own question', async () => {
    const [first, second] = [
      await asked('refunds', yesOrNo('The first?')),
      await asked('refunds', yesOrNo('The second?')),
    ];
    const page = await visit(linkTo(first), { as: '' });
    await heading(page, 'The first?');
    await page.goto(site.url + linkTo(second));
    await heading(page, 'The second?');
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    await page.locator('[data-notice=thanks]').waitFor();
    expect(await started.client.thread(second.thread).answers()).toHaveLength(1);
    expect(await started.client.thread(first.thread).interrupts()).toHaveLength(1);
  });

  test('W6: a link leaves alone what the person has on the way to other questions', async () => {
    const [first, second] = [
      await asked('refunds', yesOrNo('In the inbox?')),
      await asked('refunds', yesOrNo('In the mail?')),
    ];
    const page = await visit(itemPath(first), { as: 'eve', mayLose: true });
    const { promise: isSent, resolve: sent } = Promise.withResolvers<void>();
    // It hangs, until the page is gone.
    await page.route('**/api/answer?**', () => sent(), { times: 1 });
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await isSent;
    await page.goto(site.url + linkTo(second));
    await heading(page, 'In the mail?');
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('[data-notice=thanks]').waitFor();
    expect(await page.locator('.outgoing').count()).toBe(1);
    await page.goto(site.url);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(first.thread).result()).toBe(true);
    expect(await started.client.thread(second.thread).result()).toBe(false);
  });

  test('W4: whoever came by a link stays on its page, also after Escape and after an undo', async () => {
    const page = await visit(linkTo(await asked('refunds', yesOrNo('Stay here?'))), { as: '' });
    const url = page.url();
    await heading(page, 'Stay here?');
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.outgoing').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await heading(page, 'Stay here?');
    expect(page.url()).toBe(url);
    expect(await page.locator('.list-pane').count()).toBe(0);
  });

  test('W4: a link that runs out before the answer is sent says so, and asks nobody to sign in', async () => {
    const question = await asked('refunds', yesOrNo('In time?'));
    const expires = new Date(Date.now() + 3_000);
    const page = await visit(linkTo(question, { expires }), { as: '' });
    await heading(page, 'In time?');
    await until(() => Date.now() > expires.getTime());
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing').getByText('its time has run out').waitFor();
    expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
  });

  test('W3: while the page shows one person, nothing is answered in the name of another who has signed in', async () => {
    await using shared = new Site({ authenticate: byToken });
    await shared.start();
    const question = await asked('support', yesOrNo('Who says so?'));
    const ann = await visit(itemPath(question), { to: shared, as: '', mayLose: true });
    await signIn(ann, 'ann');
    await heading(ann, 'Who says so?');
    const bob = await ann.context().newPage();
    // Ann has not signed out: her page would know.
    await ann.context().clearCookies();
    await bob.goto(`${shared.url}/decisions`);
    await signIn(bob, 'bob');
    await bob.locator('.whoami').getByText('bob').waitFor();
    await ann.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(ann);
    await ann.locator('.outgoing').getByText('Sign in, and it is sent.').waitFor();
    expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
    await signIn(ann, 'ann');
    await ann.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).answers()).toMatchObject([{ actor: 'ann' }]);
  });

  test('W2: an answer that waits while its thread is reset does not go to what is asked then', async () => {
    const question = await asked('support', yesOrNo('Before the reset?'));
    const page = await visit(itemPath(question), { mayLose: true });
    await heading(page, 'Before the reset?');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing').getByText('The connection is broken.').waitFor();
    const thread = started.client.thread(question.thread);
    await resetBefore(thread, 'start');
    await until(async () => ((await thread.interrupts())[0]?.askedAt ?? question.askedAt) !== question.askedAt);
    await page.context().setOffline(false);
    await page.locator('.outgoing').getByText('This was asked anew').waitFor();
    expect(await thread.interrupts()).toHaveLength(1);
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await thread.result()).toBe(false);
  }, 60_000);

  test('W5: characters that reverse or hide text are seen wherever the page shows what others wrote', async () => {
    const odd = 'Pay \u202e0001$';
    const shown = String.raw`Pay \u202e0001$`;
    const options = { title: odd, tags: [odd], group: odd, assignees: [odd, 'ann'], by: { not: odd, quorum: 2 } };
    const value = { [odd]: odd, rows: [{ deep: { deeper: { text: odd } } }], answer: { type: 'toString' } };
    const question = await asked('support', { value, options }, `${odd} ${randomUUID()}`);
    const thread = started.client.thread(question.thread);
    await thread.resume(odd, { actor: `${odd} and Sons` });
    await expectCode(thread.resume(odd, { actor: odd }), 'NotAllowed');
    const view = new URLSearchParams({ tag: odd, group: odd, assignee: odd });
    const page = await visit(`${itemPath(question)}&${view}`);
    await expectRows(page, 1);
    await page.locator('.votes').waitFor();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByText('The story so far').click();
    await page.locator('.story [data-event=refused]').waitFor();
    await page.getByText('Technical details').click();
    const places = ['.filters', '.chips', '.row-title', '.row-who', '.row-tags', '.item-head', '.question', '.votes'];
    await expectShown(page, shown, [...places, '.next', '.story', 'dl .mono']);
    expect(await saidOn(page)).not.toContain('\u202e');
    // A story that is open goes on.
    await thread.resume('Another answer', { actor: 'eve' });
    await page.locator('.story [data-event=voted]', { hasText: 'eve' }).waitFor();

    await page.goto(`${site.url}/thread?${new URLSearchParams({ thread: question.thread })}`);
    await page.locator('.story [data-event=asked]', { hasText: shown }).waitFor();
    expect(await page.title()).toContain(shown);
    expect(await saidOn(page)).not.toContain('\u202e');

    await page.goto(site.url + itemPath(await foreign(odd, odd)));
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByText('Technical details').click();
    await expectShown(page, shown, ['.filters', '.row-from', '.eyebrow', 'dl .mono']);
    expect(await saidOn(page)).not.toContain('\u202e');
  });

  test('the link to the content leads to the content of this page, and not to another', async () => {
    const question = await asked('support', yesOrNo('Still here?'));
    const page = await visit(itemPath(question));
    await heading(page, 'Still here?');
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement?.id'), POLL).toBe('main');
    expect(new URL(page.url()).pathname).toBe('/item');
    await heading(page, 'Still here?');
  });

  test('where one signs in elsewhere, the page leads there', async () => {
    await using own = new Site({ authenticate: () => undefined, signInUrl: '/sign-in' });
    await own.start();
    const page = await visit('/', { to: own, mayLose: true });
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.waitForURL('**/sign-in');
  });
});
