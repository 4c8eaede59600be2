/**
 * The inbox and other sites, in a real browser: what a page of theirs sends is refused, and it reads nothing, though the
 * person has signed in (W5).
 */
import { randomUUID } from 'node:crypto';
import type { InboxOptions } from 'holdpoint/inbox';
import { describe, expect, test } from 'vitest';
import {
  asked,
  byToken,
  executablePath,
  itemPath,
  openOf,
  POLL,
  queryOf,
  REBOUND,
  Site,
  started,
  useSite,
  visit,
} from './fixtures/inbox.ts';
import { heading, signIn } from './fixtures/inbox-page.ts';
import { yesOrNo } from './fixtures/inbox-questions.ts';
import { attempts, framed, OtherSite, postForm, postJson, type Target } from './fixtures/other-site.ts';

/** What arrived at the inbox from a page of the other site. */
interface Heard {
  readonly request: string;
  readonly site: unknown;
  readonly cookie: string | undefined;
  readonly status: number;
}

describe.skipIf(executablePath === undefined)('other sites', () => {
  useSite();

  const inboxes: readonly (readonly [string, () => Partial<InboxOptions>])[] = [
    ['with a session', () => ({ authenticate: byToken })],
    // Whoever opens it is the user of the machine, so no cookie keeps others out.
    ['on the own machine', () => ({ authenticate: undefined })],
  ];

  test.for(inboxes)('W5: %s, a page of another site answers nothing and reads nothing', async ([kind, options]) => {
    await using own = new Site(options());
    await own.start();
    await using other = await OtherSite.start();
    const heard = hear(own, other);
    const question = await asked('support', yesOrNo('May others see this?'));
    const page = await visit(itemPath(question), { to: own, as: '', mayLose: true });
    if (kind === 'with a session') await signIn(page, 'ann');
    await heading(page, 'May others see this?');
    const target: Target = {
      page: own.url + itemPath(question),
      items: `${own.url}/api/items`,
      answer: `${own.url}/api/answer?${queryOf(question)}`,
      body: JSON.stringify({ value: true, key: randomUUID() }),
    };
    const foreign = await page.context().newPage();
    await foreign.goto(other.url);
    for (const [attempt, script] of Object.entries(attempts(target)))
      expect(await foreign.evaluate(script), attempt).toBe('nothing');
    await foreign.evaluate(framed(target.page));
    await expect.poll(() => foreign.frames().at(-1)!.url(), POLL).toBe('chrome-error://chromewebdata/');
    // A form may lead away from the page. Then the person sees the refusal.
    await Promise.all([foreign.waitForURL(target.answer), foreign.evaluate(postForm(target))]);
    expect(JSON.parse(await foreign.locator('body').innerText())).toMatchObject({ error: 'Forbidden' });
    expect(await openOf(question.thread, 1)).toHaveLength(1);

    // A window that it opens is not in its hands. In there, whoever has signed in is signed in.
    await foreign.goto(other.url);
    const opening = foreign.waitForEvent('popup');
    await foreign.evaluate(`globalThis.opened = open(${JSON.stringify(target.page)})`);
    await heading(await opening, 'May others see this?');
    expect(await foreign.evaluate('opened.closed')).toBe(true);

    for (const call of heard) {
      const status = call.request === 'GET /item' ? 200 : 403;
      expect(call).toMatchObject({ site: 'cross-site', cookie: undefined, status });
    }
    const requests = Map.groupBy(heard, ({ request }) => request);
    expect(Object.fromEntries([...requests].map(([request, { length }]) => [request, length]))).toEqual({
      // In the frame and in the window.
      'GET /item': 2,
      'GET /api/items': 6,
      'GET /api/events': 1,
      // Before it sends JSON, a browser asks.
      'OPTIONS /api/answer': 1,
      'POST /api/answer': 3,
    });

    // The same request of the own page counts.
    expect(await page.evaluate(postJson(target))).toBe(200);
    expect(await started.client.thread(question.thread).result()).toBe(true);
  });

  test('W3: without a session, a request of the own page reads nothing', async () => {
    await using own = new Site({ authenticate: byToken });
    await own.start();
    await asked('support', yesOrNo('A secret?'));
    const page = await visit('/', { to: own, as: '' });
    await page.getByLabel('Your token').waitFor();
    const read = await page.evaluate(
      `fetch('api/items').then(async (response) => [response.status, await response.json()])`,
    );
    expect(read).toEqual([401, { error: 'SignedOut', message: 'Sign in first.', signIn: 'token' }]);
    expect(await page.content()).not.toContain('secret');
    expect(await page.locator('.row, .list-pane').count()).toBe(0);
  });

  test('W3: on the own machine, a name of another host that leads to it opens nothing, and the page says why', async () => {
    await using own = new Site({ authenticate: undefined });
    await own.start();
    const page = await visit(itemPath(await asked('support', yesOrNo('A secret?'))), {
      to: own,
      as: '',
      mayLose: true,
    });
    await heading(page, 'A secret?');
    await page.goto(own.url.replace('127.0.0.1', REBOUND));
    await page.getByText('serves only requests to this machine').waitFor();
    expect(await page.content()).not.toContain('secret');
  });
});

/** Listens to what pages of the other site send. */
function hear(own: Site, other: OtherSite): readonly Heard[] {
  const heard: Heard[] = [];
  own.onRequest = ({ method, url, headers }, response) => {
    if (headers.referer !== other.url) return;
    const { cookie, 'sec-fetch-site': site } = headers;
    const request = `${method} ${url?.split('?')[0]}`;
    response.on('finish', () => heard.push({ request, site, cookie, status: response.statusCode }));
  };
  return heard;
}
