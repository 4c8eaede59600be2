/** The names on the wire: ids of calls, questions and notifications, and what tells them apart. */
import { expect, test } from 'vitest';
import {
  callId,
  isNotification,
  isTaskCall,
  notifyId,
  questionId,
  taskOfCall,
  unregisteredCall,
  unregisteredSummary,
} from '../../src/protocol/names.ts';

test('the first question of a call has its id, the others are counted (I3)', () => {
  const call = callId('ask', 2);
  expect([1, 2, 3].map((k) => questionId(call, k))).toEqual(['ask:2', 'ask:2#2', 'ask:2#3']);
  expect(taskOfCall(call)).toBe('ask');
});

test.each<[type: string, id: string, isCall: boolean]>([
  ['ask', 'ask:1', true],
  ['ask', 'ask:10', true],
  ['a:b', 'a:b:1', true],
  ['ask', 'ask:0', false],
  ['ask', 'ask:01', false],
  ['ask', 'ask', false],
  ['ask', 'other:1', false],
  ['ask', '7', false],
  ['notify', notifyId('ask:1', 'opened'), false],
])('activity %j with the id %j is a call of a task: %s (T4)', (type, id, isCall) => {
  expect(isTaskCall(type, id)).toBe(isCall);
});

test('a notification is known by its id (R9)', () => {
  expect(isNotification(notifyId('ask:1', 'closed'))).toBe(true);
  expect(isNotification('notify:1')).toBe(false);
});

test('the timer of a call whose task no worker has names the call (T8)', () => {
  expect(unregisteredCall(unregisteredSummary('added:1'))).toBe('added:1');
  for (const summary of [undefined, null, 7, '', 'a timer of the body'])
    expect(unregisteredCall(summary)).toBeUndefined();
});
