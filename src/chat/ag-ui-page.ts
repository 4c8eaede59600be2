/**
 * The messages of an AG-UI page, and the events that bring them to what a thread says.
 *
 * The page sends its messages with each request. So the handler knows what the page has, after a reload and on a second
 * tab, too: it sends what is missing of a message (C2). Where a message of the page is wrong, appending does not help, and the
 * page gets all messages anew (`MESSAGES_SNAPSHOT`).
 */
import { defined } from '../protocol/defined.ts';
import { assistantMessages, thoughtId, type Wanted, type WantedCall, type WantedResult } from './ag-ui-conversation.ts';
import type { AgUiAssistantMessage, AgUiEvent, AgUiMessage, AgUiToolCall, AgUiToolMessage } from './ag-ui-events.ts';

/** One page, for as long as it reads. Each method returns the events that the page needs. */
export class AgUiPage {
  #messages: AgUiMessage[];
  /** Messages that the page brought along. */
  readonly #brought: ReadonlySet<string>;
  #text: string | undefined;
  #reasoning: string | undefined;
  readonly #calls = new Set<string>();

  constructor(messages: readonly AgUiMessage[]) {
    this.#messages = [...messages];
    this.#brought = new Set(messages.map(({ id }) => id));
  }

  /** Its messages. */
  get messages(): readonly AgUiMessage[] {
    return this.#messages;
  }

  /** Adds messages of people that it does not have. */
  add(messages: readonly AgUiMessage[]): void {
    for (const message of messages)
      if (!this.#messages.some(({ id }) => id === message.id)) this.#messages.push(message);
  }

  /** The tool calls of messages with such an id that have no result. */
  unanswered(isOwn: (messageId: string) => boolean): readonly string[] {
    const answered = new Set(this.#messages.map((message) => (message.role === 'tool' ? message.toolCallId : '')));
    return this.#assistants()
      .filter(({ id }) => isOwn(id))
      .flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id))
      .filter((id) => !answered.has(id));
  }

  /** A message that is being written. What the page has of an earlier attempt stays as long as it is the same. */
  show(wanted: Wanted): readonly AgUiEvent[] {
    return this.#fits(wanted, false) ? this.#append(wanted) : this.#replace(wanted);
  }

  /** A message that is done. */
  finish(wanted: Wanted): readonly AgUiEvent[] {
    const events = this.#fits(wanted, true) ? this.#append(wanted) : this.#replace(wanted);
    return [...events, ...this.close()];
  }

  /** What the page has of a message is void. */
  remove(id: string): readonly AgUiEvent[] {
    const before = this.#messages;
    const thought = thoughtId(id);
    this.#messages = before
      .filter((message) => message.id !== id)
      // A page keeps the thoughts that are missing in a snapshot.
      .map((message) =>
        message.id === thought && message.role === 'reasoning' ? { ...message, content: '' } : message,
      );
    const isVoid = before.some((message) => message.id === id || message.id === thought);
    return isVoid ? this.#snapshot() : [];
  }

