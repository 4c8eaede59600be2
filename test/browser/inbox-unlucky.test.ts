/**
 * The page of the inbox where things are not as usual: a browser that keeps nothing, a link that is opened in the tab of
 * another or runs out, somebody else who signs in, a thread that was reset (W2, W3, W4, W6).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearerTokens, signedLinks } from 'holdpoint/inbox';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { resetBefore } from '../durable/fixtures/resets.ts';
import { until } from '../durable/fixtures/scenario.ts';
import { asked, executablePath, itemPath, POLL, Site, site, started, useSite, visit } from './fixtures/inbox.ts';

const keys = [{ id: 'k', secret: 's'.repeat(32) }];
const ANN = 'ann-has-a-long-secret-of-her-own';
const BOB = 'bob-has-a-long-secret-of-his-own';

const yesOrNo = (title: string): Parameters<typeof asked>[1] => ({
  value: title,
  schema: { type: 'boolean' },
  options: { title },
});

describe.skipIf(executablePath === undefined)('the unlucky', () => {
  useSite({ linkKeys: keys });
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-inbox-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('W6: a browser that refuses its storage shows and answers questions, and says that it keeps nothing', async () => {
    const question = await asked('support', {
      value: 'Without storage?',
      schema: { type: 'string' },
      options: { title: 'Without storage?' },
    });
    const page = await visit('/decisions');
    await page.addInitScript(() =>
      Object.defineProperty(globalThis, 'localStorage', {
        get: () => {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      }),
    );
    await page.goto(site.url + itemPath(question));
    await page.locator('.answer').getByRole('textbox').fill('All the same');
    await page.locator('[data-notice=full]').waitFor();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
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
    await page.getByRole('button', { name: 'Send now' }).click();
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
    const page = await visit(linkTo(question, expires), { as: '' });
    await heading(page, 'In time?');
    await until(() => Date.now() > expires.getTime());
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('.outgoing').getByText('its time has run out').waitFor();
    expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
  });

  test('W3: while the page shows one person, nothing is answered in the name of another who has signed in', async () => {
    const file = join(folder, 'tokens');
    writeFileSync(file, `${ANN} ann\n${BOB} bob\n`, { mode: 0o600 });
    await using shared = new Site({ authenticate: bearerTokens(file) });
    await shared.start();
    const question = await asked('support', yesOrNo('Who says so?'));
    const ann = await visit(itemPath(question), { to: shared, as: '', mayLose: true });
    await signIn(ann, ANN);
    await heading(ann, 'Who says so?');
    const bob = await ann.context().newPage();
    // Ann has not signed out: her page would know.
    await ann.context().clearCookies();
    await bob.goto(`${shared.url}/decisions`);
    await signIn(bob, BOB);
    await bob.locator('.whoami').getByText('bob').waitFor();
    await ann.getByRole('button', { name: 'Yes', exact: true }).click();
    await ann.getByRole('button', { name: 'Send now' }).click();
    await ann.locator('.outgoing').getByText('Sign in, and it is sent.').waitFor();
    expect(await started.client.thread(question.thread).interrupts()).toHaveLength(1);
    await signIn(ann, ANN);
    await ann.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).answers()).toMatchObject([{ actor: 'ann' }]);
  });

  test('W2: an answer that waits while its thread is reset does not go to what is asked then', async () => {
    const question = await asked('support', yesOrNo('Before the reset?'));
    const page = await visit(itemPath(question), { mayLose: true });
    await heading(page, 'Before the reset?');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('.outgoing').getByText('The connection is broken.').waitFor();
    const thread = started.client.thread(question.thread);
    await resetBefore(thread, 'start');
    await until(async () => ((await thread.interrupts())[0]?.askedAt ?? question.askedAt) !== question.askedAt);
    await page.context().setOffline(false);
    await page.locator('.outgoing').getByText('This was asked anew').waitFor();
    expect(await thread.interrupts()).toHaveLength(1);
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await thread.result()).toBe(false);
  }, 60_000);

  test('W5: characters that reverse or hide text are seen wherever the page shows what others wrote', async () => {
    const odd = 'Pay \u202e0001$';
    const question = await asked('support', {
      value: { [odd]: odd, rows: [{ deep: { deeper: { text: odd } } }], answer: { type: 'toString' } },
      options: { title: odd, tags: [odd], assignees: ['ann', odd], by: { quorum: 2 } },
    });
    await started.client.thread(question.thread).resume(odd, { actor: odd });
    const page = await visit(itemPath(question));
    await page.locator('.votes').waitFor();
    await page.getByText('The story so far').click();
    await page.locator('.story [data-event=voted]').waitFor();
    const text = await page.locator('body').innerText();
    expect(text).not.toContain('\u202e');
    expect(text.split(String.raw`Pay \u202e0001$`).length).toBeGreaterThan(8);
    // A story that is open goes on.
    await started.client.thread(question.thread).resume('Another answer', { actor: 'eve' });
    await page.locator('.story [data-event=voted]', { hasText: 'eve' }).waitFor();
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

function linkTo(question: Parameters<ReturnType<typeof signedLinks>>[0], expires: Date | '1 hour' = '1 hour'): string {
  return signedLinks({ url: site.url, keys })(question, { actor: 'eve', expires }).slice(site.url.length);
}

async function heading(page: Page, name: string): Promise<void> {
  await page.locator('.item-head h1', { hasText: name }).waitFor();
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Your token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
