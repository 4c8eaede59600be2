/**
 * Attacks in what agents and people write, on their way through a worker, the server and the inbox to the page (W5): each is
 * shown as the text that it is. And what the page's policy stops, should one of them get through.
 */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectCode } from '../durable/fixtures/scenario.ts';
import {
  asked,
  askedAgain,
  executablePath,
  expectRows,
  expectShown,
  itemPath,
  POLL,
  site,
  started,
  useSite,
  visit,
} from './fixtures/inbox.ts';

/** Each would set the marker, open a dialog, or ask another server. */
const ATTACKS = [
  `<img src=x onerror="hacked=1;alert(1)">`,
  `</script><script>hacked=1;alert(1)</script>`,
  `"><svg onload="hacked=1;alert(1)">`,
  `[click](javascript:hacked=1) <a href="javascript:hacked=1">click</a>`,
  `<img src="https://elsewhere.example/x"><iframe src="https://elsewhere.example"></iframe>`,
] as const;
const [IMAGE, SCRIPT, SVG, LINK, ELSEWHERE] = ATTACKS;
const ALL = ATTACKS.join(' ');

/** What none of the attacks may leave in the page. */
const ACTIVE = `script, img, iframe, object, embed, base, meta, [onerror], [onload], a[href^="javascript:" i]`;

describe.skipIf(executablePath === undefined)('attacks', () => {
  useSite({ authorize: () => true });

  test('W5: an attack in a question, an answer, a vote or a name is text on the page, in the list and in the story', async () => {
    const schema = {
      type: 'object',
      title: IMAGE,
      description: SCRIPT,
      properties: {
        [IMAGE]: { type: 'string' },
        b: { type: 'string', title: SVG, description: LINK },
        c: { enum: ATTACKS },
      },
    };
    const answer = { [IMAGE]: SCRIPT, b: SVG, c: LINK };
    const options = {
      title: ALL,
      description: ATTACKS.join('\n\n'),
      tags: ATTACKS,
      assignees: ['ann', ...ATTACKS],
      group: SVG,
      confirm: ALL.slice(0, 200),
      by: { quorum: 2, not: ATTACKS },
      timeout: '1 day',
      default: answer,
    } as const;
    const question = await asked(
      'support',
      { value: { [IMAGE]: ALL, rows: [answer] }, schema, options },
      `${ALL} ${randomUUID()}`,
    );
    const thread = started.client.thread(question.thread);
    await thread.resume(answer, { actor: `Eve ${ALL}` });
    await expectCode(thread.resume(answer, { actor: SCRIPT }), 'NotAllowed');
    const page = await guardedPage();
    await page.goto(
      `${site.url}${itemPath(question)}&${new URLSearchParams({ tag: IMAGE, group: SVG, assignee: SCRIPT })}`,
    );
    await expectRows(page, 1);
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByText('The story so far').click();
    await page.getByText('Technical details').click();
    await page.locator('.story [data-event=refused]').waitFor();
    const places = [
      '.row-title',
      '.row-tags',
      '.item-head h1',
      '.item-facts',
      '.question',
      '.markdown',
      '.votes',
      'form',
    ];
    await expectShown(page, IMAGE, [...places, '.filters', '.chips', '.next', '.story', 'dl .mono', '.command']);
    for (const attack of ATTACKS) await expectShown(page, attack, ['.item-head h1', '.question', '.votes', 'dl .mono']);
    await expectShown(page, SCRIPT, ['.chips', '.markdown', 'form']);
    await page.getByRole('button', { name: 'Pass on' }).click();
    await expectShown(page, IMAGE, ['dialog']);
    await expectInert(page);
    await page.goto(`${site.url}/thread?${new URLSearchParams({ thread: question.thread })}`);
    await page.locator('.story [data-event=voted]', { hasText: IMAGE }).waitFor();
    await expectInert(page);
    await page.goto(`${site.url}/decisions`);
    await page.locator('.bars', { hasText: IMAGE }).waitFor();
  });

  test('W5: an attack in an action and its arguments is text, also while they are edited', async () => {
    const value = { tool: IMAGE, args: { [SCRIPT]: SVG, text: ALL, deep: { [LINK]: [ELSEWHERE] } } };
    const schema = {
      type: 'object',
      properties: { [SCRIPT]: { type: 'string' }, text: { type: 'string', title: SVG } },
    };
    const question = await asked('refunds', { value, schema, isApproval: true, options: { description: ALL } });
    const page = await guardedPage();
    await page.goto(site.url + itemPath(question));
    await expectShown(page, IMAGE, ['.proposal-name', '.item-head h1', '.arguments']);
    for (const attack of ATTACKS) await expectShown(page, attack, ['.arguments']);
    await page.locator('[data-action=edit]').click();
    await page.locator('form').getByLabel(SVG).first().fill(`${ALL} ${ALL}`);
    await page.getByRole('region', { name: 'What you change' }).locator('ins', { hasText: SCRIPT }).waitFor();
    await expectShown(page, SVG, ['form']);
  });

  test('W5: an attack in an answer that was wrong, and in what was wrong with it, is text', async () => {
    const page = await guardedPage();
    await page.goto(site.url + itemPath(await askedAgain(ALL, ALL)));
    for (const attack of ATTACKS)
      await expectShown(page, attack, ['[data-notice=again] ul', '[data-notice=again] figure']);
  });

  test('W5: an attack in a refusal, and in the answer that came first, is text', async () => {
    const question = await asked('support', { value: 'Who is first?', options: { title: 'Who is first?' } });
    const page = await guardedPage();
    await page.goto(site.url + itemPath(question));
    await page.locator('.answer').getByRole('textbox').fill('I am');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await started.client.thread(question.thread).resume(ALL, { actor: ALL });
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.locator('.outgoing', { hasText: 'Not taken.' }).waitFor();
    await expectShown(page, IMAGE, ['.outgoing']);
    await expectInert(page);
    await page.goto(site.url + itemPath(question));
    await expectShown(page, IMAGE, ['.item-pane']);
  });

  test('W5: the policy of the inbox stops what would get through: scripts, styles, frames and requests of others', async () => {
    const page = await visit('/decisions', { mayLose: true });
    await page.evaluate(BREAK_IN);
    const stopped = (): Promise<readonly string[]> => page.evaluate('[...stopped].sort()');
    await expect
      .poll(stopped, POLL)
      .toEqual([
        'base-uri',
        'connect-src',
        'font-src',
        'form-action',
        'frame-src',
        'img-src',
        'media-src',
        'require-trusted-types-for',
        'script-src-elem',
        'style-src-elem',
        'trusted-types',
      ]);
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(page.url()).toBe(`${site.url}/decisions`);
  });
});

