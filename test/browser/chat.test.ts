/**
 * The page of examples/chat in a browser, with its own worker, its own web server and a real Temporal server. The model is the
 * scripted one, which writes word by word.
 *
 * With SCREENSHOTS set, the pictures of docs/images are taken anew.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../durable/fixtures/processes.ts';
import { buildPage, findBrowser, Program } from './fixtures/chat.ts';

const executablePath = findBrowser();
if (executablePath === undefined) console.warn('test/browser is skipped: there is no chromium on the PATH');

const SCREENSHOTS = process.env['SCREENSHOTS'] !== undefined;
const PHONE = { width: 360, height: 740 };
/** So slow that there is time to look at the middle of a sentence, also where the machine is busy. */
const WORD_MS = '100';
const STORY = { first: 'A parcel once left Rotterdam', last: 'and it is dry!"' };
/** How often a text that grows is looked at, and how long it is waited for. */
const POLL = { interval: 20, timeout: 30_000 };
/** A killed worker is noticed within half a minute (T4). */
const SLOW_MS = 120_000;

describe.skipIf(executablePath === undefined)('the chat page', { timeout: SLOW_MS }, () => {
  let browser: Browser;
  let origin: string;
  let worker: Program;
  let server: Program;

  beforeAll(async () => {
    await buildPage();
    const port = await freePort();
    worker = new Program('worker.ts', { WORD_MS });
    server = new Program('server.ts', { PORT: String(port) });
    await worker.start();
    origin = await server.start({ prints: true });
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([worker?.kill(), server?.kill()]);
  });

  /** A thread that nobody has written to, in a browser of its own. */
  async function opened(options: BrowserContextOptions & { readonly mayLose?: boolean } = {}): Promise<Page> {
    const { mayLose = false, ...rest } = options;
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...rest });
    const page = await context.newPage();
    const errors = errorsOf(page);
    onTestFinished(async () => {
      await context.close();
      if (!mayLose) expect(errors).toEqual([]);
    });
    await page.goto(`${origin}/#/t/page-${randomUUID()}`);
    return page;
  }

  test('P2: an answer is typed out word by word, and what the model thinks is folded', async () => {
    const page = await opened();
    await say(page, 'Tell me a story');
    const begun = await grown(answer(page), 0);
    const more = await grown(answer(page), begun);
    expect(more).toBeGreaterThan(begun);
    await expectStory(page);
    expect(await answer(page).locator('h3').count()).toBe(0);

    await say(page, 'What is the weather in Boston?');
    await answer(page).getByText('It rains in Boston').last().waitFor();
    const thought = answer(page).locator('details.thought');
    expect(await thought.getByText('A tool knows').isVisible()).toBe(false);
    await thought.locator('summary').click();
    await thought.getByText('A tool knows the weather in Boston.').waitFor();
  });

  test('R2: the conversation is remembered by the page after a reload, and by the model', async () => {
    const page = await opened();
    await say(page, 'What is the weather in Lyon?');
    await answer(page).getByText('Done. It is sunny in Lyon').waitFor();
    await page.reload();
    await answer(page).getByText('Done. It is sunny in Lyon').waitFor();
    expect(await page.locator('[data-role=user]').allInnerTexts()).toEqual(['What is the weather in Lyon?']);
    await say(page, 'What did I say first?');
    await answer(page).getByText('First you said: “What is the weather in Lyon?”').waitFor();
    expect(await page.locator('nav').getByRole('link').allInnerTexts()).toEqual(['What is the weather in Lyon?']);
  });

  test('P2: a tool call is a card with its arguments, its progress while it runs, and its result', async () => {
    const page = await opened();
    await say(page, 'Where is order R-17?');
    const tool = page.locator('[data-tool=find_order]');
    await tool.getByText('Looking in Leipzig').waitFor();
    expect(await tool.getAttribute('data-state')).toBe('running');
    await page.locator('[data-tool=find_order][data-state=done]').waitFor();
    expect(await tool.innerText()).toContain('R-17 has left Turin and arrives on Friday.');
    expect(await tool.locator('progress').count()).toBe(0);
  });

  test('R8: an approval with an edit shows what changes, and the edited amount is what runs', async () => {
    const page = await opened();
    await say(page, 'Please refund 80 for R-17');
    const card = page.locator('[data-card=approval]');
    await card.getByRole('button', { name: 'Edit' }).click();
    await card.getByLabel('Amount').fill('-1');
    await card.getByText('was 80').waitFor();
    await card.getByRole('button', { name: 'Approve with changes' }).click();
    await card.locator('[data-field=amount] .problem').waitFor();
    await card.getByLabel('Amount').fill('40');
    await card.getByRole('button', { name: 'Approve with changes' }).click();
    await answer(page).getByText('Done. Paid 40 € back for R-17.').waitFor();
    expect(await page.locator('[data-tool=refund] .arguments').innerText()).toMatch(/Amount\s+40/);
    expect(await card.count()).toBe(0);
  });

  test('R8: an approval is given while another tool still runs, and both results come, once', async () => {
    const page = await opened();
    await say(page, 'Where is order R-17? And please refund 80 for it.');
    const [found, card] = [page.locator('[data-tool=find_order]'), page.locator('[data-card=approval]')];
    await found.getByText('Looking in').waitFor();
    await page.locator('[data-status=waiting]').waitFor();
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.locator('[data-tool=refund]').getByText('Paid 80 € back for R-17.').waitFor();
    expect(await found.getAttribute('data-state')).toBe('running');
    await answer(page).getByText('Done. Paid 80 € back for R-17.').waitFor();
    const text = await page.locator('.log').innerText();
    expect(text.split('Done. R-17 has left Turin')).toHaveLength(2);
    expect(await page.locator('.tool').count()).toBe(2);
    await page.reload();
    await answer(page).getByText('Done. Paid 80 € back for R-17.').waitFor();
    expect(await page.locator('.log').innerText()).toBe(text);
  });

  test('R8: an approval says how urgent it is and when it closes; a rejection and its reason reach the model', async () => {
    const page = await opened();
    await say(page, 'Please refund 90 for R-18');
    const card = page.locator('[data-card=approval]');
    const facts = await card.locator('.card-facts').innerText();
    const [, due = '', closes = ''] = /^Priority: high · Due (.+) · Closes (.+) · money$/.exec(facts) ?? [];
    expect(Date.parse(closes) - Date.parse(due)).toBe(23 * 60 * 60_000);
    await card.getByRole('button', { name: 'Reject' }).click();
    await card.getByLabel('Why not?').fill('It is too late');
    await card.getByRole('button', { name: 'Reject' }).click();
    await answer(page).getByText('I was told: “It is too late”.').waitFor();
    expect(await page.locator('[data-tool=refund]').getAttribute('data-state')).toBe('rejected');
  });

  test('A5, C3: an answer that does not fit is refused beside its field, and the next one is taken', async () => {
    const page = await opened();
    await say(page, 'Please collect R-17');
    const card = page.locator('[data-card=question]');
    await card.getByText('When may a courier collect R-17?').waitFor();
    await card.getByLabel('Day').selectOption('Friday');
    await card.getByLabel('Floor').fill('99');
    await card.getByLabel('A neighbour may hand it over').check();
    await page.reload();
    await card.getByRole('button', { name: 'Answer' }).click();
    await card.locator('[data-field=floor] .problem').waitFor();
    await card.locator('[data-field=floor] :focus').waitFor();
    expect(await card.getByLabel('Floor').getAttribute('aria-invalid')).toBe('true');
    await card.getByLabel('Floor').fill('3');
    await card.getByRole('button', { name: 'Answer' }).click();
    const done = 'Done. A courier collects R-17 on Friday, floor 3. A neighbour may hand it over.';
    await answer(page).getByText(done).waitFor();
    await page.locator('[data-card=closed]').waitFor();
    expect(await card.count()).toBe(0);
  });

  test('C2: a reload in the middle of a sentence goes on where it was: nothing is lost, and nothing comes twice', async () => {
    const page = await opened();
    await say(page, 'Tell me a story');
    await grown(answer(page), 40);
    await page.reload();
    await grown(answer(page), 40);
    await expectStory(page);
    await page.reload();
    await expectStory(page);
  });

  test('C2: two tabs show the same: words come in both, and an answer in one closes the question in the other', async () => {
    const one = await opened();
    const two = await one.context().newPage();
    const errors = errorsOf(two);
    await two.goto(one.url());
    await two.locator('[data-status=idle]').waitFor({ state: 'attached' });
    await say(one, 'Tell me a story');
    await Promise.all([grown(answer(one), 0), grown(answer(two), 0)]);
    await Promise.all([expectStory(one), expectStory(two)]);

    await say(two, 'Please collect R-17');
    const cards = [one, two].map((page) => page.locator('[data-card=question]'));
    await Promise.all(cards.map((card) => card.waitFor()));
    await two.getByLabel('Day').selectOption('Monday');
    await two.getByLabel('Floor').fill('2');
    await two.getByRole('button', { name: 'Answer' }).click();
    for (const page of [one, two]) {
      await answer(page).getByText('Done. A courier collects R-17 on Monday, floor 2.').waitFor();
      expect(await page.locator('[data-card=question]').count()).toBe(0);
      expect(await page.locator('[data-card=closed]').innerText()).toContain('answered');
      expect(await page.locator('[data-role=user]').count()).toBe(2);
    }
    expect(errors).toEqual([]);
  });

  test('P2, C2: a worker that is killed in the middle of a sentence is said to be away, and the sentence comes whole, once', async () => {
    const page = await opened();
    page.setDefaultTimeout(SLOW_MS);
    await say(page, 'Tell me a story');
    await grown(answer(page), 40);
    await worker.kill();
    await page.locator('[data-status=away]').waitFor();
    await worker.start();
    await page.locator('[data-status=busy]').waitFor();
    await expectStory(page);
  });

  test('C1: a web server that goes away in the middle of a sentence is found again, and nothing is lost', async () => {
    const page = await opened({ mayLose: true });
    await say(page, 'Tell me a story');
    await grown(answer(page), 40);
    await server.kill();
    await page.locator('[data-status=lost]').waitFor();
    await server.start({ prints: true });
    await page.locator('[data-status=busy]').waitFor();
    await expectStory(page);
    await say(page, 'What did I say first?');
    await answer(page).getByText('First you said: “Tell me a story”').waitFor();
  });

  test('C1: a message that got lost on its way is sent once more, and one whose response got lost is not', async () => {
    const page = await opened({ mayLose: true });
    await page.route('**/api/chat', (route) => route.abort(), { times: 1 });
    await say(page, 'What is the weather in Lyon?');
    await answer(page).getByText('Done. It is sunny in Lyon').waitFor();
    await page.route('**/api/chat', async (route) => route.fetch().then(() => route.abort()), { times: 1 });
    await say(page, 'What is the weather in Boston?');
    await answer(page).getByText('Done. It rains in Boston').waitFor();
    const said = ['What is the weather in Lyon?', 'What is the weather in Boston?'];
    expect(await page.locator('[data-role=user]').allInnerTexts()).toEqual(said);
    await page.reload();
    await answer(page).getByText('Done. It rains in Boston').waitFor();
    expect(await page.locator('[data-role=user]').allInnerTexts()).toEqual(said);
  });

  test('R3: a turn that fails says why, also after a reload, and one can try again or say something else', async () => {
    const page = await opened();
    await say(page, 'Please fail');
    const failure = page.getByRole('alert');
    await failure.getByText('This model fails when it is asked to.').waitFor();
    await page.reload();
    await failure.getByText('This model fails when it is asked to.').waitFor();
    await failure.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-role=user]').nth(1).waitFor();
    await failure.waitFor();
    await say(page, 'What is the weather in Boston?');
    await answer(page).getByText('Done. It rains in Boston').waitFor();
    expect(await failure.count()).toBe(0);
  });

  test('the keyboard is enough, the focus moves to a question, and a draft survives a reload', async () => {
    const page = await opened();
    await page.locator('#message:focus').waitFor();
    await page.keyboard.type('Please refund 60');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('for R-19');
    await page.reload();
    await page.locator('#message:focus').waitFor();
    expect(await page.locator('#message').inputValue()).toBe('Please refund 60\nfor R-19');
    await page.locator('[data-status=idle]').waitFor({ state: 'attached' });
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.locator('[data-card=approval]:focus').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Approve');
    await page.keyboard.press('Enter');
    await answer(page).getByText('Done. Paid 60 € back for R-19.').waitFor();
    await page.locator('#message:focus').waitFor();
  });

  test('it is dark where the system is, nothing is wider than a phone, and the end of the conversation stays in view', async () => {
    const page = await opened({ viewport: PHONE, colorScheme: 'dark' });
    const isWide = 'document.documentElement.scrollWidth > innerWidth';
    expect(await page.evaluate(isWide)).toBe(false);
    await say(page, 'Please collect R-17');
    await page.locator('[data-card=question]').waitFor();
    expect(await page.evaluate(isWide)).toBe(false);
    const [paper, ink] = await page.evaluate<[string, string]>(
      '["backgroundColor", "color"].map((name) => getComputedStyle(document.body)[name])',
    );
    expect(brightness(paper)).toBeLessThan(64);
    expect(brightness(ink)).toBeGreaterThan(200);
    await page.getByLabel('Day').selectOption('Friday');
    await page.getByLabel('Floor').fill('3');
    await page.getByRole('button', { name: 'Answer' }).click();
    await say(page, 'Tell me a story');
    await expectStory(page);
    const end = await answer(page).boundingBox();
    expect(end!.y + end!.height).toBeLessThan(PHONE.height);
    await page.getByRole('button', { name: 'Conversations' }).click();
    await page.getByRole('link', { name: 'Please collect R-17' }).waitFor();
    expect(await page.evaluate(isWide)).toBe(false);
  });

  test.runIf(SCREENSHOTS)('the pictures of docs/images', async () => {
    const wide = await opened({ deviceScaleFactor: 2 });
    await say(wide, 'Where is order R-17?');
    await answer(wide).getByText('Done. R-17 has left').waitFor();
    await say(wide, 'It came with a scratch. Please refund 80 for R-17');
    await wide.locator('[data-card=approval]').waitFor();
    await wide.screenshot({ path: imagePath('chat.png') });
    const phone = await opened({ deviceScaleFactor: 2, viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await say(phone, 'Please collect R-17');
    await phone.locator('[data-card=question]').waitFor();
    await phone.screenshot({ path: imagePath('chat-phone.png') });
  });
});

