/**
 * How the page of the inbox looks and what it costs: each of its pages in both colour schemes and on a phone, a thousand
 * items, and its size.
 *
 * With SCREENSHOTS set, the pictures of docs/images are taken anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page, Route } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Item, Items, ListedItem } from '../../src/inbox/api.ts';
import {
  asked,
  executablePath,
  expectRows,
  itemPath,
  linkKeys,
  openOf,
  PHONE,
  started,
  useSite,
  visit,
  type Asked,
} from './fixtures/inbox.ts';
import { auditOf, OF_COLORS } from './fixtures/accessibility.ts';
import { expectFocus, expectSeen } from './fixtures/inbox-page.ts';
import { STATES } from './fixtures/inbox-states.ts';
import { ACCOUNT, CONTRACT, REFUND, REPLY, SUPPLIER } from './fixtures/inbox-questions.ts';

const SCREENSHOTS = process.env['SCREENSHOTS'] !== undefined;
const ON_PHONE = { viewport: PHONE, hasTouch: true, isMobile: true };
const ANN = { as: 'ann finance legal buying' };
const MAX_PAGE_BYTES = 100_000;
const MANY = 1000;
/** A thread of the survey asks so many questions at once: more would not fit its memo. */
const EACH = 20;
/** So high that an approval and its buttons fit. */
const PICTURED_PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const HARD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

