/** A question as the terminal shows it, and the commands that a message names. */
import { afterEach, expect, test } from 'vitest';
import { holdpointCommand, temporalCommand } from '../../src/cli/command-line.ts';
import { Output } from '../../src/cli/output.ts';
import {
  changedText,
  closedText,
  headline,
  labels,
  people,
  questionLines,
  shortBlock,
} from '../../src/cli/question.ts';
import type { Interrupt } from '../../src/protocol/shapes.ts';

const { stdout, stderr, argv } = process;
const out = new Output({ isJson: false, env: { NO_COLOR: '1' }, stdout, stderr });
const question: Interrupt = { id: 'refund:1', run: 'r', task: 'refund', value: 'Refund 120 €?', askedAt: '' };

afterEach(() => {
  process.argv = argv;
});

test('a question in full: what it asks, what the answer must be, and how to answer', () => {
  const asked: Interrupt = {
    ...question,
    title: 'Refund',
    value: { amount: 120, why: 'damaged' },
    description: 'The customer waits.\nThe order is fine.',
    assignees: ['ann', 'group:finance'],
    group: 'm1',
    priority: 'high',
    tags: ['eu', 'order'],
    confirm: 'refund A',
    schema: { type: 'object', required: ['approved'], properties: { approved: { type: 'boolean' } } },
    problems: [{ path: 'amount', message: 'too much' }],
  };
  expect(questionLines('ticket 42', asked, out)).toEqual([
    'refund:1  Refund',
    '  asks     {"amount":120,"why":"damaged"}',
    '  about    The customer waits.',
    '           The order is fine.',
    '  for      ann, group:finance',
    '  group    m1',
    '  confirm  refund A (a form asks to type this before it sends the answer)',
    '  priority high',
    '  tags     eu, order',
    '  problem  amount: too much',
    '  expects  { approved: true | false }',
    "  answer   holdpoint resume 'ticket 42' --id refund:1",
  ]);
});

test('on one line, a question is its title or its value', () => {
  expect(headline(question)).toBe('Refund 120 €?');
  expect(headline({ ...question, title: 'Refund' })).toBe('Refund');
  expect(headline({ ...question, value: { a: 1 } })).toBe('{"a":1}');
  expect(headline({ ...question, value: 'two\nlines\u001b[2J', truncated: true })).toBe(
    String.raw`two ↵ lines\x1b[2J …`,
  );
  expect(people({ ...question, assignees: ['ann', 'group:finance'] })).toBe('ann, group:finance');
  expect(people({ ...question, assignees: [] })).toBe('-');
});

test('a value that would fill the screen is cut, and the command that shows it is named', () => {
  expect(shortBlock('short', 't')).toBe('short');
  expect(shortBlock('x'.repeat(5000), 't')).toBe(`${'x'.repeat(3000)} …\n… To see all of it: holdpoint show t --json`);
  const lines = shortBlock(
    Array.from({ length: 99 }, (_, n) => n),
    't',
  ).split('\n');
  expect(lines).toHaveLength(31);
});

test('a question is due when it should be answered, or else when it closes', () => {
  const [dueAt, expiresAt] = ['2000-01-01T00:00:00.000Z', '2000-01-02T00:00:00.000Z'];
  const times = (asked: Partial<Interrupt>): string[] =>
    questionLines('t', { ...question, ...asked }, out)
      .filter((line) => line.includes('2000-'))
      .map((line) => line.replace(/\S+ \S+ ago/, '…'));
  expect(times({ dueAt, expiresAt })).toEqual([`  due      … (${dueAt})`, `  closes   … (${expiresAt})`]);
  expect(times({ dueAt })).toEqual([`  due      … (${dueAt})`]);
  expect(times({ expiresAt })).toEqual([`  due      … (${expiresAt})`]);
});

test('in lists a question has its tags, and its priority unless that is the usual one', () => {
  expect(labels({ ...question, priority: 'urgent', tags: ['eu', 'a b'] })).toBe('urgent #eu #a b');
  expect(labels({ ...question, priority: 'normal' })).toBe('');
  expect(labels(question)).toBe('');
});

test('A12: how a question changed is said in words', () => {
  const changed = { ...question, assignees: ['ben', 'group:finance'] };
  expect(changedText({ how: 'reassigned', actor: 'ann' }, changed)).toBe(
    'reassigned by ann: now for ben, group:finance',
  );
  expect(changedText({ how: 'reassigned' }, changed)).toBe('reassigned: now for ben, group:finance');
  expect(changedText({}, changed)).toBe('now for ben, group:finance');
});

test('how a question closed is said in words', () => {
  expect(closedText({ how: 'answered', actor: 'ann' })).toBe('answered by ann');
  expect(closedText({ how: 'answered' })).toBe('answered');
  expect(closedText({ how: 'default' })).toBe('time ran out: the default was taken');
  expect(closedText({ how: 'expired' })).toBe('time ran out');
  expect(closedText({ how: 'withdrawn' })).toBe('withdrawn: nothing waits for the answer any more');
  expect(closedText({})).toBe('the history does not say how');
});

test('a command that a message names repeats the connection, and no secret (O4)', () => {
  process.argv = ['node', 'holdpoint', 'show', 'x', '--namespace', 'prod', '--tls', '--api-key', 'secret', '--json'];
  expect(holdpointCommand('show', 'a b')).toBe("holdpoint show 'a b' --namespace prod --tls");
  process.argv = ['node', 'holdpoint', 'show', '--address=far:7233', '--data-converter', './c.js', '--', '--profile'];
  expect(holdpointCommand('resume', '--', 't', '-1')).toBe(
    'holdpoint resume --address=far:7233 --data-converter ./c.js -- t -1',
  );
  expect(temporalCommand('workflow', 'terminate', '-w', 't')).toBe(
    'temporal workflow terminate -w t --address=far:7233',
  );
});
