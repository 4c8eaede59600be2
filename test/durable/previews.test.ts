/** What a task shows while it runs, and who sees it (P1, P2). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Test } from 'holdpoint/testing';
import { openGate } from './fixtures/gates.ts';
import { newId, reading, startPreviews } from './fixtures/preview-scenario.ts';
import type * as workflows from './fixtures/preview-workflows.ts';

let own: Test<typeof workflows>;
beforeAll(async () => {
  own = await startPreviews();
});
afterAll(() => own[Symbol.asyncDispose]());

const about = { task: 'play', id: 'play:1', attempt: 1 };

test('P2: what a task passes to `preview` is read with mode `custom` while it runs, texts joined', async () => {
  const thread = own.client.thread(newId(), 'plays');
  const shown = reading(
    thread.stream([[{ show: 'Hel' }, { show: 'lo' }, { show: { page: 1 } }, { gate: 'end' }]], { mode: 'custom' }),
  );
  await shown.has(({ length }) => length === 2);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([
    { ...about, kind: 'chunk', chunk: 'Hello' },
    { ...about, kind: 'chunk', chunk: { page: 1 } },
  ]);
});

test('P2: with several modes, each item comes with its mode, and the result comes last', async () => {
  const thread = own.client.thread(newId(), 'plays');
  const input = [[{ show: 'Hello' }, { gate: 'end' }, { returns: 'Goodbye' }]];
  const shown = reading(thread.stream(input, { mode: ['updates', 'custom'] }));
  await shown.has(({ length }) => length === 1);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([
    ['custom', { ...about, kind: 'chunk', chunk: 'Hello' }],
    ['updates', { play: 'Goodbye' }],
    ['updates', { plays: 'Goodbye' }],
  ]);
});
