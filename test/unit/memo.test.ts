/** A workflow's memo, read: questions in order, the last one that closed, the last turn. */
import { expect, test } from 'vitest';
import { byId, readClosed, readKey, readMemo, readTurn } from '../../src/client/server/memo.ts';

test('open questions come by the time of asking, then by id; a removed key and other keys are not questions', () => {
  const at = '2026-07-01T09:00:00.000Z';
  const memo = {
    'holdpoint/b:2': { value: 'b', askedAt: at },
    'holdpoint/ask:1#10': { value: 10, askedAt: at },
    'holdpoint/ask:1#2': { value: 2, askedAt: at },
    'holdpoint/early:1': { value: null, askedAt: '2026-07-01T08:00:00.000Z' },
    'holdpoint/gone:1': null,
    'holdpoint/never:1': undefined,
    'holdpoint:closed': { id: 'gone:1', run: 'r', at },
    own: { value: 1 },
  };
  expect(readMemo(memo, 'r').map(({ id, run }) => `${run} ${id}`)).toEqual([
    'r early:1',
    'r ask:1#2',
    'r ask:1#10',
    'r b:2',
  ]);
  expect(readClosed(memo)).toEqual({ id: 'gone:1', run: 'r', at });
});

test('a question that was cut down to nothing has the value null', () => {
  expect(readMemo({ 'holdpoint/ask:1': { truncated: true } }, 'r')).toEqual([
    { id: 'ask:1', run: 'r', value: null, askedAt: '', truncated: true },
  ]);
});

test.each([undefined, null, 'text', 1, [], {}])("a user's own %j is no closed question", (own) => {
  expect(readClosed({ 'holdpoint:closed': own })).toBeUndefined();
});

test('a plain thread has only a key where one with memory has a turn', () => {
  expect([readTurn({ turn: { key: 'k' } }), readKey({ turn: { key: 'k' } })]).toEqual([undefined, 'k']);
  const turn = { n: 2, runId: 'r', key: 'k', status: 'running' };
  expect([readTurn({ turn }), readKey({ turn })]).toEqual([turn, 'k']);
  expect([readTurn({}), readKey({})]).toEqual([undefined, undefined]);
});

test('ids are compared as people count', () => {
  expect(['a:10', 'a:9', 'a:1#2', 'a:1'].map((id) => ({ id })).toSorted(byId)).toEqual([
    { id: 'a:1' },
    { id: 'a:1#2' },
    { id: 'a:9' },
    { id: 'a:10' },
  ]);
});
