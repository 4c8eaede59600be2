/**
 * The form of the inbox's page and its Markdown in a browser, alone on a page with the content security policy of the inbox.
 *
 * With FORM_SCREENSHOTS set to a folder, the pictures of the forms are put there, to look at them.
 */
import { join } from 'node:path';
import type { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { approval } from '../../src/protocol/approval.ts';
import { toJsonSchema, type AnswerSchema } from '../../src/protocol/schema.ts';
import type { Interrupt, Problem } from '../../src/protocol/shapes.ts';
import { auditOf, OF_COLORS } from './fixtures/accessibility.ts';
import { findBrowser } from './fixtures/chat.ts';
import { buildFormPage, FormServer, itemOf } from './fixtures/inbox-form.ts';
import type { Kept, Sent, ShownForm } from './fixtures/inbox-form/shown-form.ts';

const executablePath = findBrowser();
if (executablePath === undefined) console.warn('test/browser is skipped: there is no chromium on the PATH');

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
const FOLDER = process.env['FORM_SCREENSHOTS'];

function json(schema: AnswerSchema) {
  return toJsonSchema(schema, 'schema');
}

const delivery = json(
  z.object({
    note: z.string().max(500).describe('What happened, in your words').optional(),
    reference: z.string().regex(/^R-\d+$/),
    amount: z.int().min(1).max(500),
    isDamaged: z.boolean(),
    reason: z.enum(['late', 'broken', 'lost']),
    carrier: z.enum(['DHL', 'UPS', 'FedEx', 'GLS', 'Hermes', 'DPD', 'Post']).optional(),
    on: z.iso.date(),
    at: z.iso.datetime().optional(),
    tags: z.array(z.enum(['urgent', 'insured'])),
    address: z.object({ street: z.string(), country: z.enum(['DE', 'FR']) }),
    items: z.array(z.object({ name: z.string(), count: z.int() })).min(1),
    nick: z.string().nullable(),
  }),
);
const email = z.object({
  to: z.email(),
  subject: z.string().max(100),
  body: z.string().max(5000),
  copies: z.array(z.email()).optional(),
  amount: z.number().min(0),
});
const sendEmail = {
  tool: 'send_email',
  args: {
    to: 'ann@example.com',
    subject: 'Your refund',
    body: 'Dear Ann,\n\nWe have refunded 80 € for your order R-17. It will arrive within three days.\n\nSupport',
    copies: ['bob@example.com'],
    amount: 80,
  },
  call: 'c1',
};
const twoActions = {
  actionRequests: [
    { name: 'write_file', args: { path: '/etc/hosts', content: 'a\nb' }, description: 'Please **review**' },
    { name: 'execute_sql', args: { query: 'DELETE FROM users', limit: 10 } },
  ],
  reviewConfigs: [
    { actionName: 'write_file', allowedDecisions: ['approve', 'edit', 'reject'] },
    { actionName: 'execute_sql', allowedDecisions: ['approve', 'edit', 'reject'] },
  ],
};

/** What an audit has found. */
async function found(audit: AxeBuilder): Promise<unknown[]> {
  const { violations } = await audit.analyze();
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** The controls that a finger may miss. */
const LOW = `[...document.querySelectorAll('form :is(button, select, textarea, summary, .form-option, .form-field > input)')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.9)
  .map((one) => one.outerHTML)`;

describe.skipIf(executablePath === undefined)('the form of the inbox', { timeout: 60_000 }, () => {
  let browser: Browser;
  let server: FormServer;

  beforeAll(async () => {
    await buildFormPage();
    server = await FormServer.start();
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** A page that shows the form. Nothing may fail on it, or be stopped by the policy. */
  async function opened(shown: ShownForm, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 720, height: 900 }, ...options });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) errors.push(message.text());
    });
    page.on('dialog', (dialog) => {
      errors.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    onTestFinished(async () => {
      await context.close();
      expect(errors).toEqual([]);
    });
    await page.goto(server.origin);
    await page.evaluate(`window.show(${JSON.stringify(shown)})`);
    return page;
  }

  function asked(question: Partial<Interrupt>, options?: BrowserContextOptions): Promise<Page> {
    return opened({ item: itemOf(question) }, options);
  }

  async function sent(page: Page): Promise<readonly Sent[]> {
    return page.evaluate<readonly Sent[]>('window.sent');
  }

  function kept(page: Page): Promise<Kept | undefined> {
    return page.evaluate<Kept | undefined>('window.kept');
  }

  async function isFocused(control: Locator): Promise<boolean> {
    return (await control.and(control.page().locator(':focus')).count()) === 1;
  }

  function send(page: Page): Promise<void> {
    return page.getByRole('button', { name: 'Send answer' }).click();
  }

  test('O1: each kind of field sends a value of its type', async () => {
    const page = await asked({ title: 'The delivery', schema: delivery });
    await page.getByLabel('Note').fill('It rained.\n"Really"');
    await page.getByLabel('Reference').fill('R-17');
    await page.getByLabel('Amount').fill('120');
    await page.getByRole('radiogroup', { name: 'Is damaged' }).getByLabel('No').check();
    await page.getByLabel('late').check();
    await page.getByLabel('Carrier').selectOption('GLS');
    await page.getByLabel('On', { exact: true }).fill('2026-07-01');
    await page.getByLabel('At optional', { exact: true }).fill('2026-07-01T09:30');
    await page.getByLabel('insured').check();
    await page.getByLabel('Street').fill('Main Street 1');
    await page.getByLabel('FR').check();
    await page.getByLabel('Name').fill('Lamp');
    await page.getByLabel('Count').fill('2');
    await page.getByRole('button', { name: 'Add another item' }).click();
    expect(await isFocused(page.getByLabel('Name').nth(1))).toBe(true);
    await page.getByLabel('Name').nth(1).fill('Bulb');
    await page.getByLabel('Count').nth(1).fill('4');
    await page.getByRole('button', { name: 'Move item 2 up' }).click();
    await page.getByLabel('Nothing').check();
    await send(page);
    expect(await sent(page)).toEqual([
      {
        answer: {
          value: {
            note: 'It rained.\n"Really"',
            reference: 'R-17',
            amount: 120,
            isDamaged: false,
            reason: 'late',
            carrier: 'GLS',
            on: '2026-07-01',
            at: await page.evaluate('new Date(2026, 6, 1, 9, 30).toISOString()'),
            tags: ['insured'],
            address: { street: 'Main Street 1', country: 'FR' },
            items: [
              { name: 'Bulb', count: 4 },
              { name: 'Lamp', count: 2 },
            ],
            nick: null,
          },
        },
        summary: 'Send the answer',
      },
    ]);
  });

  test('A5: nothing is sent that the schema refuses: the problems are listed, and the focus goes to the first', async () => {
    const page = await asked({ title: 'The delivery', schema: delivery });
    await page.getByLabel('Reference').fill('17');
    await send(page);
    expect(await sent(page)).toEqual([]);
    const summary = page.getByRole('alert');
    expect(await summary.getByRole('link').allInnerTexts()).toContain('Amount: Enter a number.');
    expect(await isFocused(page.getByLabel('Reference'))).toBe(true);
    const reference = page.getByLabel('Reference');
    expect(await reference.getAttribute('aria-invalid')).toBe('true');
    const described = (await reference.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
    expect(texts.join(' ')).toContain('This does not have the expected form.');
    await summary.getByRole('link', { name: 'Country' }).click();
    expect(await isFocused(page.getByLabel('DE'))).toBe(true);
    await reference.fill('R-1');
    await expect.poll(() => reference.getAttribute('aria-invalid')).toBeNull();
  });

  test('W2: what the server refuses is shown beside its field', async () => {
    const page = await asked({ schema: delivery });
    const problems: readonly Problem[] = [
      { path: '/address/street', message: 'There is no such street.' },
      { path: '', message: 'The shop is closed.' },
    ];
    await page.evaluate(`window.refuse(${JSON.stringify(problems)})`);
    expect(await isFocused(page.locator('.form-problem', { hasText: 'The shop is closed.' }))).toBe(true);
    await page
      .locator('.form-field', { has: page.getByLabel('Street') })
      .last()
      .getByText('There is no such')
      .waitFor();
    expect(await page.getByRole('alert').getByRole('link').allInnerTexts()).toEqual([
      'The shop is closed.',
      'Street: There is no such street.',
    ]);
  });

  test('W2: what the server refuses about a yes, or about a decision, is shown where the buttons are', async () => {
    const refused = JSON.stringify([{ path: '', message: 'Not on a Sunday.' }]);
    for (const question of [{ schema: { type: 'boolean' } }, { value: sendEmail, schema: json(approval(email)) }]) {
      const page = await asked(question);
      await page.evaluate(`window.refuse(${refused})`);
      expect(await isFocused(page.locator('.form-problem', { hasText: 'Not on a Sunday.' }))).toBe(true);
    }
  });

  test('W6: a draft is there again after a reload, with what was wrong in it', async () => {
    const item = itemOf({ schema: delivery });
    const page = await opened({ item });
    await page.getByLabel('Amount').fill('a lot');
    await page.getByLabel('lost').check();
    const draft = (await kept(page))!;
    const again = await opened({ item, draft });
    expect(await again.getByLabel('Amount').inputValue()).toBe('a lot');
    expect(await again.getByLabel('lost').isChecked()).toBe(true);
  });

  test('W6: what was entered can be forgotten, and a click by mistake taken back', async () => {
    const page = await asked({ schema: delivery });
    const forget = page.getByRole('button', { name: 'Forget what I entered' });
    expect(await forget.count()).toBe(0);
    await page.getByLabel('Amount').fill('a lot');
    await forget.click();
    expect([await kept(page), await page.getByLabel('Amount').inputValue()]).toEqual([undefined, '']);
    await page.getByRole('button', { name: 'Bring it back' }).click();
    expect(await page.getByLabel('Amount').inputValue()).toBe('a lot');
    expect(await kept(page)).toBeDefined();

    const approved = await asked({ value: sendEmail, schema: json(approval(email)) });
    await approved.locator('[data-action=reject]').click();
    await approved.getByLabel('Why not?').fill('A secret');
    await approved.getByRole('button', { name: 'Forget what I entered' }).click();
    expect(await kept(approved)).toBeUndefined();
    expect(await approved.locator('[data-action=reject]').count()).toBe(1);
  });

  test('O2: the answer can be written as JSON, and what was entered goes along in both directions', async () => {
    const page = await asked({ schema: delivery });
    await page.getByLabel('Amount').fill('12');
    await page.getByRole('button', { name: 'Write it as JSON' }).click();
    const box = page.getByLabel('The answer as JSON');
    expect(JSON.parse(await box.inputValue())).toEqual({ amount: 12, tags: [], address: {}, items: [{}] });
    await box.fill('{"amount": 13, "reason":');
    await page.getByRole('button', { name: 'Fill in fields' }).click();
    await page.locator('.form-problem').getByText('This is not JSON').waitFor();
    await box.fill('{"amount": 13, "reason": "lost"}');
    await page.getByRole('button', { name: 'Fill in fields' }).click();
    expect(await page.getByLabel('Amount').inputValue()).toBe('13');
    expect(await page.getByLabel('lost').isChecked()).toBe(true);
  });

  test('O2: a question without a schema takes a text or JSON, and says as what it is sent', async () => {
    const page = await asked({ title: 'What now?' });
    await page.getByLabel('Your answer').fill('42');
    await page.getByText('This is sent as a number').waitFor();
    await send(page);
    await page.getByLabel('Your answer').fill('Wait for Ann');
    await page.keyboard.press('Control+Enter');
    expect((await sent(page)).map(({ answer, summary }) => [answer.value, summary])).toEqual([
      [42, 'Send 42'],
      ['Wait for Ann', 'Send “Wait for Ann”'],
    ]);
  });

  test('W2: yes or no is one click, and a text to confirm is asked for first', async () => {
    const page = await asked({ schema: { type: 'boolean' }, confirm: 'prod' });
    await page.getByRole('button', { name: 'Yes' }).click();
    expect(await sent(page)).toEqual([]);
    const box = page.getByLabel('Type prod to send it');
    expect(await isFocused(box)).toBe(true);
    await box.fill('Prod');
    await page.locator('[data-action=reject]').click();
    expect(await sent(page)).toEqual([]);
    await box.fill(' prod ');
    await page.locator('[data-action=reject]').click();
    expect(await sent(page)).toEqual([{ answer: { value: false }, summary: 'Send no' }]);
  });

  test('R8: an approval shows the arguments, and is one click', async () => {
    const page = await asked({ value: sendEmail, schema: json(approval(email)) });
    const shown = await page.locator('.arguments').innerText();
    expect(shown).toMatch(/To\s+ann@example.com/);
    expect(shown).toMatch(/Amount\s+80/);
    await page.getByText('It happens as shown, as soon as you approve.').waitFor();
    await page.locator('[data-action=approve]').click();
    expect(await sent(page)).toEqual([{ answer: { decisions: [{ type: 'approve' }] }, summary: 'Approve send_email' }]);
  });

  test('R8: an edit shows what it changes, is checked, and sends all arguments with their types', async () => {
    const page = await asked({ value: sendEmail, schema: json(approval(email)) });
    await page.locator('[data-action=edit]').click();
    expect(await isFocused(page.getByLabel('To'))).toBe(true);
    await page.getByRole('button', { name: 'Approve with changes' }).click();
    await page.getByRole('alert').getByText('Nothing was changed').waitFor();
    // It is seen beside the button, too, which is far below the list of problems.
    expect(await isFocused(page.locator('.form-problem', { hasText: 'Nothing was changed' }))).toBe(true);
    await page.getByLabel('Amount').fill('-1');
    await page.getByRole('button', { name: 'Approve with changes' }).click();
    expect(await sent(page)).toEqual([]);
    await page.getByLabel('Amount').fill('40');
    await page.getByLabel('Body').fill(sendEmail.args.body.replace('three', 'five'));
    const changes = page.getByRole('region', { name: 'What you change' });
    expect(await changes.locator('del').allInnerTexts()).toEqual(['three', expect.stringContaining('80')]);
    expect(await changes.locator('ins').allInnerTexts()).toEqual(['five', expect.stringContaining('40')]);
    await page.getByRole('button', { name: 'Approve with changes' }).click();
    const args = { ...sendEmail.args, amount: 40, body: sendEmail.args.body.replace('three', 'five') };
    expect(await sent(page)).toEqual([
      { answer: { decisions: [{ type: 'edit', args }] }, summary: 'Approve send_email with changes' },
    ]);
  });

  test('R8: a rejection has a reason, a response a text, and either can be taken back before it is sent', async () => {
    const page = await asked({ value: sendEmail, schema: json(approval(email)) });
    await page.locator('[data-action=respond]').click();
    await page.getByRole('button', { name: 'Send response' }).click();
    await page.getByRole('alert').getByText('Enter a response').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.locator('[data-action=reject]').click();
    await page.keyboard.type('Wrong customer');
    await page.keyboard.press('Control+Enter');
    expect(await sent(page)).toEqual([
      { answer: { decisions: [{ type: 'reject', reason: 'Wrong customer' }] }, summary: 'Reject send_email' },
    ]);
  });

  test('R8: the Enter key alone approves nothing', async () => {
    const page = await asked({ value: sendEmail, schema: json(approval(email, { remember: ['tool'] })) });
    await page.getByLabel('Only this time').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    expect(await sent(page)).toEqual([]);
  });

  test('R12: a decision is remembered where the question offers it', async () => {
    const page = await asked({ value: sendEmail, schema: json(approval(email, { remember: ['arguments', 'tool'] })) });
    await page.getByLabel('For every call of send_email').check();
    await page.getByLabel('Until').fill('2099-01-01T10:00');
    await page.locator('[data-action=approve]').click();
    const until = await page.evaluate('new Date(2099, 0, 1, 10).toISOString()');
    expect((await sent(page))[0]?.answer).toEqual({ decisions: [{ type: 'approve', remember: 'tool', until }] });
  });

  test('R12: a date that is filled in half is refused, and is not taken for none', async () => {
    const page = await asked({ value: sendEmail, schema: json(approval(email, { remember: ['tool'] })) });
    await page.getByLabel('For every call of send_email').check();
    await page.getByLabel('Until').focus();
    await page.keyboard.type('01012099');
    await page.locator('[data-action=approve]').click();
    await page.locator('.form-problem', { hasText: 'The date or the time is incomplete' }).waitFor();
    expect(await sent(page)).toEqual([]);
    expect(await isFocused(page.getByLabel('Until'))).toBe(true);
    await page.getByLabel('Until').fill('2099-01-01T10:00');
    await page.locator('[data-action=approve]').click();
    expect(await sent(page)).toHaveLength(1);

    const optional = await asked({ schema: json(z.object({ at: z.iso.datetime().optional() })) });
    await optional.getByLabel('At optional').focus();
    await optional.keyboard.type('01012099');
    await send(optional);
    await optional.locator('.form-problem', { hasText: 'The date or the time is incomplete' }).waitFor();
    expect(await sent(optional)).toEqual([]);
  });

  test('W2: several actions get a decision each, and the keys of the page go from one to the next', async () => {
    const page = await asked({ value: twoActions });
    await page.getByRole('button', { name: 'Send 2 decisions' }).click();
    expect(await page.getByRole('alert').getByRole('link').count()).toBe(2);
    await page.locator('[data-action=approve]').click();
    await page.locator('[data-action=edit]').click();
    expect(await page.locator('[data-action]').count()).toBe(0);
    await page.getByLabel('Limit').fill('1');
    await page.getByRole('button', { name: 'Send 2 decisions' }).click();
    expect(await sent(page)).toEqual([
      {
        answer: {
          decisions: [{ type: 'approve' }, { type: 'edit', args: { query: 'DELETE FROM users', limit: 1 } }],
        },
        summary: 'Send 2 decisions',
      },
    ]);
  });

  test('A11: one agrees with somebody in the form, with the same value, and types what must be typed', async () => {
    const votes = [{ actor: 'ann', at: '2026-07-01T09:30:00Z', value: { type: 'reject', reason: 'No' } }];
    const page = await asked({ value: sendEmail, schema: json(approval(email)), confirm: 'no', votes });
    await page.getByLabel('Type no to send it').fill('no');
    await page.getByRole('button', { name: 'Agree with ann: rejected' }).click();
    expect(await sent(page)).toEqual([{ answer: { value: votes[0]!.value }, summary: 'Agree with ann: rejected' }]);
  });

  test('W2: a form that cannot be sent takes no input', async () => {
    const page = await opened({ item: itemOf({ value: sendEmail, schema: json(approval(email)) }), isDisabled: true });
    const enabled = page.locator('form :is(button, input, textarea, select):not(:disabled)');
    expect(await enabled.count()).toBe(0);
  });

  test('W5: Markdown is shown as what it is, below the headings of the page', async () => {
    const markdown = [
      '# Title\n\nSome **bold**, ~~old~~ and `code` with https://example.com/a?b=1&c=2.',
      '| a | b |\n| :- | -: |\n| 1 | 2 |',
      '- one\n- two\n\n1. first\n\n> quoted\n\n```ts\nconst a = "<b>";\n```',
      '![A chart](https://example.com/chart.png) [![](https://example.com/x.png)](https://example.com/page)',
    ].join('\n\n');
    const page = await opened({ markdown });
    const shown = page.locator('.markdown');
    expect(await shown.locator('h3').innerText()).toBe('Title');
    expect(await shown.locator('h1, h2, img').count()).toBe(0);
    expect(await shown.locator('strong, del, table, ul, ol, blockquote, pre').count()).toBe(7);
    expect((await shown.locator('pre').innerText()).trim()).toBe('const a = "<b>";');
    const links = await shown.locator('a').all();
    const attributes = await Promise.all(
      links.map(async (link) => [
        await link.innerText(),
        await link.getAttribute('href'),
        await link.getAttribute('target'),
        await link.getAttribute('rel'),
      ]),
    );
    const elsewhere = ['_blank', 'noopener noreferrer'];
    expect(attributes).toEqual([
      ['https://example.com/a?b=1&c=2', 'https://example.com/a?b=1&c=2', ...elsewhere],
      ['A chart (image)', 'https://example.com/chart.png', ...elsewhere],
      ['https://example.com/x.png', 'https://example.com/page', ...elsewhere],
    ]);
  });

  test.for([
    ['a script', '<script>alert(1)</script>'],
    ['an event handler', '<img src=x onerror=alert(1)>'],
    ['a link that is a script', '[click](javascript:alert(1)) [click](JaVaScRiPt:alert(1)) <javascript:alert(1)>'],
    ['a script behind an entity', '[click](&#106;avascript:alert(1)) [x](java&#10;script:alert(1))'],
    ['data', '[click](data:text/html,<script>alert(1)</script>) ![x](data:image/svg+xml,<svg/onload=alert(1)>)'],
    ['a vbscript and a file', '[a](vbscript:x) [b](file:///etc/passwd) [c](blob:x)'],
    ['svg', '<svg><script>alert(1)</script><style><img src=x onerror=alert(1)></style></svg>'],
    ['a style', '<style>*{display:none}</style><p style="position:fixed">x</p>'],
    ['a frame', '<iframe srcdoc="<script>alert(1)</script>"></iframe><object data=x></object><embed src=x>'],
    ['a form', '<form action="https://evil.example"><input name=token><button>Send</button></form>'],
    ['names that clobber', '<a id=app name=body>x</a><form id=kept name=sent></form>'],
    [
      'mXSS in MathML',
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    ],
    ['mXSS in noscript', '<noscript><p title="</noscript><img src=x onerror=alert(1)>">'],
    ['mXSS in a template', '<template><s><template><s><img src=x onerror=alert(1)>@</s></template></s></template>'],
    [
      'an attribute that breaks out',
      '![a" onerror="alert(1)](https://x.example/"onerror="alert(1)) [x](https://x.example "t\\" onclick=\\"alert(1)")',
    ],
    [
      'a base and a meta',
      '<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example">',
    ],
    ['a definition that is used elsewhere', '[x][y]\n\n[y]: javascript:alert(1)'],
    ['an address without a protocol', '[x](//evil.example) [y](/link#token) [z](?q=1)'],
  ] as const)('W5: %s in Markdown does nothing, and is text', async ([, markdown]) => {
    const page = await opened({ markdown });
    const shown = page.locator('.markdown');
    await shown.waitFor({ state: 'attached' });
    const forbidden =
      'script, style, svg, math, iframe, object, embed, form, input, button, img, template, base, meta, noscript';
    expect(await shown.locator(forbidden).count()).toBe(0);
    const names = await page.evaluate<readonly string[]>(
      `[...document.querySelectorAll('.markdown *')].flatMap((one) => one.getAttributeNames())`,
    );
    expect(names.filter((name) => !['href', 'target', 'rel', 'dir', 'start', 'align'].includes(name))).toEqual([]);
    const hrefs = await page.evaluate<readonly string[]>(
      `[...document.querySelectorAll('.markdown a')].map((one) => one.getAttribute('href'))`,
    );
    expect(hrefs.filter((href) => !/^(?:https?|mailto):/.test(href))).toEqual([]);
    expect(page.url()).toBe(`${server.origin}/`);
  });

  test('W5: long lines, a text that reverses itself, and a very long one fit a phone and are readable', async () => {
    const markdown = `${'long'.repeat(500)}\n\n\`${'code'.repeat(500)}\`\n\nsafe\u202egpj.exe\n\n| ${'cell '.repeat(40)} | b |\n| - | - |`;
    const page = await opened({ markdown }, PHONE);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await page.locator('.markdown').innerText()).toContain('safe\\u202egpj.exe');
    const huge = await opened({ markdown: '*'.repeat(2_000_000) });
    expect(await huge.locator('.markdown pre').count()).toBe(1);
    // The time that such a text takes grows with the square of its length.
    const marked = await opened({ markdown: '*a_'.repeat(12_000) });
    await marked.locator('.markdown > pre').waitFor();
  });

  test('W5: nothing in a question, in its schema or in its arguments runs or reverses what is around it', async () => {
    const bad = '<img src=x onerror=alert(1)>\u202e';
    const schema = {
      type: 'object',
      properties: { [bad]: { type: 'string', title: bad, description: bad }, pick: { enum: [bad, 'b'] } },
      required: [bad],
    };
    const page = await asked({ title: 'Odd', schema });
    await send(page);
    const action = { name: bad, args: { [bad]: bad, nested: { [bad]: [bad] } }, description: bad };
    const review = { actionName: bad, allowedDecisions: ['approve', 'edit'] };
    const other = await asked({ value: { actionRequests: [action], reviewConfigs: [review] } });
    await other.locator('[data-action=edit]').click();
    for (const one of [page, other]) {
      expect(await one.locator('main img').count()).toBe(0);
      expect(await one.locator('form').innerText()).toContain('<img src=x onerror=alert(1)>\\u202e');
      expect(await one.locator('form').innerText()).not.toContain('\u202e');
    }
  });

  const FORMS: readonly (readonly [string, Partial<Interrupt>, ((page: Page) => Promise<void>)?])[] = [
    ['fields', { title: 'The delivery', schema: delivery }, send],
    ['approval', { value: sendEmail, schema: json(approval(email, { remember: ['tool'] })), confirm: 'send' }],
    ['edit', { value: sendEmail, schema: json(approval(email)) }, (page) => page.locator('[data-action=edit]').click()],
    ['several', { value: twoActions }, (page) => page.locator('[data-action=reject]').click()],
    ['any', { title: 'What now?' }],
  ];
  const LOOKS = [
    ['light and dark', {}],
    ['phone', PHONE],
  ] as const;

  test.for(FORMS.flatMap((form) => LOOKS.map((look) => [form[0], look[0], form, look] as const)))(
    'W5: the form “%s” is accessible and fits the screen: %s',
    async ([, , [name, question, act], [look, options]]) => {
      const page = await asked(question, options);
      await act?.(page);
      const shoot = async (scheme: string): Promise<void> => {
        if (FOLDER) await page.screenshot({ path: join(FOLDER, `form-${name}-${scheme}.png`), fullPage: true });
      };
      const audit = auditOf(page).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
      expect(await found(audit)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      if (look === 'phone') {
        expect(await page.evaluate(LOW)).toEqual([]);
        return shoot(look);
      }
      await shoot('light');
      await page.emulateMedia({ colorScheme: 'dark' });
      await shoot('dark');
      expect(await found(auditOf(page).withRules([...OF_COLORS]))).toEqual([]);
    },
  );
});
