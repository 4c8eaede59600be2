/** The options of the chat handlers: a wrong one is refused before there is a request (R10). */
import { Client } from '@temporalio/client';
import { agUiHandler, uiMessageHandler, type ChatOptions } from 'holdpoint/chat';
import { Holdpoint } from 'holdpoint/client';
import { expect, test } from 'vitest';

/** It connects with the first request. */
const client = new Holdpoint({ client: new Client() });
const right: ChatOptions = { client, entrypoint: 'support' };

test.each([
  ['client', undefined, 'Expected `client` to be what `connect` returned'],
  ['entrypoint', '', 'Expected `entrypoint` to be its name'],
  ['authorize', 'yes', 'Expected `authorize` to be a function'],
  ['input', {}, 'Expected `input` to be a function'],
  ['keepAlive', 0, "Expected `keepAlive` to be a time from 1 millisecond to '24 days', got `0`"],
  // A timer of Node's with a longer time fires at once, and again and again.
  ['keepAlive', '25 days', 'Expected `keepAlive` to be a time'],
  ['maxBytes', 0.5, 'Expected `maxBytes` to be a positive integer'],
  ['authorise', () => true, 'got one with the name `authorise`'],
])('%s: %s is refused by both handlers', (name, value, message) => {
  const options = { ...right, [name]: value } as ChatOptions;
  expect(() => uiMessageHandler(options)).toThrow(message);
  expect(() => agUiHandler(options)).toThrow(message);
});

test('the version of `ai` is an option of its own handler', () => {
  expect(() => uiMessageHandler({ ...right, sdk: 4 as 5 })).toThrow('Expected `sdk` to be 5, 6 or 7, got `4`');
  expect(() => agUiHandler({ ...right, sdk: 5 } as ChatOptions)).toThrow('got one with the name `sdk`');
});
