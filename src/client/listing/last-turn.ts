/**
 * The last input of a thread, and the error that followed: of the run of a plain thread, or of the last turn.
 *
 * Reads the history of one run, event by event. The input of a turn that began in an earlier run of the chain is not in it.
 */
import { defined } from '../../protocol/defined.ts';
import { INVOKE_UPDATE } from '../../protocol/names.ts';
import type { TurnMemo } from '../../protocol/shapes.ts';
import type { HistoryEvent } from '../server/events.ts';
import type { Decode, FailureProto, PayloadList } from '../server/payloads.ts';

/** An error, as the history has it. */
export interface FailureReport {
  /** The name of the class that was thrown, or the code. */
  readonly type?: string;
  /** The error's message. */
  readonly message: string;
  /** Only the lines of the stack, without the message. */
  readonly stack?: string;
  /** The error's cause. */
  readonly cause?: FailureReport;
}

/** Sees the events of a run in their order, and then reports its last input and failure. */
export class LastTurn {
  readonly #decode: Decode;
  #startInput: PayloadList;
  #runFailure: FailureProto;
  #termination: string | undefined;
  /** By the keys of their turns. */
  readonly #inputs = new Map<string, PayloadList>();
  readonly #failures = new Map<string, FailureProto>();

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  see(event: HistoryEvent): void {
    const started = event.workflowExecutionStartedEventAttributes;
    // A run that another one continued as has no input of a user's: its two arguments are our own.
    if (started && !started.continuedExecutionRunId) this.#startInput = started.input?.payloads?.slice(0, 1);
    const { meta, input } = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ?? {};
    if (meta?.updateId && input?.name === INVOKE_UPDATE)
      this.#inputs.set(meta.updateId, input.args?.payloads?.slice(0, 1));
    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    if (completed?.outcome?.failure) this.#failures.set(completed.meta?.updateId ?? '', completed.outcome.failure);
    this.#runFailure = event.workflowExecutionFailedEventAttributes?.failure ?? this.#runFailure;
    const terminated = event.workflowExecutionTerminatedEventAttributes;
    if (terminated) {
      const { identity, reason } = terminated;
      this.#termination = `Terminated by ${identity || 'somebody'}${reason ? `: ${reason}` : ', without a reason'}`;
    }
  }

  /** `undefined` for a turn without an input, and if the input is in an earlier run. */
  async input(turn: TurnMemo | undefined): Promise<unknown> {
    const own = turn?.key === undefined ? undefined : this.#inputs.get(turn.key);
    const isFirst = turn === undefined || turn.n === 1;
    const [input] = await this.#decode.list(own ?? (isFirst ? this.#startInput : undefined));
    return input;
  }

  /** How the run or the last turn failed; `undefined` if neither did. */
  async failure(turn: TurnMemo | undefined): Promise<FailureReport | undefined> {
    if (this.#termination !== undefined) return { message: this.#termination };
    if (this.#runFailure) return this.#report(this.#runFailure);
    if (turn?.status !== 'failed') return undefined;
    const own = this.#failures.get(turn.key ?? '');
    if (own) return this.#report(own);
    const { type, message = 'It is not in the history of this run.' } = turn.error ?? {};
    return { ...defined({ type }), message };
  }

  async #report(failure: FailureProto): Promise<FailureReport> {
    return describe(await this.#decode.failure(failure));
  }
}

function describe(error: Error | undefined): FailureReport {
  const { type, name, message, stack, cause } = (error ?? {}) as Partial<Error> & { readonly type?: string };
  return {
    ...defined({ type: (type ?? name) || undefined }),
    message: message ?? 'The failure cannot be read: give `--data-converter`.',
    ...defined({
      stack: stack ? stackLines(stack) : undefined,
      cause: cause instanceof Error ? describe(cause) : undefined,
    }),
  };
}

/** A stack begins with type and message, which are shown anyway. */
function stackLines(stack: string): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.map((line) => line.trim()).join('\n');
}
