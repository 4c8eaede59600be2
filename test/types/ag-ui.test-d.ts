/** What `agUiHandler` sends, compared with the types of `@ag-ui/core`. */
import type {
  AssistantMessage,
  Event,
  Interrupt,
  Message,
  PROTOCOL_VERSION,
  ReasoningMessage,
  RunFinishedOutcome,
  ToolMessage,
  UserMessage,
} from '@ag-ui/core';
import { agUiHandler } from 'holdpoint/chat';
import { expectTypeOf, test } from 'vitest';
import type {
  AG_UI_VERSION,
  AgUiAssistantMessage,
  AgUiEvent,
  AgUiInterrupt,
  AgUiMessage,
  AgUiOutcome,
  AgUiReasoningMessage,
  AgUiToolMessage,
  AgUiUserMessage,
} from '../../src/chat/ag-ui-events.ts';

/** A type as it is sent: a member of an enumeration is its text. */
type Sent<Type> = Type extends string
  ? `${Type}`
  : Type extends object
    ? { [Key in keyof Type]: Sent<Type[Key]> }
    : Type;

type Known = Sent<Event>;

test('each event is one of the protocol, and has no field that the protocol does not know', () => {
  expectTypeOf<AgUiEvent>().toExtend<Known>();
  type Fields<Type> = Type extends unknown ? keyof Type : never;
  type Strange = {
    [Kind in AgUiEvent['type']]: Exclude<
      Fields<Extract<AgUiEvent, { type: Kind }>>,
      Fields<Extract<Known, { type: Kind }>>
    >;
  }[AgUiEvent['type']];
  expectTypeOf<Strange>().toEqualTypeOf<never>();
});

test('messages, interrupts and outcomes are those of the protocol', () => {
  expectTypeOf<AgUiMessage>().toExtend<Sent<Message>>();
  expectTypeOf<AgUiAssistantMessage>().toExtend<AssistantMessage>();
  expectTypeOf<AgUiReasoningMessage>().toExtend<ReasoningMessage>();
  expectTypeOf<AgUiToolMessage>().toExtend<ToolMessage>();
  expectTypeOf<AgUiUserMessage>().toExtend<UserMessage>();
  expectTypeOf<AgUiInterrupt>().toExtend<Interrupt>();
  expectTypeOf<AgUiOutcome>().toExtend<RunFinishedOutcome>();
  expectTypeOf<typeof AG_UI_VERSION>().toEqualTypeOf<typeof PROTOCOL_VERSION>();
});

test('the handler takes a web-standard request, and returns a response', () => {
  expectTypeOf(agUiHandler).returns.toEqualTypeOf<(request: Request) => Promise<Response>>();
});
