/** The chunks and messages of the handler are those of the AI SDK. */
import type { UIMessage, UIMessageChunk } from 'ai';
import type { UIMessage as UIMessage6 } from 'ai6';
import { agUiHandler, uiMessageHandler, type ChatData, type ChatMetadata } from 'holdpoint/chat';
import { connect, type Holdpoint } from 'holdpoint/client';
import { entrypoint } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import type { UiChunk, UiMessage } from '../../src/chat/ui-messages.ts';

type Page = UIMessage<ChatMetadata, ChatData>;

test('each chunk is one of the AI SDK', () => {
  expectTypeOf<UiChunk>().toExtend<UIMessageChunk<ChatMetadata, ChatData>>();
});

test('each message is one of the AI SDK, with our data parts and metadata', () => {
  expectTypeOf<UiMessage>().toExtend<Page>();
});

test('a page with `ai` 6 knows all parts of messages and their states', () => {
  expectTypeOf<UiMessage>().toExtend<UIMessage6<ChatMetadata, ChatData>>();
});

test('the handler takes a client of any workflows, and an entrypoint by name or as itself', async () => {
  const support = entrypoint('support', async (_messages: readonly object[]) => 'done');
  const client = await connect<{ support: typeof support }>();
  expectTypeOf(uiMessageHandler({ client, entrypoint: 'support' })).toEqualTypeOf<
    (request: Request) => Promise<Response>
  >();
  uiMessageHandler({ client: await connect(), entrypoint: support, authorize: () => ({ actor: 'ann' }) });
  uiMessageHandler({ client: {} as Holdpoint, entrypoint: support, authorize: async () => false });
  uiMessageHandler({ client, entrypoint: 'support', sdk: 5 });
  // @ts-expect-error there is no such version
  uiMessageHandler({ client, entrypoint: 'support', sdk: 4 });
  // @ts-expect-error a page of AG-UI has no version of `ai`
  agUiHandler({ client, entrypoint: 'support', sdk: 5 });
  // @ts-expect-error a client is a must
  uiMessageHandler({ entrypoint: 'support' });
  // @ts-expect-error who may use a thread is a boolean or a visitor
  uiMessageHandler({ client, entrypoint: 'support', authorize: () => 'yes' });
});