test('the page is under 100 KB with all that it loads, gzipped', () => {
  const folder = fileURLToPath(new URL('../../dist/inbox-page/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.map((file) => gzipSync(readFileSync(`${file.parentPath}/${file.name}`), { level: 9 }).length);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(MAX_PAGE_BYTES);
});

describe.skipIf(executablePath === undefined)('the looks of the page', () => {
  useSite({ linkKeys });
  const questions: Record<string, Asked> = {};

  beforeAll(async () => {
    const hard = {
      ...REFUND,
      options: { ...REFUND.options, title: `${HARD} `.repeat(3), tags: [HARD], assignees: ['ann', HARD] },
    };
    questions['refund'] = await asked('refunds', REFUND, 'order-R-17');
    questions['contract'] = await asked('contracts', CONTRACT, 'contract-nordwind');
    questions['reply'] = await asked('support', REPLY, 'ticket-4711');
    questions['account'] = await asked('onboarding', ACCOUNT, 'colleague-12');
    questions['supplier'] = await asked('buying', SUPPLIER, 'packaging');
    if (SCREENSHOTS) return;
    questions['over'] = await asked('contracts', CONTRACT);
    for (const actor of ['ann', 'bob']) await started.client.thread(questions['over'].thread).resume(true, { actor });
    questions['hard'] = await asked('refunds', hard, `t-${HARD}${HARD}`);
  });

  const pages: readonly (readonly [name: string, path: () => string])[] = [
    ['the list', () => '/'],
    ['an approval', () => itemPath(questions['refund']!)],
    ['yes or no', () => itemPath(questions['contract']!)],
    ['a text', () => itemPath(questions['reply']!)],
    ['a form', () => itemPath(questions['account']!)],
    ['a choice', () => itemPath(questions['supplier']!)],
    ['long words', () => itemPath(questions['hard']!)],
    ['an item that is over', () => itemPath(questions['over']!)],
    ['an item that cannot be shown', () => itemPath({ ...questions['refund']!, id: 'refunds:99' })],
    ['the story', () => `/thread?thread=order-R-17`],
    ['decision times', () => '/decisions'],
  ];

  test.for(pages)('%s can be used by everybody, in both colour schemes', async ([, path]) => {
    const page = await visit(path(), { ...ANN, colorScheme: 'light', reducedMotion: 'reduce', mayLose: true });
    await settled(page);
    for (const fold of await page.locator('details > summary').all()) await fold.click();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, OF_COLORS)).toEqual([]);
  });

  test.for(pages)('%s fits a phone', async ([, path]) => {
    const page = await visit(path(), { ...ANN, ...ON_PHONE, mayLose: true });
    await settled(page);
    for (const fold of await page.locator('details > summary').all()) await fold.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  test.for(STATES)('%s can be used by everybody, and fits a phone', async ([, opens]) => {
    const page = await opens({ ...ANN, ...ON_PHONE, colorScheme: 'light', reducedMotion: 'reduce', mayLose: true });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, OF_COLORS)).toEqual([]);
  });

  test('dialogs, filters and the selection can be used by everybody', async () => {
    const page = await visit(itemPath(questions['refund']!), { ...ANN, reducedMotion: 'reduce' });
    await settled(page);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('checkbox', { name: 'Select: Refund 80 €' }).check({ force: true });
    expect(await violations(page)).toEqual([]);
    // The bar of what is selected is one line.
    expect((await page.locator('.bulk').boundingBox())!.height).toBeLessThan(72);
    await page.keyboard.press('?');
    expect(await violations(page)).toEqual([]);
    // No name of a key is broken over two lines.
    expect(
      await page.evaluate('new Set([...document.querySelectorAll(".keys kbd")].map((key) => key.offsetHeight)).size'),
    ).toBe(1);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Pass on' }).click();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Answer …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test(
    'a thousand items: the first hundred are there at once, the last one is found, and keys go through',
    { timeout: 180_000 },
    async () => {
      const word = `many${Math.random()}`.replace('.', '');
      const all = Array.from({ length: MANY }, (_, n) => ({
        value: `${word} question ${n}`,
        options: { title: `${word} number ${n} of a thousand`, tags: [word] },
      }));
      const client = started.client;
      for (let at = 0; at < MANY; at += EACH)
        await client.thread(`${word}-${at}`, 'survey').start(all.slice(at, at + EACH));
      await openOf(`${word}-${MANY - EACH}`, EACH);
      const page = await visit(`/?tag=${word}`, ANN);
      await expect.poll(() => page.title(), { timeout: 60_000 }).toBe(`(${MANY}) Inbox`);
      await page.reload();
      await expectRows(page, 100);
      for (let n = 0; n < 30; n++) await page.keyboard.press('j');
      await expectFocus(page.locator('.row-link').nth(29));
      for (let n = 0; n < 29; n++) {
        await page.keyboard.press('k');
        await expectSeen(page);
      }
      await expectFocus(page.locator('.row-link').first());
      await page.locator('.row').first().hover();
      while ((await page.locator('.row').count()) < MANY) {
        await page.mouse.wheel(0, 50_000);
      }
      await page.locator('.row').last().click();
      await page.locator('.item-head h1', { hasText: word }).waitFor();
      await page.getByRole('searchbox').fill(`${word} number 777 `);
      await expectRows(page, 1);
    },
  );

  test.runIf(SCREENSHOTS)('the pictures of docs/images', async () => {
    const light = await pictured(itemPath(questions['refund']!), {});
    await shoot(light, 'inbox.png');
    const dark = await pictured(itemPath(questions['contract']!), { colorScheme: 'dark' });
    await shoot(dark, 'inbox-dark.png');
    const phone = await pictured('/', PICTURED_PHONE);
    await shoot(phone, 'inbox-phone.png');
    const item = await pictured(itemPath(questions['refund']!), { ...PICTURED_PHONE, colorScheme: 'dark' });
    await shoot(item, 'inbox-phone-item.png');
    const undo = await pictured(itemPath(questions['refund']!), {});
    await undo.locator('[data-action=approve]').click();
    await undo.getByText('Sending in 4 s').waitFor();
    await shoot(undo, 'inbox-undo.png');
  });
});

/** A page whose questions have waited for a while, as they do outside of tests. */
async function pictured(path: string, options: Parameters<typeof visit>[1]): Promise<Page> {
  const page = await visit('/decisions', {
    ...ANN,
    deviceScaleFactor: 1.5,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  await page.route('**/api/item{s,}?*', older);
  await page.goto(new URL(path, page.url()).href);
  await settled(page);
  return page;
}

/** Takes the picture. Responses that are on their way are of no use after it. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: imagePath(name) });
  await page.unrouteAll({ behavior: 'ignoreErrors' });
}

const AGES_HOURS: Readonly<Record<string, number>> = {
  'ticket-4711': 26,
  'order-R-17': 3.4,
  'contract-nordwind': 20,
  'colleague-12': 1.2,
  packaging: 0.4,
};

async function older(route: Route): Promise<void> {
  const response = await route.fetch();
  const body = (await response.json()) as Items | Item;
  const age = (item: ListedItem): ListedItem => {
    const hours = AGES_HOURS[item.thread] ?? 0;
    const earlier = (at: string, by: number): string => new Date(Date.parse(at) - by * 3_600_000).toISOString();
    const late = item.thread === 'ticket-4711' && item.dueAt !== undefined && { dueAt: earlier(item.dueAt, 2) };
    return { ...item, askedAt: earlier(item.askedAt, hours), ...late };
  };
  await route.fulfill({ response, json: 'items' in body ? { ...body, items: body.items.map(age) } : age(body) });
}

async function settled(page: Page): Promise<void> {
  await page.locator('h1:visible, .row:visible, .empty:visible').first().waitFor();
  await page.locator('.skeleton, [aria-busy=true]').first().waitFor({ state: 'detached' });
}

async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const axe = auditOf(page);
  if (rules) axe.withRules([...rules]);
  else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
  const { violations: found } = await axe.analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary}`),
  );
}

function imagePath(name: string): string {
  return fileURLToPath(new URL(`../../docs/images/${name}`, import.meta.url));
}
