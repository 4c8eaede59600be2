/**
 * The shapes that cross the wire: what is asked, what is open, what was answered, what became of an answer.
 *
 * All of them are JSON. Times are ISO 8601 strings in UTC.
 */

/** One thing that is wrong with an answer, or with the match between an answer and its question. */
export interface Problem {
  /** A JSON pointer into the answer; `''` is the answer as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A JSON Schema, as plain JSON. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a person is shown of a question. */
export interface Shown {
  readonly value: unknown;
  /** One line, for lists. */
  readonly title?: string;
  /** Markdown, for the page that shows the question. */
  readonly description?: string;
  /** Who should answer: a plain name is a person, `group:finance` is a group. Recorded, not enforced (A7). */
  readonly assignees?: readonly string[];
  /** Every answer is checked against it, whoever sends it (A5). */
  readonly schema?: JsonSchema;
}

/** What a task or an entrypoint asks, before it has an id. */
export interface Asked extends Shown {
  /** How long it stays open: milliseconds from then on, or the time when it ends (A6). */
  readonly timeout?: number | string;
  /** What stands for an answer when time runs out. */
  readonly default?: { readonly value: unknown };
  /** When `notify` runs again: milliseconds from the opening (R9). */
  readonly remind?: number;
}

/** An open question, as the query `interrupts` and every listing show it. */
export interface Interrupt extends Shown {
  /** `<task>:<n>`, `<task>:<n>#<k>` or `<entrypoint>:<n>`; never used twice in a run (I3). */
  readonly id: string;
  /** The first run id of the chain: an answer addressed with another `run` is refused (I3). */
  readonly run: string;
  /** The task that asks; not set when the entrypoint's body asks. */
  readonly task?: string;
  readonly askedAt: string;
  /** When it closes by itself (A6). */
  readonly expiresAt?: string;
  /** Why the question is asked again: what was answered before, and why it did not count (A5, I7). */
  readonly problems?: readonly Problem[];
  /** The value, or more, was cut to keep the memo small. `thread.interrupts()` has it whole where a worker is up. */
  readonly truncated?: true;
}

/** How a question closed: answered, by its default, because time ran out, or because nobody waits any longer. */
export type How = 'answered' | 'default' | 'expired' | 'withdrawn';

/** A question that has closed, as the memo and a stream of mode `interrupts` show it (A9). */
export interface Closed {
  readonly id: string;
  /** The run of the question, as its `Interrupt` had it. */
  readonly run: string;
  /** Missing where the history does not say: versions before this one did not record it. */
  readonly how?: How;
  /** Who answered, as the sender claims (A7). */
  readonly actor?: string;
  readonly at: string;
  /** The key of the answer (A8). */
  readonly key?: string;
}

/** How a sender addresses an answer: the second argument of the signal `resume`. */
export interface ResumeAddress {
  readonly id?: string | undefined;
  readonly run?: string | undefined;
  /** Who answers, as the sender claims (A7). */
  readonly actor?: string | undefined;
  /** Makes the signal idempotent, and names its receipt (A8). */
  readonly key?: string | undefined;
  /** When it was sent, by the sender's clock, as ISO 8601 (A7). */
  readonly sentAt?: string | undefined;
}

/** What a caller says of an answer's address. */
export type AnswerAddress = Omit<ResumeAddress, 'sentAt'>;

/** The address as our client sends it. */
export interface SentAddress extends ResumeAddress {
  /** Of the value of the question that is answered: without it an answer does not outlive a reset (A10). */
  readonly hash?: string | undefined;
}

/** An answer as the code that asked may see it, with who gave it: what `interrupt.record` returns (A7). */
export interface Recorded<Value = unknown> {
  readonly value: Value;
  readonly actor?: string;
  readonly at: string;
  /** `default`: time ran out (A6). */
  readonly how: 'answered' | 'default';
}

/**
 * What a `notify` task gets (R9): the question with everything needed to answer it.
 *
 * `closed` says how it ended, and by whom; it and `reminder` carry what the task returned for `opened`.
 */
export interface InterruptEvent extends Interrupt {
  readonly kind: 'opened' | 'reminder' | 'closed';
  readonly thread: string;
  readonly entrypoint: string;
  readonly how?: How;
  readonly answer?: unknown;
  readonly actor?: string;
  readonly notified?: unknown;
}

/** An accepted answer, as the query `answers` lists it (A7). */
export interface Answer {
  readonly id: string;
  readonly value: unknown;
  readonly actor?: string;
  readonly at: string;
  /** `default`: time ran out (A6). */
  readonly how: 'answered' | 'default';
}

/** What became of one keyed signal (A8). */
export type Receipt =
  | { readonly outcome: 'accepted'; readonly id: string }
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      readonly message: string;
      readonly problems?: readonly Problem[];
      readonly id?: string;
    };

/** Why an answer is refused by the workflow. */
export type RefusalCode =
  | 'NotPending'
  | 'AmbiguousAnswer'
  | 'AlreadyAnswered'
  | 'InvalidAnswer'
  | 'InterruptExpired'
  | 'InterruptWithdrawn';

/** A refused answer, as `state().refused` lists it (A4). The value is not kept. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly id?: string;
  readonly actor?: string;
  readonly key?: string;
  readonly at: string;
}

/** A turn of a thread with memory, as the memo `turn` shows it from its start, and again from its end. */
export interface TurnMemo {
  /** Counted from 1 over the whole chain of runs. */
  readonly n: number;
  /** The run of the chain whose history has it. */
  readonly runId: string;
  readonly key?: string;
  readonly status: 'running' | 'completed' | 'failed' | 'canceled';
  /**
   * What the turn returned, or with what it failed, when no update tells: of the turn that came with the start of the
   * workflow.
   */
  readonly value?: unknown;
  readonly error?: {
    readonly type?: string;
    readonly message: string;
    readonly nonRetryable?: boolean;
    readonly details?: unknown[];
  };
  /** It is too large to stay: the change of the memo before this one has it. */
  readonly truncated?: true;
}

/** What a sender may say about a turn to cancel or a thread to close: the argument of `cancelTurn` and `close`. */
export interface EndAddress {
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  /** The turn to cancel: after a reset no other one is (R11). */
  readonly turn?: number | undefined;
}

/** The state of a thread, as the query `state` returns it. */
export interface State {
  readonly version: number;
  /** `idle`: a thread with memory between two turns. */
  readonly status: 'running' | 'waiting' | 'idle' | 'completed' | 'failed' | 'canceled';
  /** Which turn this is, or was last, counted from 1. A plain thread has one. */
  readonly turn: number;
  /** Open questions, oldest first. */
  readonly interrupts: readonly Interrupt[];
  /** What the entrypoint returned, once it has; with memory, what its last good turn returned in this run of the chain. */
  readonly value?: unknown;
  /** With memory: what the next turn gets as `previous` (R2). */
  readonly saved?: unknown;
  /** The last 20 refused answers, oldest first (A4). */
  readonly refused: readonly Refusal[];
}