/** Tries what an attack would try, and notes what the browser has stopped. */
const BREAK_IN = `
  globalThis.stopped = new Set();
  addEventListener('securitypolicyviolation', (event) => stopped.add(event.effectiveDirective));
  const elsewhere = 'https://elsewhere.example/x';
  const added = (name, fields) => document.body.appendChild(Object.assign(document.createElement(name), fields));
  for (const act of [
    () => import(elsewhere),
    () => added('script', { text: 'hacked = 1' }),
    () => (document.body.innerHTML += '<img src=x onerror="hacked = 1">'),
    () => trustedTypes.createPolicy('evil', { createHTML: (text) => text }),
    () => added('style', { textContent: '* { display: none }' }),
    () => added('iframe', { src: elsewhere }),
    () => added('img', { src: elsewhere }),
    () => added('audio', { src: elsewhere }),
    () => new FontFace('x', 'url(' + elsewhere + ')').load(),
    () => fetch(elsewhere),
    () => added('form', { action: elsewhere, method: 'post' }).submit(),
    () => document.head.prepend(Object.assign(document.createElement('base'), { href: elsewhere })),
  ]) {
    try {
      Promise.resolve(act()).catch(() => undefined);
    } catch {
      // Stopped before it began.
    }
  }
`;

/** A page on which no attack may come to anything until the test ends: no script, no dialog, no request to elsewhere. */
async function guardedPage(): Promise<Page> {
  const page = await visit('/decisions');
  const done: string[] = [];
  page.on('dialog', (dialog) => {
    done.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${site.url}/`)) done.push(`request ${request.url()}`);
  });
  await page.exposeFunction('note', (text: string) => done.push(text));
  await page.addInitScript(`Object.defineProperty(globalThis, 'hacked', { set: () => note('a script') })`);
  onTestFinished(async () => {
    expect(done).toEqual([]);
    await expectInert(page);
  });
  return page;
}

/** What is shown has no element that could do something. */
async function expectInert(page: Page): Promise<void> {
  expect(await page.locator('#app').locator(ACTIVE).count()).toBe(0);
}
