/**
 * The events of one AG-UI run: what the page is told from `RUN_STARTED` to `RUN_FINISHED` or `RUN_ERROR`.
 */
import type { TalkEvent, Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { hasCode, ERROR_CODES } from '../protocol/errors.ts';
import { isMessages, type ToolMessage } from '../protocol/messages.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Refused } from './ag-ui-answers.ts';
import { resultOf } from './ag-ui-conversation.ts';
import { AG_UI_VERSION, type AgUiEvent, type AgUiOutcome } from './ag-ui-events.ts';
import type { AgUiInput } from './ag-ui-input.ts';
import { interruptOf } from './ag-ui-interrupts.ts';
import { loadPage } from './ag-ui-load.ts';
import { AgUiPage } from './ag-ui-page.ts';
import { AgUiTurn } from './ag-ui-turn.ts';
import { problemOf, type Notice } from '../web/problem.ts';

/** Reads a turn, until it ends or only answers are left to wait for. */
export type TurnReading = (signal: AbortSignal) => Promise<{
  /** The first run of the thread's chain. */
  readonly run: string;
  readonly events: AsyncIterable<TalkEvent>;
}>;

/** What a run tells. */
export interface RunSettings {
  readonly tools: Tools;
  readonly input: AgUiInput;
  /** The first run of the chain whose conversation the page gets first, if it is to get one. */
  readonly loads: string | false;
  /** The turns to read, one after the other. */
  readonly readings: readonly TurnReading[];
  /** Answers that do not count. */
  readonly refused: readonly Refused[];
  /** Takes an error that is not the turn's own. */
  readonly notice: Notice;
  /** Aborts when the page leaves. */
  readonly signal: AbortSignal;
}

/** The events as JSON. */
export async function* agUiRun(settings: RunSettings): AsyncGenerator<string> {
  for await (const event of new Run(settings).events()) yield JSON.stringify(event);
}

class Run {
  readonly #settings: RunSettings;
  #page: AgUiPage;
  /** The turn that is read has failed: the error that its reading throws is the entrypoint's. */
  #hasFailed = false;

  constructor(settings: RunSettings) {
    this.#settings = settings;
    this.#page = new AgUiPage(settings.input.messages);
  }

  async *events(): AsyncGenerator<AgUiEvent> {
    const { input, refused, signal } = this.#settings;
    const { threadId, runId } = input;
    yield { type: 'RUN_STARTED', threadId, runId, protocolVersion: AG_UI_VERSION };
    for (const value of refused) yield { type: 'CUSTOM', name: 'refused', value };
    try {
      if (this.#settings.loads !== false) yield* this.#load(this.#settings.loads);
      yield* this.#read();
    } catch (error) {
      if (signal.aborted) return;
      yield* this.#page.close();
      if (isCancellation(error)) yield this.#finished({ type: 'cancelled' });
      else
        yield {
          type: 'RUN_ERROR',
          ...(this.#hasFailed || isTermination(error) ? failureIn(error) : this.#trouble(error)),
        };
    }
  }

  async *#load(run: string): AsyncGenerator<AgUiEvent> {
    const { tools, input, signal } = this.#settings;
    this.#page = await loadPage(tools.conversation(input.threadId, { signal }), { run });
    const { messages } = this.#page;
    const last = messages.findLastIndex(({ role }) => role === 'user');
    const earlier = new Set(messages.slice(0, last).map(({ id }) => id));
    await this.#answerAll(
      run,
      this.#page.unanswered((id) => earlier.has(id)),
    );
    yield { type: 'MESSAGES_SNAPSHOT', messages: [...this.#page.messages] };
  }

  async *#read(): AsyncGenerator<AgUiEvent> {
    const { readings, signal } = this.#settings;
    let value: unknown;
    for (const [n, reading] of readings.entries()) {
      this.#hasFailed = false;
      const { run, events } = await reading(signal);
      const turn = new AgUiTurn(this.#page, { run });
      const isLast = n === readings.length - 1;
      try {
        for await (const event of events) {
          if (event.end) this.#hasFailed = 'error' in event.end;
          yield* turn.take(event);
        }
      } catch (error) {
        if (isLast || signal.aborted) throw error;
        // A turn before the page's own one has failed: that was told to whoever asked for it.
        yield* this.#page.close();
        continue;
      }
      yield* this.#page.close();
      if (turn.open.length > 0 && !turn.end) {
        yield this.#finished(interruptOutcome(turn.open));
        return;
      }
      if (turn.end) yield* await this.#answerAll(run, turn.unanswered);
      value = turn.end?.value;
    }
    yield this.#finished({ type: 'success' }, value);
  }

  /** Results that no task has returned: the agent makes one if the task of a call fails. Only its memory has them. */
  async #answerAll(run: string, calls: readonly string[]): Promise<readonly AgUiEvent[]> {
    if (calls.length === 0) return [];
    const { tools, input, signal } = this.#settings;
    // Without a worker the calls stay as they are.
    const state = await tools
      .thread(input.threadId)
      .state({ signal })
      .catch(() => undefined);
    const saved = isMessages(state?.saved) ? state.saved : [];
    return calls.flatMap((call) => {
      const message = saved.findLast((one): one is ToolMessage => one.role === 'tool' && one.tool_call_id === call);
      return message ? this.#page.answer(resultOf(`${run}/result:${call}`, message)) : [];
    });
  }

  /** What the page learns of an error that is not the turn's own: that of a request for the same. */
  #trouble(error: unknown): { readonly message: string; readonly code: string } {
    const { body, cause } = problemOf(error);
    this.#settings.notice(cause);
    return { message: body.message, code: body.error };
  }

  #finished(outcome: AgUiOutcome, result?: unknown): AgUiEvent {
    const { threadId, runId } = this.#settings.input;
    return { type: 'RUN_FINISHED', threadId, runId, outcome, ...defined({ result }) };
  }
}

function interruptOutcome(open: readonly Interrupt[]): AgUiOutcome {
  return { type: 'interrupt', interrupts: open.map(interruptOf) };
}

function isCancellation(error: unknown): boolean {
  return hasCode(error, 'TurnCancelled', 'TurnReplaced') || (error as Error).name === 'CancelledFailure';
}

/** An operator has ended the run. */
function isTermination(error: unknown): boolean {
  return (error as Error).name === 'TerminatedFailure';
}

/** What the page learns of the turn's own error: its message, and its code or the type that the entrypoint gave it. */
function failureIn(error: unknown): { readonly message: string; readonly code?: string } {
  const code = ERROR_CODES.find((known) => hasCode(error, known));
  const { type } = error as { readonly type?: unknown };
  return { message: messageOf(error), ...defined({ code: code ?? (typeof type === 'string' ? type : undefined) }) };
}
