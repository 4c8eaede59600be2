/** `holdpoint follow --tokens` and `start --follow --tokens`: the words of a model, and what tasks show, as they come. */
import { expect, test } from 'vitest';
import { holdpoint, onTerminal } from './fixtures/command-line.ts';
import { openGate } from './fixtures/gates.ts';
import { newId, usePreviews } from './fixtures/preview-scenario.ts';
import type { Step } from './fixtures/preview-activities.ts';

const previews = usePreviews();

const env = { NO_COLOR: '1' };

/** A model that says something, calls a tool, and waits for the gates of the test in between. */
const CALL = { id: 'call_1', type: 'function', function: { name: 'refund', arguments: '{"amount":80}' } };
const TALK: readonly Step[] = [
  { say: { kind: 'reasoning', text: 'A refund?' } },
  { say: { kind: 'text', text: 'I will ' } },
  { gate: 'begun' },
  { say: { kind: 'text', text: 'pay\n it back.' } },
  { say: { kind: 'call', index: 0, name: 'refund' } },
  { say: { kind: 'arguments', index: 0, text: '{"amount":80}' } },
  { gate: 'called' },
  { returns: { role: 'assistant', content: 'I will pay\n it back.', tool_calls: [CALL] } },
];

test('follow --tokens types along, each word once, and prints the message with its calls at the end (P2)', async () => {
  const id = newId();
  await previews.test.client.thread(id, 'plays').start([TALK]);
  const terminal = onTerminal(['follow', id, '--tokens'], { columns: 200, env });
  await terminal.answer('I will ', '');
  expect(terminal.shown()).not.toContain('pay');
  openGate({ id }, 'begun');
  await terminal.answer('{"amount":80}', '');
  openGate({ id }, 'called');
  expect(await terminal.exited).toBe(0);
  const [typed = '', printed = ''] = terminal.shown().split(/(?=^play: \{)/m);
  expect(typed.replaceAll('\r', '')).toBe(
    'play: A refund?\nplay: I will pay\n it back.\nplay calls refund: {"amount":80}\n',
  );
  expect(printed).toContain('play: {"role":"assistant"');
  expect(printed).toContain('plays: ');
});

test('a message without calls is not printed twice, and what begins again says so (P2)', async () => {
  const id = newId();
  const attempts: readonly (readonly Step[])[] = [
    [{ say: { kind: 'text', text: 'Lost ' } }, { gate: 'lost' }, { fail: 'cut' }],
    [
      { say: { kind: 'text', text: 'Found \u001b[31m' } },
      { gate: 'found' },
      { returns: { role: 'assistant', content: 'Found \u001b[31mit.' } },
    ],
  ];
  await previews.test.client.thread(id, 'plays').start(attempts);
  const terminal = onTerminal(['follow', id, '--tokens'], { columns: 200, env });
  await terminal.answer('Lost ', '');
  openGate({ id }, 'lost');
  await terminal.answer('Found ', '');
  openGate({ id }, 'found');
  expect(await terminal.exited).toBe(0);
  const shown = terminal.shown().replaceAll('\r', '');
  // An escape sequence of a model does not reach the terminal.
  expect(shown).toContain(
    'play: Lost \nplay: (begins again)\nplay: Found \\x1b[31mit.\nplays: {"role":"assistant","content":"Found ',
  );
});

test('start --follow --tokens --json: each piece is a line with its cursor, from which another reader goes on (P2)', async () => {
  const id = newId();
  const steps: readonly Step[] = [{ show: { page: 1 } }, { gate: 'shown' }, { returns: 'read' }];
  const where = ['--thread', id, '--task-queue', previews.test.taskQueue];
  const args = ['start', 'plays', ...where, '--input', JSON.stringify([steps]), '--follow', '--tokens', '--json'];
  const terminal = onTerminal(args, { columns: 4000, env });
  await terminal.answer('"page":1', '');
  openGate({ id }, 'shown');
  expect(await terminal.exited).toBe(0);
  const lines = terminal.shown().trim().split('\r\n');
  const [started, shown, ...rest] = lines.map((line) => JSON.parse(line) as { readonly cursor: string });
  expect(started).toMatchObject({ started: { thread: id } });
  expect(shown).toMatchObject({
    custom: { task: 'play', id: 'play:1', attempt: 1, kind: 'chunk', chunk: { page: 1 } },
  });
  expect(rest).toMatchObject([{ update: { play: 'read' } }, { update: { plays: 'read' } }]);
  const { out } = await holdpoint(['follow', id, '--tokens', '--from', shown!.cursor]);
  expect(out).toBe('play: read\nplays: read\n');
});

test('--tokens is refused where it means nothing (R10)', async () => {
  const wrong = async (...args: string[]): Promise<string> => (await holdpoint(args)).err;
  expect(await wrong('follow', '--tokens')).toContain('work for one thread: name the thread');
  expect(await wrong('follow', 'x', '--tokens', '--tasks')).toContain('leave one of them out');
  expect(await wrong('start', 'plays', '--tokens')).toContain('`--tokens` works only with `--follow`');
  const { err } = await holdpoint(['follow', 'x', '--tokens', '--previews', 'http://secret@host']);
  expect(err).toContain('Expected `--previews` to be the URL of a Redis');
  expect(err).not.toContain('secret');
});
