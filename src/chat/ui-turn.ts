/**
 * One turn of a thread as one answer of the AI SDK's protocol: events of the thread go in, chunks come out.
 *
 * C2. The same events make the same chunks, except for the pieces of messages. So the parts of an answer that has ended are
 *     the same in each stream and in the conversation.
 */
import type { Interrupt } from '../protocol/shapes.ts';
import type { TalkAnswer, TalkEvent, TalkFailure } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { needsMessages } from '../protocol/envelopes.ts';
import type { AssistantMessage, ToolMessage } from '../protocol/messages.ts';
import { messageIn } from './said.ts';
import type { UiChunk } from './ui-messages.ts';
import { UiPieces } from './ui-pieces.ts';
import { addressOf, approvedCall } from './questions.ts';
import { questionData, closedData, type QuestionData } from './ui-views.ts';

type Item = TalkEvent['items'][number];
type MessageItem = Extract<Item, readonly ['messages', unknown]>[1];
type CustomItem = Extract<Item, readonly ['custom', unknown]>[1];
type InterruptItem = Extract<Item, readonly ['interrupts', unknown]>[1];
type ClosedItem = Extract<InterruptItem, { readonly kind: 'closed' }>;

/** A tool call without its result. */
interface OpenCall {
  readonly name: string;
  /** The last approval that was asked for. */
  readonly approval?: string;
  readonly isDecided?: boolean;
}

/** A question that the page shows. */
interface Asked {
  readonly address: string;
  readonly view: QuestionData;
}

/** A chunk of the current step, and the model call whose pieces it shows. */
interface Logged {
  readonly of: string | undefined;
  readonly chunk: UiChunk;
}

/** Errors of tools are told to the model in this form. */
const TOOL_ERROR = /^Error: /;

/** One turn. */
export class UiTurn {
  /** How many steps have begun. */
  steps = 0;
  #hasStep = false;
  /** What the page has of the current step. A reset takes all of it back. */
  #log: Logged[] = [];
  /** The model call whose pieces are shown. The message of another one, which runs beside it, comes whole. */
  #writing: { readonly call: string; readonly pieces: UiPieces } | undefined;
  readonly #hidden = new Set<string>();
  readonly #calls = new Map<string, OpenCall>();
  /** By run and id: a question that is asked anew takes the place of the one before. */
  readonly #questions = new Map<string, Asked>();
  readonly #answers: TalkAnswer[] = [];
  readonly #failures: TalkFailure[] = [];
  #parts = 0;
  #hasSpoken = false;

  /** The chunks for one event. */
  read({ items, answer, failure, end }: TalkEvent): readonly UiChunk[] {
    if (answer) this.#answers.push(answer);
    if (failure) this.#failures.push(failure);
    const chunks = items.flatMap((item) => this.#readItem(item));
    return end && 'value' in end ? [...chunks, ...this.#endWith(end.value)] : chunks;
  }

  /** The end of a turn: calls that got no result, and the end of the last step. */
  finish(): readonly UiChunk[] {
    const failed = this.#settleFailed();
    const open = [...this.#calls.keys()].map((toolCallId): UiChunk => {
      return { type: 'tool-output-error', toolCallId, errorText: 'The tool has no result.' };
    });
    this.#calls.clear();
    return [...failed, ...open, ...this.endStep()];
  }

  /**
   * The errors of calls whose task has failed for good. The body makes their messages, so no task returns them. The calls of
   * a message are scheduled in their order, and nothing else says which call a task was for.
   */
  #settleFailed(): readonly UiChunk[] {
    const failures = this.#failures.splice(0).toSorted((one, other) => numberOf(one) - numberOf(other));
    const open = [...this.#calls.keys()];
    if (failures.length !== open.length) return [];
    this.#calls.clear();
    return open.map((toolCallId, i): UiChunk => {
      return { type: 'tool-output-error', toolCallId, errorText: failures[i]?.message ?? '' };
    });
  }

  /** The end of the current step, after which the turn may go on. */
  endStep(): readonly UiChunk[] {
    return this.#hasStep ? [{ type: 'finish-step' }] : [];
  }

  /** Takes the current step back, of which the page has a part that is not known. It is begun, and empty. */
  restartStep(): readonly UiChunk[] {
    this.#hasStep = true;
    this.#log = [];
    return [{ type: 'reset-step' }];
  }

  #readItem([mode, item]: Item): readonly UiChunk[] {
    switch (mode) {
      case 'messages':
        return this.#readMessage(item);
      case 'custom':
        return readPreview(item);
      case 'interrupts':
        return this.#readInterrupt(item);
      default:
        return mode satisfies never;
    }
  }

