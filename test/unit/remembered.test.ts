/** The remembered decisions of a run: which one counts for a call, and which ones are kept. */
import { expect, test } from 'vitest';
import { MAX_REMEMBERED_BYTES, utf8Bytes } from '../../src/protocol/limits.ts';
import type { Remembered } from '../../src/protocol/remembered.ts';
import { RememberedDecisions } from '../../src/workflows/run/remembered.ts';

const at = '2026-01-01T00:00:00.000Z';

function decision(n: number, more: Partial<Remembered> = {}): Remembered {
  return { id: `callTool:${n}`, tool: 'refund', type: 'approve', at, ...more };
}

function remembering(...all: readonly Remembered[]): RememberedDecisions {
  const remembered = new RememberedDecisions();
  for (const one of all) remembered.add(one);
  return remembered;
}

test('the newest decision about the tool counts', () => {
  const remembered = remembering(decision(1), decision(2, { type: 'reject' }), decision(3, { tool: 'search' }));
  expect(remembered.find('refund', { order: 'A' })).toMatchObject({ id: 'callTool:2', type: 'reject' });
  expect(remembered.find('delete', { order: 'A' })).toBeUndefined();
});

test('a decision about arguments counts for the same arguments, in any order of their keys', () => {
  const remembered = remembering(decision(1, { args: { order: 'A', lines: [{ n: 1, of: 2 }] } }));
  expect(remembered.find('refund', { lines: [{ of: 2, n: 1 }], order: 'A' })?.id).toBe('callTool:1');
  expect(remembered.find('refund', { lines: [{ of: 2, n: 1 }], order: 'B' })).toBeUndefined();
  expect(remembered.find('refund', undefined)).toBeUndefined();
});

test('a decision counts until its time', () => {
  const remembered = remembering(decision(1), decision(2, { until: '2026-01-02T00:00:00.000Z' }));
  expect(remembered.find('refund', {}, Date.parse('2026-01-01T23:59:59.999Z'))?.id).toBe('callTool:2');
  expect(remembered.find('refund', {}, Date.parse('2026-01-02T00:00:00.000Z'))?.id).toBe('callTool:1');
});

test('a time that cannot be read counts as over', () => {
  expect(remembering(decision(1, { until: '2999-12-31T23:59:60Z' })).find('refund', {})).toBeUndefined();
});

test('a decision that was taken back counts for nothing', () => {
  const remembered = remembering(decision(1, { args: {} }), decision(2));
  expect(remembered.forget('callTool:2')).toBe(true);
  expect(remembered.forget('callTool:2')).toBe(false);
  expect(remembered.find('refund', {})?.id).toBe('callTool:1');
  expect(remembered.find('refund', { order: 'A' })).toBeUndefined();
});

test('the oldest decisions make room for new ones, and a decision that is too large for none', () => {
  const remembered = new RememberedDecisions();
  for (let n = 1; n <= 500; n++) remembered.add(decision(n, { args: { order: n } }));
  const kept = remembered.list();
  expect(kept.length).toBeGreaterThan(100);
  expect(utf8Bytes(JSON.stringify(kept))).toBeLessThanOrEqual(MAX_REMEMBERED_BYTES + 2);
  expect(kept.at(-1)?.id).toBe('callTool:500');
  expect(remembered.find('refund', { order: 1 })).toBeUndefined();
  expect(remembered.add(decision(501, { args: 'x'.repeat(MAX_REMEMBERED_BYTES) }))).toBe(false);
  expect(remembered.list()).toEqual(kept);
});

test('what is carried is remembered in the next run', () => {
  const carried: unknown = JSON.parse(JSON.stringify(remembering(decision(1), decision(2, { args: {} })).carry()));
  const next = new RememberedDecisions(carried as readonly Remembered[]);
  expect(next.find('refund', {})?.id).toBe('callTool:2');
  // A run of an earlier version carried nothing.
  expect(new RememberedDecisions(undefined).list()).toEqual([]);
});
