/** The terms by which the server finds a waiting thread, within the limits of a search attribute. */
import { expect, test } from 'vitest';
import { waitingTerms } from '../../src/protocol/search-attributes.ts';

test('an attribute has a value even without an open question, or it would never be set', () => {
  expect(waitingTerms([])).toEqual(['nothing']);
  expect(waitingTerms([{}])).toEqual(['nothing']);
});

test('each task and assignee once, oldest question first', () => {
  const open = [{ task: 'ask', assignees: ['ann', 'group:finance'] }, { assignees: ['ann'] }, { task: 'other' }];
  expect(waitingTerms(open)).toEqual(['task:ask', 'assignee:ann', 'assignee:group:finance', 'task:other']);
});

test('terms that do not fit are left out, and the list says so', () => {
  expect(waitingTerms([{ task: 'ask', assignees: ['x'.repeat(300)] }])).toEqual(['task:ask', 'more']);
  const many = waitingTerms(Array.from({ length: 1000 }, (_, i) => ({ assignees: [`person-${i}`] })));
  expect(many.at(-1)).toBe('more');
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThan(2048);
});
