/** The page of decision times in a browser: how long questions waited, and who approves without a look. */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Decisions, Item } from '../../src/inbox/api.ts';
import { fineSpan } from '../../src/inbox-page/words/times.ts';
import { UNDO_MS } from '../../src/protocol/limits.ts';
import {
  asked,
  call,
  executablePath,
  itemPath,
  openOf,
  PHONE,
  queryOf,
  Site,
  site,
  started,
  useSite,
  visit,
  type Asked,
} from './fixtures/inbox.ts';
import { yesOrNo } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('decision times', () => {
  useSite();

  test('decision times count the person, and not the five seconds in which an answer can be taken back', async () => {
    const as = `hasty-${randomUUID()}`;
    const question = await asked('support', yesOrNo('Hasty?'));
    const page = await visit('/', { as });
    // The page has shown it no later than the person decides, however busy the machine is.
    const decided = Promise.withResolvers<void>();
    await page.route('**/api/shown?**', async (route) => {
      await decided.promise;
      await route.continue();
    });
    await page.goto(site.url + itemPath(question));
    await page.getByRole('button', { name: 'Yes' }).click();
    decided.resolve();
    await page.locator('.outgoing[data-taken]').waitFor();
    await started.client.thread(question.thread).result();
    await using read = await siteThatHasRead(question.thread, 1);
    const { people } = await call<Decisions>(read, 'decisions?days=1', AUDITOR);
    expect(people).toMatchObject([{ actor: as, count: 1, approved: 1, hasty: 1 }]);
  });

  test('the page says how long questions waited, and a share of whoever has approved five times, not of fewer', async () => {
    const thread = `decided-${randomUUID()}`;
    const questions = Array.from({ length: 17 }, (_, n) => yesOrNo(`Number ${n}?`));
    await started.client.thread(thread, 'survey').start(questions);
    const open = [...(await openOf(thread, questions.length))];
    const next = (count: number): readonly Asked[] => open.splice(0, count);
    await Promise.all([
      ...next(5).map((one) => answer(one, { as: 'hasty', value: true, isShown: true })),
      ...next(4).map((one) => answer(one, { as: 'seldom', value: true, isShown: true })),
      ...next(5).map((one) => answer(one, { as: 'mixed', value: true, isShown: true })),
      ...next(1).map((one) => answer(one, { as: 'mixed', value: true, isShown: false })),
      ...next(2).map((one) => answer(one, { as: 'mixed', value: false, isShown: true })),
    ]);
    await using read = await siteThatHasRead(thread, questions.length);
    const page = await visit('/decisions', { as: AUDITOR, to: read });
    const { wait } = await call<Decisions>(read, 'decisions', AUDITOR);
    const [half, most, longest] = [wait.p50, wait.p90, wait.max].map(fineSpan);
    const lead = `Half of 17 answers came within ${half}, nine of ten within ${most}. The longest wait was ${longest}.`;
    await page.getByText(lead).waitFor();
    expect(await cells(page, 'Half within')).toEqual([[expect.stringMatching(/^survey\s+17 answers$/), half, most]]);
    const look = expect.stringMatching(/^\d\.\d s$/);
    expect(await cells(page, 'Looks for')).toEqual([
      [expect.stringMatching(/^mixed\s+6 approved, 2 rejected$/), '8', look, '5 of 6'],
      [expect.stringMatching(/^hasty\s+5 approved, 0 rejected$/), '5', look, 'all 5'],
      [expect.stringMatching(/^seldom\s+4 approved, 0 rejected$/), '4', look, 'too few to say'],
    ]);
    expect(await page.getByRole('meter', { name: '5 of 5' }).getAttribute('value')).toBe('5');

    const days = page.getByRole('group', { name: 'Time' });
    expect(await days.getByRole('button', { pressed: true }).allInnerTexts()).toEqual(['30 days']);
    for (const count of [7, 90, 30]) {
      const response = page.waitForResponse((one) => one.url().endsWith(`/api/decisions?days=${count}`));
      await days.getByRole('button', { name: `${count} days` }).click();
      expect((await response).status()).toBe(200);
      expect(await days.getByRole('button', { pressed: true }).allInnerTexts()).toEqual([`${count} days`]);
      await page.getByText(lead).waitFor();
    }

    // On a phone no word and no number is broken.
    await page.setViewportSize(PHONE);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    expect(await page.evaluate(BROKEN_CELLS)).toEqual([]);

    // Others see nothing of it.
    const stranger = await visit('/decisions', { as: 'eve', to: read });
    await stranger.getByText('No question was answered in this time.').waitFor();
    expect(await stranger.locator('table').count()).toBe(0);
  });
});

const AUDITOR = 'auditor';

/** The cells of one word or one span of time that have several lines. */
const BROKEN_CELLS = `[...document.querySelectorAll('.bars td, .bars thead th')]
  .filter((cell) => {
    const range = new Range();
    range.selectNodeContents(cell);
    return /^\\S+( s)?$/.test(cell.innerText) && range.getClientRects().length > 1;
  })
  .map((cell) => cell.innerText)`;

interface Answer {
  readonly as: string;
  readonly value: boolean;
  /** Whether the person has seen the question, in the moment of the decision. */
  readonly isShown: boolean;
}

async function answer(question: Asked, { as, value, isShown }: Answer): Promise<void> {
  const query = queryOf(question);
  if (isShown) {
    const { digest } = await call<Item>(site, `item?${query}`, as);
    await call(site, `shown?${query}`, as, { digest });
  }
  // It was held back for as long as it can be taken back, so the decision is not later than the showing on a slow machine.
  await call(site, `answer?${query}`, as, { value, key: randomUUID(), heldMs: UNDO_MS });
}

/** An inbox of one thread that has read its answers. It keeps what it has read, and visibility may come late. */
async function siteThatHasRead(thread: string, count: number): Promise<Site> {
  for (;;) {
    const fresh = new Site({ query: `WorkflowId = '${thread}'`, authorize: ({ actor }) => actor === AUDITOR });
    await fresh.start();
    if ((await call<Decisions>(fresh, 'decisions', AUDITOR)).count === count) return fresh;
    await fresh.stop();
  }
}

/** The texts of the table that has a column with this name. */
async function cells(page: Page, column: string): Promise<readonly string[][]> {
  const rows = page.locator('table', { hasText: column }).locator('tbody tr');
  return Promise.all((await rows.all()).map((one) => one.locator('th, td').allInnerTexts()));
}
