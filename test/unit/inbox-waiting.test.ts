/** What people are told about an answer that waits. */
import { expect, test } from 'vitest';
import { whyItWaits } from '../../src/inbox/waiting.ts';

test('a program that is only slow is not said to be away', () => {
  expect(whyItWaits(undefined, 'answer')).toBe(
    'The program that asked has not taken this yet. Your answer is kept, and counts as soon as it has.',
  );
  expect(whyItWaits({ kind: 'no worker', taskQueue: 'q' }, 'answer')).toContain('is not running');
});
