/**
 * The inbox's page in a browser: how soon a question is on it, what an answer takes, and how long 1,000 items take to show.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequestListener } from '@remix-run/node-fetch-server';
import { createInbox } from 'holdpoint/inbox';
import { chromium, type Browser, type Page } from 'playwright-core';
import { measurePair, time } from '../pair.ts';
import { differenceLine, type Line } from '../report.ts';
import { untilWaiting, type Rig } from '../rig.ts';

/** Debian's browser: the one that Playwright would download is another one. */
const BROWSER = '/usr/bin/chromium';
const ITEMS = 1000;
const AT_ONCE = 100;
/** No worker polls this task queue. A list needs none, because the threads start with their questions in the memo. */
const QUEUE = `listed-${randomUUID()}`;

export async function* inboxLines(rig: Rig): AsyncGenerator<Line> {
  if (!existsSync(BROWSER)) return;
  await using made = new AsyncDisposableStack();
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  made.defer(() => browser.close());
  const page = await openPage(browser, await serveInbox(rig, made, 'agreed'));
  yield differenceLine(
    'asked → visible on the open page of the inbox, against visible in a list of workflows that is read again and again',
    'under 1 s in all',
    await measurePair({ ours: () => untilOnPage(rig, page), bare: () => untilListed(rig), rounds: 20, warmups: 2 }),
  );
  yield differenceLine(
    'click → accepted, on the page of the inbox, against signal and `result()`',
    '-',
    await measurePair({ ours: () => clickYes(rig, page), bare: () => signalYes(rig), rounds: 20, warmups: 2 }),
  );
  const [full, empty] = [await serveInbox(rig, made, 'listed'), await serveInbox(rig, made, 'nothing')];
  await startListed(rig);
  yield differenceLine(
    `the page of the inbox with ${ITEMS.toLocaleString('en')} items, opened → first item shown, against one without items`,
    'under 1 s in all',
    await measurePair({
      ours: () => openAndSee(browser, full, '.row-link'),
      bare: () => openAndSee(browser, empty, '.empty-title'),
      rounds: 10,
      warmups: 2,
    }),
  );
}

/** Serves an inbox that shows the questions of one entrypoint. */
async function serveInbox({ holdpoint }: Rig, made: AsyncDisposableStack, entrypoint: string): Promise<string> {
  const inbox = createInbox({
    client: holdpoint,
    authenticate: () => ({ actor: 'ann' }),
    authorize: (_, question) => question.entrypoint === entrypoint,
  });
  const http = createServer(createRequestListener(inbox.fetch)).listen(0, '127.0.0.1');
  await once(http, 'listening');
  made.defer(async () => {
    inbox.close();
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('main').waitFor();
  return page;
}

const rowOf = (page: Page, thread: string) => page.locator(`.row-link[href*="${thread}"]`);

async function untilOnPage({ holdpoint }: Rig, page: Page): Promise<number> {
  const thread = randomUUID();
  return time(async () => {
    await holdpoint.thread(thread, 'agreed').start('Agreed?');
    await rowOf(page, thread).waitFor();
  });
}

/** By hand, a page would ask visibility again and again. */
async function untilListed({ client, taskQueues }: Rig): Promise<number> {
  const workflowId = randomUUID();
  return time(async () => {
    await client.workflow.start('agreed', { workflowId, taskQueue: taskQueues.bare, args: ['Agreed?'] });
    for (;;) {
      const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'Running'`;
      for await (const _ of client.workflow.list({ query })) return;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });
}

/** From the click that sends to the server's word that the answer counts. The five seconds of the undo are not waited for. */
async function clickYes({ holdpoint }: Rig, page: Page): Promise<number> {
  const thread = randomUUID();
  await holdpoint.thread(thread, 'agreed').start('Agreed?');
  await rowOf(page, thread).click();
  await page.getByRole('button', { name: 'Yes', exact: true }).click();
  const send = page.getByRole('button', { name: 'Send now' });
  await send.waitFor();
  const answered = page.waitForResponse((response) => response.url().includes('/api/answer'));
  return time(async () => {
    // A click of Playwright's would wait until the bar has come in.
    await send.dispatchEvent('click');
    const status = (await answered).status();
    if (status !== 200) throw new Error(`Expected the answer to be accepted, got ${status}`);
  });
}

async function signalYes({ client, taskQueues }: Rig): Promise<number> {
  const options = { workflowId: randomUUID(), taskQueue: taskQueues.bare, args: ['Agreed?'] };
  const handle = await client.workflow.start('agreed', options);
  await untilWaiting(handle);
  return time(async () => {
    await handle.signal('answer', true);
    await handle.result();
  });
}

/** In a browser of its own: nothing is in its cache. */
async function openAndSee(browser: Browser, url: string, selector: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    return await time(async () => {
      await page.goto(url);
      await page.locator(selector).first().waitFor();
    });
  } finally {
    await context.close();
  }
}

async function startListed({ client }: Rig): Promise<void> {
  for (let n = 0; n < ITEMS; n += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, i) =>
        client.workflow.start('listed', {
          taskQueue: QUEUE,
          workflowId: randomUUID(),
          memo: { 'holdpoint/listed:1': { value: `question ${n + i}`, askedAt: new Date().toISOString() } },
        }),
      ),
    );
  }
}
