/** What a task shows while it runs, and what its readers see of it (P1, P2). */
import { expect, test } from 'vitest';
import type { AssistantMessage } from 'holdpoint/activity';
import { openGate } from './fixtures/gates.ts';
import type { Step } from './fixtures/preview-activities.ts';
import { resetToLast } from './fixtures/resets.ts';
import { newId, reading, usePreviews } from './fixtures/preview-scenario.ts';

const own = usePreviews();

const about = { task: 'play', id: 'play:1', attempt: 1 };
const end: Step = { gate: 'end' };

function plays() {
  return own.test.client.thread(newId(), 'plays');
}

/** The texts of the items joined; a reset begins a new line. */
function textOf(items: readonly { readonly kind: string; readonly chunk?: unknown }[]): string {
  return items.map(({ kind, chunk }) => (kind === 'reset' ? '\n' : String(chunk))).join('');
}

test('P2: what a task passes to `preview` is read with mode `custom` while it runs, texts joined', async () => {
  const thread = plays();
  const shown = reading(
    thread.stream([[{ show: 'Hel' }, { show: 'lo' }, { show: { page: 1 } }, end]], { mode: 'custom' }),
  );
  await shown.has(({ length }) => length === 2);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([
    { ...about, kind: 'chunk', chunk: 'Hello' },
    { ...about, kind: 'chunk', chunk: { page: 1 } },
  ]);
});

test('P2: an object that the task changes afterwards is shown as it was', async () => {
  const thread = plays();
  const shown = reading(thread.stream([[{ counts: 3 }, end]], { mode: 'custom' }));
  await shown.has(({ length }) => length === 3);
  openGate(thread, 'end');
  expect((await shown.ended).map((item) => 'chunk' in item && item.chunk)).toEqual([
    { read: 1 },
    { read: 2 },
    { read: 3 },
  ]);
});

test('P2: with several modes, each item comes with its mode, and the result comes last', async () => {
  const thread = plays();
  const input: Step[][] = [[{ show: 'Hello' }, end, { returns: 'Goodbye' }]];
  const shown = reading(thread.stream(input, { mode: ['updates', 'custom'] }));
  await shown.has(({ length }) => length === 1);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([
    ['custom', { ...about, kind: 'chunk', chunk: 'Hello' }],
    ['updates', { play: 'Goodbye' }],
    ['updates', { plays: 'Goodbye' }],
  ]);
});

test('P2: a task that asks a model shows the pieces of its message in mode `messages`, and then the whole message', async () => {
  const thread = plays();
  const message: AssistantMessage = {
    role: 'assistant',
    content: 'Hello',
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
  };
  const steps: Step[] = [
    { say: { kind: 'reasoning', text: 'Hm.' } },
    { say: { kind: 'text', text: 'Hel' } },
    { say: { kind: 'text', text: '' } },
    { say: { kind: 'text', text: 'lo' } },
    { say: { kind: 'call', index: 0, toolCallId: 'call_1', name: 'weather' } },
    { say: { kind: 'arguments', index: 0, text: '{"city":' } },
    { say: { kind: 'arguments', index: 0, text: '"Oslo"}' } },
    { show: 'for mode `custom`' },
    end,
    { returns: message },
  ];
  const shown = reading(thread.stream([steps], { mode: 'messages' }));
  await shown.has(({ length }) => length === 4);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([
    { ...about, kind: 'reasoning', text: 'Hm.' },
    { ...about, kind: 'text', text: 'Hello' },
    { ...about, kind: 'call', index: 0, toolCallId: 'call_1', name: 'weather' },
    { ...about, kind: 'arguments', index: 0, text: '{"city":"Oslo"}' },
    { ...about, kind: 'message', message },
  ]);
});

