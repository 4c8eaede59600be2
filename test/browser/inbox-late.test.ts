/**
 * The page of the inbox when a response is late or missing: what is shown is what the server says in the end, and not what the
 * page has guessed meanwhile (W1, W2, W6).
 */
import { describe, expect, test } from 'vitest';
import type { Items } from '../../src/inbox/api.ts';
import {
  asked,
  call,
  executablePath,
  expectRows,
  itemPath,
  POLL,
  site,
  started,
  useSite,
  visit,
} from './fixtures/inbox.ts';
import type { Asked } from './fixtures/inbox.ts';
import { heading, row, sendNow } from './fixtures/inbox-page.ts';
import { yesOrNo } from './fixtures/inbox-questions.ts';

describe.skipIf(executablePath === undefined)('late responses', () => {
  useSite();

  test('W1: an item that takes longer than the pause between two tries is shown all the same', async () => {
    const tag = `slow-${Math.random()}`;
    await ask('Slow', tag);
    const page = await visit('/decisions', { mayLose: true });
    await page.clock.install();
    const isLive = page.waitForResponse('**/api/events');
    await page.goto(`${site.url}/?tag=${tag}`);
    await isLive;
    const slow = held();
    let reads = 0;
    await page.route('**/api/item?**', async (route) => {
      if (reads++ === 0) return route.abort();
      await slow.wait();
      return route.continue();
    });
    await row(page, 'Slow').click();
    await page.getByText('The inbox cannot be reached.').waitFor();
    await page.clock.fastForward(3_000);
    await slow.taken;
    await page.clock.fastForward(4_000);
    slow.release();
    await heading(page, 'Slow');
    expect(reads).toBe(2);
  });

  test('W1: a question that closes while more of the list is on its way is closed in it', async () => {
    const tag = `more-${Math.random()}`;
    for (const name of ['One', 'Two']) await ask(name, tag);
    const third = await ask('Three', tag);
    const page = await visit('/decisions');
    const more = held();
    await page.route('**/api/items?**', async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('limit', '2');
      const response = await route.fetch({ url: url.href });
      if (url.searchParams.has('cursor')) await more.wait();
      await route.fulfill({ response });
    });
    await page.goto(`${site.url}${itemPath(third)}&tag=${tag}`);
    await more.taken;
    await heading(page, 'Three');
    await started.client.thread(third.thread).resume(true, { actor: 'bob' });
    await page.locator('[data-notice=closed]').getByText('bob answered this').waitFor();
    more.release();
    await expectRows(page, 3);
    await page.locator('.row[data-state=closed]', { hasText: 'Three' }).waitFor();
  });

  test('W1: an open item stays open when its question leaves the list without an ending', async () => {
    const tag = `left-${Math.random()}`;
    const question = await ask('Still open', tag);
    const page = await visit('/decisions');
    const { thread, run, id } = question;
    const left = { kind: 'closed', thread, run, id, how: 'unknown', at: new Date().toISOString() };
    const stream = held();
    const again = held();
    let streams = 0;
    await page.route('**/api/events', async (route) => {
      if (streams++ > 0) return;
      await stream.wait();
      await route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify(left)}\n\n` });
    });
    await page.goto(`${site.url}${itemPath(question)}&tag=${tag}`);
    await heading(page, 'Still open');
    await page.route('**/api/item?**', async (route) => {
      await again.wait();
      await route.continue();
    });
    stream.release();
    await again.taken;
    await page.locator('.row[data-state=closed]', { hasText: 'Still open' }).waitFor();
    expect(await page.locator('[data-notice=closed]').count()).toBe(0);
    again.release();
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
  });

  test('W1: the story of a thread that is opened by its address goes on', async () => {
    const question = await ask('What next?', `story-${Math.random()}`);
    const page = await visit(`/thread?thread=${question.thread}`);
    await page.locator('.story [data-event=asked]').waitFor();
    await started.client.thread(question.thread).resume(true, { actor: 'bob' });
    await page.locator('.story [data-event=answered]').getByText('bob answered this').waitFor();
  });

  test('W1: what happens after the story was read, and before the stream begins, is in it', async () => {
    const question = await ask('And then?', `between-${Math.random()}`);
    const page = await visit('/decisions', { mayLose: true });
    const stream = held();
    let streams = 0;
    await page.route('**/api/events**', async (route) => {
      if (streams++ === 0) return route.abort();
      await stream.wait();
      return route.continue();
    });
    await page.goto(`${site.url}/thread?thread=${question.thread}`);
    await stream.taken;
    await page.locator('.story [data-event=asked]').waitFor();
    const count = async (): Promise<number> => (await call<Items>(site, `items?q=${question.thread}`, 'ann')).total;
    await expect.poll(count, POLL).toBe(1);
    await started.client.thread(question.thread).resume(true, { actor: 'bob' });
    await expect.poll(count, POLL).toBe(0);
    stream.release();
    await page.locator('.story [data-event=answered]').getByText('bob answered this').waitFor();
  });

  test('W2: an answer that came second is called that before the item has been read again', async () => {
    const question = await ask('Second?', `second-${Math.random()}`);
    const page = await visit('/decisions', { mayLose: true });
    await page.route('**/api/events**', (route) => route.abort());
    await page.goto(site.url + itemPath(question));
    await heading(page, 'Second?');
    const again = held();
    await page.route('**/api/item?**', async (route) => {
      await again.wait();
      await route.continue();
    });
    await started.client.thread(question.thread).resume(true, { actor: 'bob' });
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing').getByRole('button', { name: 'Look' }).click();
    await again.taken;
    const notice = page.locator('[data-notice=closed]').getByText('bob answered this');
    await notice.waitFor();
    again.release();
    await page.waitForResponse('**/api/item?**');
    await notice.waitFor();
  });

  test('W2: a question that is open again when its answer is refused can be answered', async () => {
    const tag = `open-${Math.random()}`;
    const question = await ask('Open again', tag);
    const page = await visit(`${itemPath(question)}&tag=${tag}`);
    // As after a reset that has taken back what bob answered meanwhile.
    const ending = { how: 'answered', actor: 'bob', at: new Date().toISOString(), answer: false };
    const refused = { error: 'AlreadyAnswered', message: 'bob was faster.', ending };
    await page.route('**/api/answer?**', (route) => route.fulfill({ status: 409, json: refused }), { times: 1 });
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing').getByText('bob was faster.').waitFor();
    await page.locator('.outgoing').getByRole('button', { name: 'Look' }).click();
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await sendNow(page);
    await page.locator('.outgoing[data-taken]').waitFor();
    expect(await started.client.thread(question.thread).result()).toBe(false);
  });

  test('W6: an answer on its way is called unsent only once it was refused', async () => {
    const tag = `way-${Math.random()}`;
    const question = await ask('Who is faster?', tag);
    const page = await visit(`${itemPath(question)}&tag=${tag}`);
    const answer = held();
    await page.route('**/api/answer?**', async (route) => {
      await answer.wait();
      await route.continue();
    });
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await sendNow(page);
    await answer.taken;
    await row(page, 'Who is faster?').click();
    await page.locator('[data-notice=sending]').waitFor();
    await started.client.thread(question.thread).resume(false, { actor: 'bob' });
    const notice = page.locator('[data-notice=closed]');
    await notice.locator('[data-own]').waitFor();
    expect(await notice.innerText()).not.toContain('It was not sent');
    answer.release();
    await page.locator('.outgoing').getByText('Not taken.').waitFor();
  });
});

/** Holds a request, or its response, until it is released. */
function held(): { readonly taken: Promise<void>; readonly release: () => void; readonly wait: () => Promise<void> } {
  const [taken, mayGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    taken: taken.promise,
    release: mayGo.resolve,
    wait(): Promise<void> {
      taken.resolve();
      return mayGo.promise;
    },
  };
}

function ask(title: string, tag: string): Promise<Asked> {
  return asked('support', yesOrNo(title, { tags: [tag] }));
}
