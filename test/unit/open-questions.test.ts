/** The open questions of a run, as the changes of its memo open, change and close them (S5 A9 A12). */
import { expect, test } from 'vitest';
import { OpenQuestions } from '../../src/client/reading/open-questions.ts';
import { itemsOf } from '../../src/client/reading/stream-modes.ts';
import type { PassQuestion } from '../../src/protocol/envelopes.ts';
import type { Interrupt } from '../../src/protocol/shapes.ts';

const at = '2026-07-01T09:00:00.000Z';
const place = { run: 'run', at };
const asked = { run: 'run', task: 'ask', value: 'Ship it?', askedAt: at };
const changed = { id: 'ask:1', run: 'run', how: 'reassigned', actor: 'eve', at };

function opened(entry: object, findAsked?: () => PassQuestion): OpenQuestions {
  const questions = new OpenQuestions(findAsked ?? (() => undefined));
  questions.change({ 'holdpoint/ask:1': entry }, place);
  return questions;
}

test('A12: a change of a question that is open already is a change and no opening, and says who made it', () => {
  const questions = opened({ ...asked, assignees: ['ann'] });
  const memo = { 'holdpoint/ask:1': { ...asked, assignees: ['ben'] }, 'holdpoint:changed': changed };
  const step = questions.change(memo, place);
  const interrupt = { ...asked, id: 'ask:1', assignees: ['ben'] };
  expect(step).toEqual({ changed: [{ interrupt, changed }] });
  expect(itemsOf('interrupts', step)).toEqual([{ kind: 'changed', interrupt, how: 'reassigned', actor: 'eve', at }]);
  expect(itemsOf('updates', step)).toEqual([]);
  expect(questions.list()).toEqual([interrupt]);
});

test('A12: what is known of a change of another question is not said of this one', () => {
  const questions = opened(asked);
  const other = { ...changed, id: 'ask:2' };
  const step = questions.change({ 'holdpoint/ask:1': asked, 'holdpoint:changed': other }, place);
  expect(step.changed).toEqual([{ interrupt: { ...asked, id: 'ask:1' }, changed: undefined }]);
});

test('A12: a question that is cut by its change stays whole for whoever read it whole', () => {
  const value = 'long '.repeat(100);
  const questions = opened({ ...asked, value, description: 'More', assignees: ['ann'] });
  const cut = { ...asked, value: value.slice(0, 200), assignees: ['ben'], truncated: true };
  questions.change({ 'holdpoint/ask:1': cut }, place);
  const whole: Interrupt = { ...asked, id: 'ask:1', value, description: 'More', assignees: ['ben'] };
  expect(questions.list()).toEqual([whole]);
});

test('A12: a task asked of others than the question is for by now', () => {
  const question = { value: 'whole', hash: 'h', assignees: ['ann'] };
  const questions = opened({ ...asked, value: 'who', truncated: true }, () => question);
  expect(questions.list()).toMatchObject([{ value: 'whole', assignees: ['ann'] }]);
  questions.change({ 'holdpoint/ask:1': { ...asked, value: 'who', assignees: ['ben'], truncated: true } }, place);
  expect(questions.list()).toEqual([{ ...asked, id: 'ask:1', value: 'whole', assignees: ['ben'] }]);
});

test('S5: a question whose rest is read from its task has only what people are shown', () => {
  const shown = { value: 'whole', title: 'Pay', tags: ['money'], problems: [{ path: '', message: 'too much' }] };
  const decision = { type: 'edit', how: 'answered', at } as const;
  const others = { hash: 'h', replaces: ['ask:0'], rejects: 'ask:0', timeout: 1, remind: 1, due: 1, decision };
  const questions = opened({ ...asked, truncated: true }, () => ({ ...shown, ...others }));
  expect(questions.list()).toEqual([{ ...asked, id: 'ask:1', ...shown }]);
});

test('A12: a question that was cut to the least by its change does not keep the assignees of before', () => {
  const questions = opened({ ...asked, assignees: ['ann'] });
  questions.change({ 'holdpoint/ask:1': { run: 'run', task: 'ask', askedAt: at, truncated: true } }, place);
  expect(questions.list()).toEqual([{ ...asked, id: 'ask:1', truncated: true }]);
});

test('A12: a question that has changed closes like any other', () => {
  const questions = opened(asked);
  questions.change({ 'holdpoint/ask:1': { ...asked, assignees: ['ben'] } }, place);
  const closed = { id: 'ask:1', run: 'run', how: 'answered', at };
  expect(questions.change({ 'holdpoint/ask:1': null, 'holdpoint:closed': closed }, place)).toEqual({
    closed: [closed],
  });
  expect(questions.size).toBe(0);
});