  /** The result of a tool call. */
  answer({ args, ...result }: WantedResult): readonly AgUiEvent[] {
    const edited = args !== undefined && this.#edit(result.toolCallId, args);
    const known = this.#messages.find(({ id }) => id === result.id);
    if (known?.role === 'tool' && known.content === result.content) return edited ? this.#snapshot() : [];
    if (known) {
      this.#messages = this.#messages.map((message) => (message === known ? toolMessage(result) : message));
      return this.#snapshot();
    }
    this.#insert(toolMessage(result));
    const { id, toolCallId, content, metadata } = result;
    const ended = this.#calls.delete(toolCallId) ? [{ type: 'TOOL_CALL_END', toolCallId } as const] : [];
    const event = { type: 'TOOL_CALL_RESULT', messageId: id, toolCallId, role: 'tool', content } as const;
    return [...ended, { ...event, ...defined({ metadata }) }, ...(edited ? this.#snapshot() : [])];
  }

  /** Ends what is being written. */
  close(): readonly AgUiEvent[] {
    const calls = [...this.#calls].map((toolCallId) => ({ type: 'TOOL_CALL_END', toolCallId }) as const);
    this.#calls.clear();
    return [...this.#endReasoning(), ...this.#endText(), ...calls];
  }

  #snapshot(): readonly AgUiEvent[] {
    return [...this.close(), { type: 'MESSAGES_SNAPSHOT', messages: [...this.#messages] }];
  }

  #assistants(): readonly AgUiAssistantMessage[] {
    return this.#messages.filter((message) => message.role === 'assistant');
  }

  #assistant(id: string): AgUiAssistantMessage | undefined {
    return this.#assistants().find((message) => message.id === id);
  }

  /** What the page has of a thought. A page may leave the thoughts of its messages out of its requests. */
  #thought(id: string): string | undefined {
    const message = this.#messages.find((one) => one.id === thoughtId(id));
    if (message?.role === 'reasoning') return message.content;
    return this.#brought.has(id) ? undefined : '';
  }

  /** Whether nothing that the page has of the message must be taken back. */
  #fits({ id, reasoning, text, calls }: Wanted, isWhole: boolean): boolean {
    const has = this.#assistant(id);
    const matches = (had: string, wanted: string): boolean =>
      wanted.startsWith(had) || (!isWhole && had.startsWith(wanted));
    const thought = this.#thought(id);
    if (thought !== undefined && !matches(thought, reasoning)) return false;
    if (!matches(has?.content ?? '', text)) return false;
    const had = has?.toolCalls ?? [];
    if (isWhole && had.length > calls.length) return false;
    return had.every((call, index) => {
      const wanted = calls[index];
      if (!wanted) return true;
      const isSame = (wanted.id ?? call.id) === call.id && (wanted.name ?? call.function.name) === call.function.name;
      // A call that has run shows the arguments that it ran with.
      return isSame && (this.#hasResult(call.id) || matches(call.function.arguments, wanted.args));
    });
  }

  #hasResult(call: string): boolean {
    return this.#messages.some((message) => message.role === 'tool' && message.toolCallId === call);
  }

  /** Sends what the page does not have. */
  #append({ id, reasoning, text, calls }: Wanted): readonly AgUiEvent[] {
    const events: AgUiEvent[] = [];
    const thought = this.#thought(id) ?? reasoning;
    if (reasoning.length > thought.length) {
      events.push(...this.#startReasoning(thoughtId(id)));
      events.push(this.#think(thoughtId(id), reasoning.slice(thought.length)));
    }
    const said = this.#assistant(id)?.content ?? '';
    if (text.length > said.length) {
      events.push(...this.#endReasoning(), ...this.#startText(id));
      events.push(this.#say(id, text.slice(said.length)));
    }
    for (const [index, call] of calls.entries()) events.push(...this.#appendCall(id, index, call));
    return events;
  }

  #appendCall(id: string, index: number, call: WantedCall): readonly AgUiEvent[] {
    const had = this.#assistant(id)?.toolCalls ?? [];
    const known = had[index];
    const { id: toolCallId = known?.id, name = known?.function.name, args } = call;
    // Calls come in their order, and each when it has a name of its own.
    if (toolCallId === undefined || name === undefined || index > had.length) return [];
    if (!known && this.#assistants().some(({ toolCalls = [] }) => toolCalls.some((other) => other.id === toolCallId)))
      return [];
    const before = known?.function.arguments ?? '';
    const delta = known && this.#hasResult(known.id) ? '' : args.slice(before.length);
    if (known && delta === '') return [];
    const isOpen = this.#calls.has(toolCallId);
    this.#calls.add(toolCallId);
    const written: AgUiToolCall = { id: toolCallId, type: 'function', function: { name, arguments: before + delta } };
    const toolCalls = known ? had.with(index, written) : [...had, written];
    this.#put(
      id,
      (message) => ({ ...message, toolCalls }),
      () => ({ id, role: 'assistant', toolCalls }),
    );
    const start = { type: 'TOOL_CALL_START', toolCallId, toolCallName: name, parentMessageId: id } as const;
    return [
      ...this.#endReasoning(),
      ...this.#endText(),
      ...(isOpen ? [] : [start]),
      ...(delta === '' ? [] : [{ type: 'TOOL_CALL_ARGS', toolCallId, delta } as const]),
    ];
  }

  /** The message takes the place of what the page has of it. */
  #replace({ id, reasoning, text, calls }: Wanted): readonly AgUiEvent[] {
    const had = this.#assistant(id)?.toolCalls ?? [];
    // A call that has run keeps the arguments that it ran with.
    const kept = calls.map((call) => {
      const known = had.find((one) => one.id === call.id && this.#hasResult(one.id));
      return known ? { ...call, args: known.function.arguments } : call;
    });
    const thought = this.#thought(id) === undefined ? '' : reasoning;
    const both = assistantMessages({ id, reasoning: thought, text, calls: kept });
    const rest = this.#messages.filter((one) => one.id !== id && one.id !== thoughtId(id));
    const place = this.#messages.findIndex((one) => one.id === id || one.id === thoughtId(id));
    this.#messages = rest.toSpliced(place === -1 ? rest.length : place, 0, ...both);
    return this.#snapshot();
  }

  #edit(call: string, args: string): boolean {
    const message = this.#assistants().find(({ toolCalls = [] }) => toolCalls.some(({ id }) => id === call));
    const known = message?.toolCalls?.find(({ id }) => id === call);
    if (!message || !known || known.function.arguments === args) return false;
    const edited = { ...known, function: { ...known.function, arguments: args } };
    const toolCalls = (message.toolCalls ?? []).map((one) => (one === known ? edited : one));
    this.#messages = this.#messages.map((one) => (one === message ? { ...message, toolCalls } : one));
    return true;
  }

  /** Behind its call and the results that have come before it, as the page does. */
  #insert(result: AgUiToolMessage): void {
    const owner = this.#messages.findIndex(
      (one) => one.role === 'assistant' && one.toolCalls?.some(({ id }) => id === result.toolCallId),
    );
    let place = owner === -1 ? this.#messages.length : owner + 1;
    while (this.#messages[place]?.role === 'tool') place += 1;
    this.#messages.splice(place, 0, result);
  }

  /** Changes the message with the id, or appends it. */
  #put(id: string, change: (message: AgUiAssistantMessage) => AgUiAssistantMessage, make: () => AgUiMessage): void {
    const known = this.#assistant(id);
    if (known) this.#messages = this.#messages.map((message) => (message === known ? change(known) : message));
    else this.#messages.push(make());
  }

  #startText(messageId: string): readonly AgUiEvent[] {
    if (this.#text === messageId) return [];
    const ended = this.#endText();
    this.#text = messageId;
    return [...ended, { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }];
  }

  #say(id: string, delta: string): AgUiEvent {
    this.#put(
      id,
      (message) => ({ ...message, content: (message.content ?? '') + delta }),
      () => ({ id, role: 'assistant', content: delta }),
    );
    return { type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta };
  }