  #readMessage(item: MessageItem): readonly UiChunk[] {
    if (item.kind === 'reset') return this.#reset(item.id);
    if (item.kind !== 'message') return this.#readPiece(item);
    const { message } = item;
    if (message.role === 'tool') return needsMessages(message) ? [] : this.#settle(message);
    return this.#complete(item.id, message);
  }

  #readPiece(item: Exclude<MessageItem, { readonly kind: 'message' | 'reset' }>): readonly UiChunk[] {
    const { id } = item;
    if (this.#writing && this.#writing.call !== id) this.#hidden.add(id);
    if (this.#hidden.has(id)) return [];
    const begun = this.#writing ? [] : this.#begin();
    this.#writing ??= { call: id, pieces: this.#makePieces() };
    return [...begun, ...this.#logged(id, this.#writing.pieces.add(item))];
  }

  #complete(call: string, message: AssistantMessage): readonly UiChunk[] {
    this.#hidden.delete(call);
    this.#hasSpoken = true;
    const { tool_calls: calls = [] } = message;
    // A step begins with the message, not with the pieces of another one that is being written.
    const isWriting = this.#writing?.call === call;
    const begun = this.#writing ? [] : this.#begin();
    const rest = isWriting ? this.#writing?.pieces.complete(message) : this.#makePieces().complete(message);
    const undone = rest ? [] : this.#reset(call);
    if (isWriting) this.#writing = undefined;
    for (const { id, function: called } of calls) this.#calls.set(id, { name: called.name });
    const chunks = this.#logged(undefined, rest ?? this.#makePieces().complete(message) ?? []);
    this.#log = this.#log.map((one) => (one.of === call ? { ...one, of: undefined } : one));
    return [...begun, ...undone, ...chunks];
  }

  /** The result of a tool, with what was decided about its call. */
  #settle(message: ToolMessage): readonly UiChunk[] {
    const { tool_call_id: toolCallId, name: toolName, content, decision } = message;
    const call = this.#calls.get(toolCallId);
    this.#calls.delete(toolCallId);
    const chunks: UiChunk[] = call ? [] : [{ type: 'tool-input-available', toolCallId, toolName, input: {} }];
    const approvalId = call?.approval;
    const isRejected = decision?.type === 'reject' || decision?.type === 'deny';
    if (approvalId !== undefined && !call?.isDecided) {
      const { reason, actor: by, at = '' } = decision ?? {};
      chunks.push(responded(approvalId, { approved: !isRejected, reason, by, at }));
    }
    // A result hides the call of an edit otherwise: its arguments are those that ran.
    if (decision?.type === 'edit')
      chunks.push({ type: 'tool-input-available', toolCallId, toolName, input: decision.args });
    if (isRejected && approvalId !== undefined) chunks.push({ type: 'tool-output-denied', toolCallId });
    else if (TOOL_ERROR.test(content))
      chunks.push({ type: 'tool-output-error', toolCallId, errorText: content.replace(TOOL_ERROR, '') });
    else chunks.push({ type: 'tool-output-available', toolCallId, output: content });
    return this.#logged(undefined, chunks);
  }

  #readInterrupt(item: InterruptItem): readonly UiChunk[] {
    switch (item.kind) {
      case 'opened':
        return this.#ask(item.interrupt);
      case 'open':
        return item.interrupts.filter((one) => !this.#isAsked(one)).flatMap((one) => this.#ask(one));
      case 'changed':
        return this.#change(item.interrupt);
      case 'closed':
        return this.#close(item);
      default:
        return item satisfies never;
    }
  }

  #isAsked(question: Interrupt): boolean {
    return this.#questions.get(placeOf(question))?.address === addressOf(question);
  }

  #ask(question: Interrupt): readonly UiChunk[] {
    const view = questionData(question);
    const address = addressOf(question);
    this.#questions.set(placeOf(question), { address, view });
    const toolCallId = approvedCall(question);
    const call = toolCallId === undefined ? undefined : this.#calls.get(toolCallId);
    if (toolCallId === undefined || !call)
      return this.#logged(undefined, [{ type: 'data-question', id: address, data: view }]);
    this.#calls.set(toolCallId, { name: call.name, approval: address });
    return this.#logged(undefined, [
      { type: 'tool-approval-request', approvalId: address, toolCallId, approvalDescriptor: view },
    ]);
  }

  /** A data part is replaced by another one with its id. A request for an approval stays as it was made. */
  #change(question: Interrupt): readonly UiChunk[] {
    const view = questionData(question);
    const address = addressOf(question);
    this.#questions.set(placeOf(question), { address, view });
    if ([...this.#calls.values()].some(({ approval }) => approval === address)) return [];
    return this.#logged(undefined, [{ type: 'data-question', id: address, data: view }]);
  }

  #close(closed: ClosedItem): readonly UiChunk[] {
    const { address, view } = this.#questions.get(placeOf(closed)) ?? {};
    if (address === undefined || !view) return [];
    const [toolCallId, call] = [...this.#calls].find(([, { approval }]) => approval === address) ?? [];
    if (toolCallId === undefined || !call) {
      const data = closedData(view, closed);
      return this.#logged(undefined, [{ type: 'data-question', id: address, data }]);
    }
    const decision = this.#decisionOf(closed);
    // The message of the tool says what a default decides.
    if (decision === undefined) return [];
    this.#calls.set(toolCallId, { ...call, isDecided: true });
    return this.#logged(undefined, [responded(address, { ...decision, by: closed.actor, at: closed.at })]);
  }

  /** What was decided, as far as it can be known before the tool has run. */
  #decisionOf({ id, how, key }: ClosedItem): { approved: boolean; reason?: string | undefined } | undefined {
    if (how === 'default') return undefined;
    if (how === 'expired') return { approved: false, reason: 'Nobody has decided in time.' };
    if (how === 'withdrawn') return { approved: false, reason: 'The question was withdrawn.' };
    const sent = this.#answers.findLast((answer) => (key === undefined ? answer.id === id : answer.key === key));
    if (!sent) return undefined;
    const { type, reason } = (sent.value ?? {}) as { readonly type?: unknown; readonly reason?: unknown };
    return { approved: type !== 'reject', reason: typeof reason === 'string' ? reason : undefined };
  }

  /** The value of the entrypoint, if no message has said it. */
  #endWith(value: unknown): readonly UiChunk[] {
    const message = this.#hasSpoken ? undefined : messageIn(value);
    return message ? this.#complete('', message) : [];
  }

  #begin(): readonly UiChunk[] {
    if (this.#hasStep && this.#log.length === 0) return [];
    const ended = [...this.#settleFailed(), ...this.endStep()];
    this.#hasStep = true;
    this.#log = [];
    this.steps++;
    return [...ended, { type: 'start-step' }];
  }

  /** What was shown of a model call is void. The rest of the step is sent again. */
  #reset(call: string): readonly UiChunk[] {
    this.#hidden.delete(call);
    if (this.#writing?.call !== call) return [];
    this.#writing = undefined;
    this.#log = this.#log.filter(({ of }) => of !== call);
    return [{ type: 'reset-step' }, ...this.#log.map(({ chunk }) => chunk)];
  }

  #makePieces(): UiPieces {
    return new UiPieces(() => `p${++this.#parts}`);
  }

  #logged(of: string | undefined, chunks: readonly UiChunk[]): readonly UiChunk[] {
    this.#log.push(...chunks.map((chunk) => ({ of, chunk })));
    return chunks;
  }
}

function placeOf({ run, id }: Pick<Interrupt, 'run' | 'id'>): string {
  return `${run}/${id}`;
}

/** The number of a task's call: 3 of `callTool:3`. */
function numberOf({ id }: TalkFailure): number {
  return Number(id.slice(id.lastIndexOf(':') + 1));
}

interface Response {
  readonly approved: boolean;
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly at: string;
}

function responded(approvalId: string, { approved, reason, by, at }: Partial<Response>): UiChunk {
  const providerMetadata = { holdpoint: defined({ by, at }) as Readonly<Record<string, string>> };
  return {
    type: 'tool-approval-response',
    approvalId,
    approved: approved === true,
    ...defined({ reason }),
    providerMetadata,
  };
}

function readPreview(item: CustomItem): readonly UiChunk[] {
  const { task, id: call } = item;
  const data = item.kind === 'reset' ? ({ task, call, reset: true } as const) : { task, call, chunk: item.chunk };
  return [{ type: 'data-preview', data, transient: true }];
}
