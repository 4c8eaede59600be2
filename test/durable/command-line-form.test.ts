/** `holdpoint resume` on a terminal: every question is asked field by field. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { KEYS, onTerminal, type Terminal } from './fixtures/command-line.ts';
import { useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const CLEAR = '\u0015';

/** A thread that asks, and a terminal that has been asked to answer it. */
async function answering(
  entrypoint: 'decide' | 'booking' | 'grouped',
  ...options: readonly string[]
): Promise<{ readonly terminal: Terminal; readonly result: () => Promise<unknown> }> {
  const thread = scenario.client.thread(`${entrypoint}-${randomUUID()}`, entrypoint as 'decide');
  await thread.invoke(undefined);
  return {
    terminal: onTerminal(['resume', thread.id, ...options], { columns: 160, env: { NO_COLOR: '1' } }),
    result: () => thread.result(),
  };
}

test('an approval: an edit begins with the arguments, and a number is refused in words', async () => {
  const { terminal, result } = await answering('decide');
  await terminal.answer('type', `${KEYS.down}${KEYS.enter}`);
  await terminal.answer('args.amount (in euros; a whole number, at least 1, at most 500)', `${CLEAR}all${KEYS.enter}`);
  await terminal.answer('Expected a whole number, at least 1, at most 500, got all.', `700${KEYS.enter}`);
  await terminal.answer('700 is greater than 500', `60${KEYS.enter}`);
  await terminal.answer('args.customer', KEYS.enter);
  await terminal.answer('args.notify', KEYS.enter);
  await terminal.answer('Send {"type":"edit","args":{"amount":60,"customer":"acme","notify":false}}?', KEYS.enter);
  expect(await terminal.exited).toBe(0);
  expect(await result()).toEqual({ type: 'edit', args: { amount: 60, customer: 'acme', notify: false } });
});

test('an approval: a rejection may have a reason, a response has a text', async () => {
  const rejected = await answering('decide');
  await rejected.terminal.answer('type', `${KEYS.down}${KEYS.down}${KEYS.enter}`);
  await rejected.terminal.answer('reason (optional)', `too much${KEYS.enter}`);
  await rejected.terminal.answer('Send', KEYS.enter);
  expect(await rejected.result()).toEqual({ type: 'reject', reason: 'too much' });

  const responded = await answering('decide');
  await responded.terminal.answer('type', `${KEYS.down}${KEYS.down}${KEYS.down}${KEYS.enter}`);
  await responded.terminal.answer('text', KEYS.enter);
  await responded.terminal.answer('The empty text is written "".', `done already${KEYS.enter}`);
  await responded.terminal.answer('Send', KEYS.enter);
  expect(await responded.result()).toEqual({ type: 'respond', text: 'done already' });
});

test('nested fields, alternatives, lists, dates; only the fields that the code refuses are asked again (O2)', async () => {
  const { terminal, result } = await answering('booking');
  await terminal.answer('from: First day (a date, such as 2026-07-01)', `soon${KEYS.enter}`);
  await terminal.answer('Expected a date, such as 2026-07-01', `2025-07-01${KEYS.enter}`);
  await terminal.answer('guest.name', `Ann${KEYS.enter}`);
  await terminal.answer('guest.age (a whole number, at least 0; optional)', KEYS.enter);
  await terminal.answer('by card', `${KEYS.down}${KEYS.enter}`);
  await terminal.answer('pays.address', `Main St${KEYS.enter}`);
  await terminal.answer('meals', ` ${KEYS.enter}`);
  await terminal.answer('Add an item to stops?', 'y');
  await terminal.answer('stops.0', `Rome${KEYS.enter}`);
  await terminal.answer('Add another item to stops? 1 so far.', 'n');
  // It begins with its default.
  await terminal.answer('double', KEYS.enter);
  await terminal.answer('nothing', `${KEYS.down}${KEYS.enter}`);
  await terminal.answer('extras (JSON; optional)', KEYS.enter);
  await terminal.answer('"from":"2025-07-01"', KEYS.enter);
  // Shows the entries from before, and the problem beside its field.
  await terminal.answer('◆  from: First day', `${CLEAR}2026-07-01${KEYS.enter}`);
  await terminal.answer('"from":"2026-07-01"', KEYS.enter);
  expect(await terminal.exited).toBe(0);
  for (const text of ['guest (Who travels)', '│  That day is past', '│  2025-07-01'])
    expect(terminal.shown()).toContain(text);
  expect(await result()).toEqual({
    from: '2026-07-01',
    guest: { name: 'Ann' },
    pays: { by: 'invoice', address: 'Main St' },
    meals: ['breakfast'],
    stops: ['Rome'],
    room: 2,
    note: null,
  });
});

test('a confirm text has to be typed before the answer is sent', async () => {
  const { terminal } = await answering('grouped', '--id', 'ask:1');
  await terminal.answer('answer (', `yes${KEYS.enter}`);
  await terminal.answer('Type mail all to send the answer.', `mail${KEYS.enter}`);
  await terminal.answer('Got mail. Ctrl-C sends nothing.', `mail all ${KEYS.enter}`);
  await terminal.answer('Accepted: the answer to ask:1.', '');
  expect(await terminal.exited).toBe(0);
});

test('a group is answered with one form: the answer fits every question, and each confirm text is typed', async () => {
  const { terminal } = await answering('grouped', '--group', 'm1', '--wait', '30s');
  await terminal.answer('◆  type', `${KEYS.down}${KEYS.enter}`);
  await terminal.answer('args.amount', `7${KEYS.enter}`);
  // The other question takes no such arguments.
  await terminal.answer('grouped:2: Expected nothing here.', KEYS.ctrlC);
  // Between two fields, Ctrl-C is a signal to the process.
  expect([1, 130]).toContain(await terminal.exited);
  const { terminal: again } = await answering('grouped', '--group', 'm1', '--wait', '30s');
  await again.answer('◆  type', KEYS.enter);
  await again.answer('Send {"type":"approve"}?', KEYS.enter);
  await again.answer('Type refund A to send the answer.', `refund A${KEYS.enter}`);
  expect(await again.exited).toBe(0);
  expect(again.shown()).toContain('Accepted: the answer to grouped:2.');
});
