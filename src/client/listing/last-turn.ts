/**
 * With what a thread was started last, and how that failed: of a plain thread its run, of one with memory its last turn.
 *
 * Reads a run's history, event by event. A turn that began in an earlier run of the chain is not in it.
 */
import type { Decode, HistoryEvent, PayloadList } from '../server/history.ts';
import { INVOKE_UPDATE } from '../../protocol/names.ts';
import type { TurnMemo } from '../../protocol/shapes.ts';

/** An error, as the history has it. */
export interface FailureReport {
  /** What it is: the name of the class that was thrown, or the code. */
  readonly type?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: FailureReport;
}

type FailureProto = NonNullable<HistoryEvent['workflowExecutionFailedEventAttributes']>['failure'];

export class LastTurn {
  readonly #decode: Decode;
  #startInput: PayloadList;
  #runFailure: FailureProto;
  #ended: string | undefined;
  readonly #inputs = new Map<string, PayloadList>();
  readonly #failures = new Map<string, FailureProto>();

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  see(event: HistoryEvent): void {
    const started = event.workflowExecutionStartedEventAttributes;
    // What a thread with memory continues as has no input of anybody's: two arguments, of which ours is the second.
    if (started && !started.continuedExecutionRunId) this.#startInput = started.input?.payloads?.slice(0, 1);
    const { meta, input } = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ?? {};
    if (meta?.updateId && input?.name === INVOKE_UPDATE)
      this.#inputs.set(meta.updateId, input.args?.payloads?.slice(0, 1));
    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    if (completed?.outcome?.failure) this.#failures.set(completed.meta?.updateId ?? '', completed.outcome.failure);
    this.#runFailure = event.workflowExecutionFailedEventAttributes?.failure ?? this.#runFailure;
    const terminated = event.workflowExecutionTerminatedEventAttributes;
    if (terminated)
      this.#ended = `Terminated by ${terminated.identity || 'somebody'}${terminated.reason ? `: ${terminated.reason}` : ', without a reason'}`;
  }

  /** `undefined` where there is none, or it is not in this run. */
  async input(turn: TurnMemo | undefined): Promise<unknown> {
    const own = turn?.key === undefined ? undefined : this.#inputs.get(turn.key);
    const isFirst = turn === undefined || turn.n === 1;
    const [input] = await this.#decode.list(own ?? (isFirst ? this.#startInput : undefined));
    return input;
  }

  /** How the run failed, or the last turn did. */
  async failure(turn: TurnMemo | undefined): Promise<FailureReport | undefined> {
    if (this.#ended !== undefined) return { message: this.#ended };
    if (this.#runFailure) return this.#report(this.#runFailure);
    if (turn?.status !== 'failed') return undefined;
    const own = this.#failures.get(turn.key ?? '');
    if (own) return this.#report(own);
    const { type, message = 'It is not in the history of this run.' } = turn.error ?? {};
    return { ...(type === undefined ? {} : { type }), message };
  }

  async #report(failure: FailureProto): Promise<FailureReport> {
    return describe(await this.#decode.failure(failure));
  }
}

function describe(error: Error | undefined): FailureReport {
  const { type, name, message, stack, cause } = (error ?? {}) as Partial<Error> & { readonly type?: string };
  const kind = type ?? name;
  return {
    ...(kind ? { type: kind } : {}),
    message: message ?? 'The failure cannot be read: give `--data-converter`.',
    // A stack begins with type and message.
    ...(stack
      ? {
          stack: stack
            .split('\n')
            .filter((line) => /^\s+at /.test(line))
            .map((line) => line.trim())
            .join('\n'),
        }
      : {}),
    ...(cause instanceof Error ? { cause: describe(cause) } : {}),
  };
}
