/** What a waiting thread is found by, within the limits of a search attribute. */
import { expect, test } from 'vitest';
import { waitingTerms } from '../../src/protocol/search-attributes.ts';

test('no open question is a value too: an attribute without one would never be set', () => {
  expect(waitingTerms([])).toEqual(['nothing']);
  expect(waitingTerms([{}])).toEqual(['nothing']);
});

test('each task and assignee once, oldest question first', () => {
  const open = [{ task: 'ask', assignees: ['ann', 'group:finance'] }, { assignees: ['ann'] }, { task: 'other' }];
  expect(waitingTerms(open)).toEqual(['task:ask', 'assignee:ann', 'assignee:group:finance', 'task:other']);
});

test('what does not fit is cut, and says so', () => {
  expect(waitingTerms([{ task: 'ask', assignees: ['x'.repeat(300)] }])).toEqual(['task:ask', 'more']);
  const many = waitingTerms(Array.from({ length: 1000 }, (_, i) => ({ assignees: [`person-${i}`] })));
  expect(many.at(-1)).toBe('more');
  expect(Buffer.byteLength(JSON.stringify(many))).toBeLessThan(2048);
});
