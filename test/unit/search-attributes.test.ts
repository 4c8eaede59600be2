/** The terms by which the server finds a waiting thread, within the limits of a search attribute. */
import { expect, test } from 'vitest';
import { hasLabels, waitingTerms } from '../../src/protocol/search-attributes.ts';

test('an attribute has a value even without an open question, or it would never be set', () => {
  expect(waitingTerms([], true)).toEqual(['nothing']);
  expect(waitingTerms([{}], true)).toEqual(['nothing']);
});

test('each task and assignee once, oldest question first', () => {
  const open = [{ task: 'ask', assignees: ['ann', 'group:finance'] }, { assignees: ['ann'] }, { task: 'other' }];
  expect(waitingTerms(open, true)).toEqual(['task:ask', 'assignee:ann', 'assignee:group:finance', 'task:other']);
});

test('each tag and priority, unless the list is one of an earlier version', () => {
  const open = [
    { assignees: ['ann'], tags: ['eu', 'refund'], priority: 'high' },
    { tags: ['eu'], priority: 'normal' },
  ] as const;
  const terms = ['assignee:ann', 'tag:eu', 'tag:refund', 'priority:high', 'priority:normal'];
  expect(waitingTerms(open, true)).toEqual(terms);
  expect(waitingTerms(open, false)).toEqual(['assignee:ann']);
  expect([...open, {}].map(hasLabels)).toEqual([true, true, false]);
});

test('terms that do not fit are left out, and the list says so', () => {
  expect(waitingTerms([{ task: 'ask', assignees: ['x'.repeat(300)] }], true)).toEqual(['task:ask', 'more']);
  const many = waitingTerms(
    Array.from({ length: 1000 }, (_, i) => ({ assignees: [`person-${i}`] })),
    true,
  );
  expect(many.at(-1)).toBe('more');
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThan(2048);
});
