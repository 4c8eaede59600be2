/** How runs and turns end: what their last events say. */
import { expect, test } from 'vitest';
import { endOfFirstTurn, isRunEnd, isTurn, readRunEnd, readTurnEnd } from '../../src/client/reading/ends.ts';
import type { HistoryEvent } from '../../src/client/server/events.ts';
import { decode, eventsOf, files } from '../histories/recorded.ts';

/** An event with only these attributes. */
function event(attributes: string, fields: object = {}): HistoryEvent {
  // The readers look at nothing else of an event.
  return { attributes, [attributes]: fields } as unknown as HistoryEvent;
}

test.each([
  ['workflowExecutionCompletedEventAttributes', {}, { kind: 'completed', value: undefined }],
  ['workflowExecutionContinuedAsNewEventAttributes', { newExecutionRunId: 'r2' }, { kind: 'continued', run: 'r2' }],
  ['workflowExecutionFailedEventAttributes', {}, { kind: 'failed' }],
  ['workflowExecutionFailedEventAttributes', { newExecutionRunId: 'r2' }, { kind: 'continued', run: 'r2' }],
  ['workflowExecutionTimedOutEventAttributes', {}, { kind: 'failed' }],
  ['workflowExecutionCanceledEventAttributes', {}, { kind: 'failed' }],
  ['workflowExecutionTerminatedEventAttributes', {}, { kind: 'failed', isTerminated: true }],
])('%s %j is %j', async (attributes, fields, end) => {
  expect(await readRunEnd(event(attributes, fields), decode)).toEqual(end);
  expect(isRunEnd(event(attributes, fields))).toBe(true);
});

test.each(files)('%s: an event that ends a run has an end, and no other has', async (file) => {
  for (const one of eventsOf(file)) expect((await readRunEnd(one, decode)) !== undefined).toBe(isRunEnd(one));
});

test('the first turn ends in the memo, with its value or its error', () => {
  const turn = { n: 1, runId: 'r', key: 'k' };
  expect(endOfFirstTurn({ ...turn, status: 'completed', value: 7 })).toEqual({
    n: 1,
    key: 'k',
    kind: 'completed',
    value: 7,
  });
  expect(endOfFirstTurn({ ...turn, status: 'canceled' })).toEqual({ n: 1, key: 'k', kind: 'failed' });
  const error = { message: 'no' };
  expect(endOfFirstTurn({ ...turn, status: 'failed', error })).toEqual({ n: 1, key: 'k', kind: 'failed', error });
});

test('a later turn ends with its update', async () => {
  const attributes = 'workflowExecutionUpdateCompletedEventAttributes';
  expect(await readTurnEnd(event(attributes, { outcome: { failure: {} } }), decode, { n: 2, key: 'k' })).toEqual({
    n: 2,
    key: 'k',
    kind: 'failed',
  });
  expect(await readTurnEnd(event(attributes, { outcome: { success: {} } }), decode, { n: 2, key: 'k' })).toEqual({
    n: 2,
    key: 'k',
    kind: 'completed',
    value: undefined,
  });
});

test('a turn is known by its key or, where no key is wanted, by its number', () => {
  expect(isTurn({ key: 'a' }, { n: 1, key: 'a' })).toBe(true);
  expect(isTurn({ key: 'a', n: 1 }, { n: 1, key: 'b' })).toBe(false);
  expect(isTurn({ n: 1 }, { n: 1, key: 'b' })).toBe(true);
  expect(isTurn({ n: 1 }, { key: 'b' })).toBe(false);
});
