/** examples/langchain: a ReAct loop over messages of LangChain's, with the real package (T7, R2, I2). */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  AIMessage,
  HumanMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessageToChatMessage,
  type StoredMessage,
} from '@langchain/core/messages';
import { Command } from 'holdpoint/client';
import type { Test } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as activities from '../../examples/langchain/activities.ts';
import type * as workflows from '../../examples/langchain/workflows.ts';
import { startTest } from './fixtures/start-test.ts';
import { replay } from './fixtures/scenario.ts';

const workflowsPath = fileURLToPath(new URL('../../examples/langchain/workflows.ts', import.meta.url));

let started: Test<typeof workflows>;
beforeAll(async () => {
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

const stored = (text: string): StoredMessage[] => mapChatMessagesToStoredMessages([new HumanMessage(text)]);

test('T7: the loop goes on with the calls of a message, asks, and remembers all messages as LangChain stores them', async () => {
  const thread = started.client.thread(`langchain-${randomUUID()}`, 'agent');
  expect(await thread.invoke(stored('Rome'))).toMatchObject({
    interrupts: [{ id: 'callTool:2', value: { query: 'Rome' } }],
  });
  const { value } = await thread.invoke(new Command({ resume: 'It is lovely.' }));
  const message = mapStoredMessageToChatMessage(value!);
  expect(message).toBeInstanceOf(AIMessage);
  expect(message.text).toBe('1: It is sunny in Rome. It is lovely.');

  // The model gets instances of its classes again, also for the messages of the turn before.
  await thread.invoke(stored('Oslo'));
  const second = await thread.invoke(new Command({ resume: 'It is cold.' }));
  expect(mapStoredMessageToChatMessage(second.value!).text).toBe('2: It is sunny in Oslo. It is cold.');
  const { saved } = await thread.state();
  expect(saved).toHaveLength(10);
});