  #endText(): readonly AgUiEvent[] {
    const messageId = this.#text;
    this.#text = undefined;
    return messageId === undefined ? [] : [{ type: 'TEXT_MESSAGE_END', messageId }];
  }

  #startReasoning(messageId: string): readonly AgUiEvent[] {
    if (this.#reasoning === messageId) return [];
    const ended = this.#endReasoning();
    this.#reasoning = messageId;
    return [
      ...ended,
      { type: 'REASONING_START', messageId },
      { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
    ];
  }

  #think(id: string, delta: string): AgUiEvent {
    const known = this.#messages.find((message) => message.id === id);
    const content = (known?.role === 'reasoning' ? known.content : '') + delta;
    const message: AgUiMessage = { id, role: 'reasoning', content };
    if (known) this.#messages = this.#messages.map((one) => (one === known ? message : one));
    else this.#messages.push(message);
    return { type: 'REASONING_MESSAGE_CONTENT', messageId: id, delta };
  }

  #endReasoning(): readonly AgUiEvent[] {
    const messageId = this.#reasoning;
    this.#reasoning = undefined;
    if (messageId === undefined) return [];
    return [
      { type: 'REASONING_MESSAGE_END', messageId },
      { type: 'REASONING_END', messageId },
    ];
  }
}

function toolMessage({ id, toolCallId, content, metadata }: WantedResult): AgUiToolMessage {
  return { id, role: 'tool', toolCallId, content, ...defined({ metadata }) };
}