test('P2: pieces arrive in their order, each once; a reader that comes late gets what there is joined, and then what follows', async () => {
  const thread = plays();
  const words = ['one ', 'two ', 'three ', 'four '];
  const steps = words.flatMap((word, i): Step[] => [{ show: word }, { gate: String(i) }]);
  await thread.start([steps]);
  const early = reading(thread.follow({ mode: 'custom' }));
  for (const i of [1, 2, 3]) {
    await early.has(({ length }) => length === i);
    if (i < 3) openGate(thread, String(i - 1));
  }
  const late = reading(thread.follow({ mode: 'custom' }));
  await late.has(({ length }) => length === 1);
  openGate(thread, '2');
  for (const reader of [early, late]) await reader.has((items) => textOf(items).endsWith('four '));
  openGate(thread, '3');
  expect((await early.ended).map((item) => 'chunk' in item && item.chunk)).toEqual(words);
  expect((await late.ended).map((item) => 'chunk' in item && item.chunk)).toEqual(['one two three ', 'four ']);
});

test('P2: before what a task shows anew, a reader is told to forget what it was shown', async () => {
  const thread = plays();
  const steps: Step[] = [
    { reset: true },
    { show: 'Hallo' },
    { gate: 'reset' },
    { reset: true },
    { show: 'Hello' },
    end,
  ];
  const shown = reading(thread.stream([steps], { mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  openGate(thread, 'reset');
  await shown.has((items) => textOf(items).endsWith('Hello'));
  const late = reading(thread.follow({ mode: 'custom' }));
  await late.has(({ length }) => length === 1);
  openGate(thread, 'end');
  expect(textOf(await shown.ended)).toBe('Hallo\nHello');
  expect(textOf(await late.ended)).toBe('Hello');
});

test('P2: before the preview of a new attempt, a reader is told to forget that of the failed one', async () => {
  const thread = plays();
  const input: Step[][] = [
    [{ show: 'first' }, { gate: 'fail' }, { fail: 'once more' }],
    [{ gate: 'second' }, { show: 'second' }, end],
  ];
  const shown = reading(thread.stream(input, { mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  openGate(thread, 'fail');
  // It is told as soon as the next attempt is known, which has shown nothing.
  await shown.has(({ length }) => length === 2);
  openGate(thread, 'second');
  await shown.has(({ length }) => length === 3);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([
    { ...about, kind: 'chunk', chunk: 'first' },
    { ...about, attempt: 2, kind: 'reset' },
    { ...about, attempt: 2, kind: 'chunk', chunk: 'second' },
  ]);
});

test('P2: what a task has shown that fails in the end is void, in each mode', async () => {
  const thread = plays();
  const failing: Step[] = [{ show: 'a' }, { say: { kind: 'text', text: 'b' } }, { gate: 'fail' }, { fail: 'for good' }];
  const attempts: Step[][] = [[{ fail: 'once' }], [{ fail: 'twice' }], failing];
  const shown = reading(thread.stream(attempts, { mode: ['custom', 'messages'] }));
  await shown.has(({ length }) => length === 2);
  openGate(thread, 'fail');
  await expect(shown.ended).rejects.toThrow('for good');
  expect(shown.items.map(([mode, { kind }]) => [mode, kind])).toEqual([
    ['custom', 'chunk'],
    ['messages', 'text'],
    ['custom', 'reset'],
    ['messages', 'reset'],
  ]);
});

test('P2: a pass that asks and then runs again begins its preview anew', async () => {
  const thread = plays();
  const input: Step[][] = [[{ show: 'before ' }, { gate: 'ask' }, { ask: 'Go on?' }, { show: 'after' }, end]];
  const first = reading(thread.stream(input, { mode: ['custom', 'interrupts'] }));
  await first.has((items) => items.some(([mode]) => mode === 'custom'));
  openGate(thread, 'ask');
  await first.ended;
  const from = first.cursor()!;
  await thread.resume('yes');
  const second = reading(thread.follow({ mode: 'custom', from }));
  await second.has((items) => textOf(items).endsWith('after'));
  openGate(thread, 'end');
  expect(textOf(await second.ended)).toBe('\nbefore after');
});

test('P2: tasks that run in parallel are shown beside each other', async () => {
  const thread = own.test.client.thread(newId(), 'playsAll');
  const tasks = ['a', 'b', 'c'].map((text): Step[][] => [[{ show: text }, end]]);
  const shown = reading(thread.stream(tasks, { mode: 'custom' }));
  await shown.has(({ length }) => length === 3);
  openGate(thread, 'end');
  const items = await shown.ended;
  expect(new Map(items.map(({ id, ...item }) => [id, 'chunk' in item && item.chunk]))).toEqual(
    new Map([
      ['play:1', 'a'],
      ['play:2', 'b'],
      ['play:3', 'c'],
    ]),
  );
  expect(items).toHaveLength(3);
});

test('P2: of a long preview, a reader that comes late gets the end, and how much is missing', async () => {
  const thread = plays();
  const max = 64 * 1024;
  await thread.start([[{ repeat: 'x', times: max / 2 }, { repeat: 'x', times: max / 2 }, { show: 'yz' }, end]]);
  const shown = reading(thread.follow({ mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  openGate(thread, 'end');
  expect(await shown.ended).toEqual([{ ...about, kind: 'chunk', chunk: `${'x'.repeat(max - 2)}yz`, skipped: 2 }]);
});

test('P2: a cursor from the middle of a sentence goes on there, and repeats nothing', async () => {
  const thread = plays();
  const say = (text: string): Step => ({ say: { kind: 'text', text } });
  await thread.start([[say('Hello, '), { gate: 'on' }, say('world'), end]]);
  const first = reading(thread.follow({ mode: 'messages' }));
  await first.has(({ length }) => length === 1);
  const from = first.cursor()!;
  await first.leave();
  openGate(thread, 'on');
  const second = reading(thread.follow({ from, mode: 'messages' }));
  await second.has(({ length }) => length === 1);
  openGate(thread, 'end');
  expect(await second.ended).toEqual([{ ...about, kind: 'text', text: 'world' }]);
});

test('P2: a reader that comes back between two items of one event is not shown again what that event ended', async () => {
  const thread = own.test.client.thread(newId(), 'playsAll');
  const say = (text: string): Step => ({ say: { kind: 'text', text } });
  const message: AssistantMessage = { role: 'assistant', content: 'Hello' };
  const ends: Step[] = [say('Hel'), { gate: 'first' }, { returns: message }];
  // A history that is not short is read from the cursor on.
  const before = Array.from({ length: 20 }, (): Step[][] => [[{ returns: 1 }]]);
  await thread.start([...before, [ends], [[say('Good'), end]]]);
  const stays = reading(thread.follow({ mode: ['messages', 'updates'] }));
  const first = thread.follow({ mode: ['messages', 'updates'] });
  const items: unknown[] = [];
  for await (const [mode, item] of first) {
    items.push(item);
    if (items.length === 22) openGate(thread, 'first');
    if (mode === 'messages' && item.kind === 'message') break;
  }
  const again = reading(thread.follow({ mode: ['messages', 'updates'], from: first.cursor! }));
  await again.has(({ length }) => length > 0);
  openGate(thread, 'end');
  expect((await again.ended).slice(0, 1)).toEqual([['updates', { play: message }]]);
  expect(again.items.filter(([mode, item]) => mode === 'messages' && item['id'] === 'play:21')).toEqual([]);
  await stays.ended;
});

test('P2: what a call has shown is void after a reset, also for a reader that comes back later', async () => {
  const thread = own.test.client.thread(newId(), 'playsAll');
  await thread.start([[[{ show: 'Hello' }, { gate: 'say' }, { show: ' again' }, end]], [[{ gate: 'other' }]]]);
  const shown = reading(thread.follow({ mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  const from = shown.cursor()!;
  openGate(thread, 'other');
  // The history that the new run begins with has the call.
  await resetToLast(thread, 2);
  const back = reading(thread.follow({ mode: 'custom', from }));
  for (const reader of [shown, back]) await reader.has((items) => textOf(items).endsWith('\nHello'));
  openGate(thread, 'say');
  openGate(thread, 'end');
  for (const reader of [shown, back]) await reader.ended;
  expect(textOf(shown.items)).toMatch(/^Hello\nHello( again)?$/);
  expect(textOf(back.items)).toMatch(/^\nHello( again)?$/);
});

test('P1: a task without heartbeats shows nothing, and works', async () => {
  const thread = own.test.client.thread(newId(), 'playsMute');
  expect(await reading(thread.stream([[{ show: 'lost' }]], { mode: ['custom', 'updates'] })).ended).toEqual([
    ['updates', { play: 'done' }],
    ['updates', { playsMute: 'done' }],
  ]);
});
