/** Whose answers count and the votes so far, in words (A11). */
import { expect, test } from 'vitest';
import { votesOf, votesText, whoseAnswersCount } from '../../src/protocol/votes.ts';

const vote = (actor: string, value?: unknown) => ({ actor, at: 'then', ...(value === undefined ? {} : { value }) });

test('only a question with a quorum has a count, which is that of the answer with the most votes', () => {
  expect(votesOf({})).toBeUndefined();
  expect(votesOf({ by: { only: 'assignees', quorum: 1 } })).toBeUndefined();
  expect(votesOf({ by: { quorum: 2 } })).toEqual({ count: 0, quorum: 2 });
  const votes = [vote('ann', { a: 1, b: 2 }), vote('bob', 'no'), vote('cleo', { b: 2, a: 1 })];
  expect(votesOf({ by: { quorum: 3 }, votes })).toEqual({ count: 2, quorum: 3 });
  expect(votesOf({ by: { quorum: 3 }, votes: [vote('ann')] })).toEqual({ count: 1, quorum: 3 });
  // Votes that were cut may be of the same answer, but then they would have closed the question.
  expect(votesOf({ by: { quorum: 2 }, votes: [vote('ann'), vote('bob')] })).toEqual({ count: 1, quorum: 2 });
});

test('what limits the answers is said, and nothing else', () => {
  expect(whoseAnswersCount({})).toEqual([]);
  expect(whoseAnswersCount({ by: { quorum: 1, not: [] } })).toEqual([]);
  expect(whoseAnswersCount({ by: { only: 'assignees', not: ['ann', 'bob'], quorum: 2 } })).toEqual([
    'only assignees may answer',
    'not ann, bob',
    '2 people must give the same answer',
  ]);
});

test('votes are shown with their answers, and a long answer is cut', () => {
  expect(votesText({})).toBeUndefined();
  expect(votesText({ votes: [vote('ann', true), vote('bob'), vote('cleo', 'x'.repeat(99))] })).toMatch(
    /^ann: true, bob, cleo: "x{58}…$/,
  );
});