async function say(page: Page, text: string): Promise<void> {
  await page.locator('[data-status=idle]').waitFor({ state: 'attached' });
  await page.locator('#message').fill(text);
  await page.keyboard.press('Enter');
}

/** The last answer of the agent. */
function answer(page: Page): Locator {
  return page.locator('[data-role=assistant]').last();
}

/** Waits until the text is longer, and has not come to its end. */
async function grown(of: Locator, than: number): Promise<number> {
  let length = 0;
  await expect.poll(async () => (length = (await of.innerText()).length), POLL).toBeGreaterThan(than);
  expect(await of.innerText()).not.toContain(STORY.last);
  return length;
}

/** Waits for the whole story, and checks that it is there once. */
async function expectStory(page: Page): Promise<void> {
  await answer(page).getByText(STORY.last).waitFor();
  await page.locator('[data-status=idle]').waitFor({ state: 'attached' });
  const all = await page.locator('.log').innerText();
  for (const part of Object.values(STORY)) expect(all.split(part)).toHaveLength(2);
}

/** What the page complains about. A refused answer is not a fault of the page, but the browser logs it. */
function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.includes('status of 422')) errors.push(text);
  });
  return errors;
}

function brightness(color: string): number {
  return Math.max(...[...color.matchAll(/\d+/g)].slice(0, 3).map(Number));
}

function imagePath(name: string): string {
  return fileURLToPath(new URL(`../../docs/images/${name}`, import.meta.url));
}
