/**
 * The shapes on the wire: questions, answers, and what became of them.
 *
 * All of them are JSON. Times are ISO 8601 strings in UTC.
 */
import type { Remembered } from './remembered.ts';

/** One thing that is wrong with an answer, or with the match between an answer and its question. */
export interface Problem {
  /** A JSON pointer into the answer; `''` is the answer as a whole. */
  readonly path: string;
  /** What is wrong there: one sentence for a person. */
  readonly message: string;
}

/** A JSON Schema, as plain JSON. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The part of a question that a person sees. */
export interface Shown {
  /** What is asked: the first argument of `interrupt`. */
  readonly value: unknown;
  /** The question in one line, for lists. */
  readonly title?: string;
  /** More about the question, in Markdown, for the page that shows it. */
  readonly description?: string;
  /** Who should answer: a plain name is a person, `group:finance` is a group. Enforced only with `by` (A7, A11). */
  readonly assignees?: readonly string[];
  /** Every answer is checked against it, whoever sends the answer (A5). */
  readonly schema?: JsonSchema;
  /** Questions of a thread with the same group belong together: a page can show them as one list. */
  readonly group?: string;
  /** A text that a person types before the answer is sent. Forms ask for it; the workflow does not check it. */
  readonly confirm?: string;
  /** Words by which questions are filtered. */
  readonly tags?: readonly string[];
  /** How urgent the question is. Lists show it, and filter by it. Missing: `normal`. */
  readonly priority?: Priority;
  /** Whose answers count, and how many of them (A11). */
  readonly by?: AnsweredBy;
}

/** How urgent a question is. */
export type Priority = 'urgent' | 'high' | 'normal' | 'low';

/** Whose answers to a question count (A11). */
export interface AnsweredBy {
  /** Only the question's `assignees`, and members of those of them that are groups. */
  readonly only?: 'assignees';
  /** People whose answers do not count: whoever asked for the action, for instance. */
  readonly not?: readonly string[];
  /** How many different people must give the same answer before the question closes. A refusal closes it at once. */
  readonly quorum?: number;
}

/** An answer to a question that waits for more people to give the same one (A11). */
export interface Vote {
  /** Who gave it, as the sender claims. */
  readonly actor: string;
  /** When it was sent. */
  readonly at: string;
  /** The answer as it was sent. Missing where it was cut to keep the memo small. */
  readonly value?: unknown;
}

/** A question before it has an id, as a task or an entrypoint asks it. */
export interface Asked extends Shown {
  /** How long the question stays open, in milliseconds; or when it closes (A6). */
  readonly timeout?: number | string;
  /** What `interrupt` returns if the question is not answered in time. */
  readonly default?: { readonly value: unknown };
  /** When the `notify` task runs again, in milliseconds after the question opened (R9). */
  readonly remind?: number | readonly number[];
  /** When it should be answered: in milliseconds after it opened, or the time. Nothing happens then. */
  readonly due?: number | string;
}

/** An open question, as the query `interrupts` and every listing show it. */
export interface Interrupt extends Shown {
  /** `<task>:<n>`, `<task>:<n>#<k>` or `<entrypoint>:<n>`; never used twice in a run (I3). */
  readonly id: string;
  /** The id of the first run of the chain. An answer that is addressed to another `run` is refused (I3). */
  readonly run: string;
  /** The task that asks. Missing if the body of the entrypoint asks. */
  readonly task?: string;
  /** When the question opened. */
  readonly askedAt: string;
  /** When the question closes by itself (A6). */
  readonly expiresAt?: string;
  /** When it should be answered. Nothing happens then. */
  readonly dueAt?: string;
  /** What `interrupt` returns at `expiresAt`. Missing: it throws `InterruptExpired`. */
  readonly default?: {
    /** The answer, as it was given. */
    readonly value: unknown;
  };
  /** The answers so far, if it takes the same answer of several people (A11). Oldest first. */
  readonly votes?: readonly Vote[];
  /** Why the question is asked again: what was wrong with the earlier answer (A5, I7). */
  readonly problems?: readonly Problem[];
  /** Set if the question was cut to keep the memo small. `thread.interrupts()` returns it whole while a worker is up. */
  readonly truncated?: true;
}

/**
 * How a question closed: by an answer, by its default, because its time ran out, or because the code that asked no longer
 * waits.
 */
export type How = 'answered' | 'default' | 'expired' | 'withdrawn';

/** A question that has closed, as the memo and streams of mode `interrupts` show it (A9). */
export interface Closed {
  /** The id of the question. */
  readonly id: string;
  /** The run of the question, as in its `Interrupt`. */
  readonly run: string;
  /** How it closed. Missing for runs of early versions, whose history does not record it. */
  readonly how?: How;
  /** Who answered, as the sender claims (A7). */
  readonly actor?: string;
  /** When it closed. For an answered question, when the answer was sent (A7). */
  readonly at: string;
  /** The key of the answer (A8). */
  readonly key?: string;
}

/** What changes an open question: other people should answer it, or somebody has voted (A11, A12). */
export type HowChanged = 'reassigned' | 'voted';

/** An open question that has changed, as the memo and streams of mode `interrupts` show it (A11, A12). */
export interface Changed {
  /** The id of the question. */
  readonly id: string;
  /** The run of the question, as in its `Interrupt`. */
  readonly run: string;
  /** What has changed it. */
  readonly how: HowChanged;
  /** Who changed it, as the sender claims. */
  readonly actor?: string;
  /** When it changed. */
  readonly at: string;
  /** The key of what was sent. */
  readonly key?: string;
  /** How many people have given the answer of this vote; only with `voted`. */
  readonly count?: number;
  /** How many of them close the question; only with `voted`. */
  readonly quorum?: number;
}

/** The address of an answer: the second argument of the signal `resume`, and the other fields of the signal `answer`. */
export interface ResumeAddress {
  /** The question that is answered. Without it, the answer is for the one open question (A1). */
  readonly id?: string | undefined;
  /** The run of that question, as its `Interrupt` has it. An answer to an earlier run of the thread is refused (I3). */
  readonly run?: string | undefined;
  /** Who answers, as the sender claims (A7). */
  readonly actor?: string | undefined;
  /** The groups of whoever answers, as the sender claims: names without `group:` (A11). */
  readonly groups?: readonly string[] | undefined;
  /** Makes the answer repeatable: one key is one answer, however often it is sent. It also names the receipt (A8). */
  readonly key?: string | undefined;
  /** When the answer was sent, by the sender's clock, as ISO 8601 (A7). */
  readonly sentAt?: string | undefined;
}

/** The argument of the signal `reassign`: an answer's address, and who should answer from now on (A12). */
export interface SentReassign extends SentAddress {
  readonly id: string;
  readonly assignees: readonly string[];
}

/** The part of the address that a caller sets. */
export type AnswerAddress = Omit<ResumeAddress, 'sentAt'>;

/** The address as our client sends it. */
export interface SentAddress extends ResumeAddress {
  /** The hash of the question's value. Only an answer with a hash survives a reset (A10). */
  readonly hash?: string | undefined;
}

/** An answer with who gave it, when and how: what `interrupt.record` returns (A7). */
export interface Recorded<Value = unknown> {
  /** The answer, or what the schema makes of it. */
  readonly value: Value;
  /** Who answered, as the sender claims. Missing for a default. */
  readonly actor?: string;
  /** When the answer was sent, or when the time ran out. */
  readonly at: string;
  /** `default` if the time ran out (A6). */
  readonly how: 'answered' | 'default';
  /**
   * With a quorum, who agreed, oldest first: everybody who gave this answer. Of a refusal: who had agreed until then (A11).
   */
  readonly votes?: readonly Pick<Vote, 'actor' | 'at'>[];
}

/**
 * The argument of a `notify` task: a question with everything needed to answer it, and what happened to it (R9).
 *
 * Each run of the task gets one event. `closed` says how the question closed and by whom.
 */
export interface InterruptEvent extends Interrupt {
  /** What happened: the question opened, its `remind` time is over, it was reassigned, somebody has voted, or it closed. */
  readonly kind: 'opened' | 'reminder' | HowChanged | 'closed';
  /** The id of the thread. */
  readonly thread: string;
  /** The name of the entrypoint. */
  readonly entrypoint: string;
  /** How the question closed; only with `closed`. */
  readonly how?: How;
  /** The answer or the default, possibly cut; only with `closed` and `voted`. */
  readonly answer?: unknown;
  /** Who answered, voted or reassigned the question, as the sender claims; not with `opened` and `reminder`. */
  readonly actor?: string;
  /** When it was reassigned; only with `reassigned`. */
  readonly at?: string;
  /** Who should have answered before; only with `reassigned`. Missing: nobody was named. */
  readonly assigneesBefore?: readonly string[];
  /** What the task returned for `opened`: the id of a chat message, for instance. Not set with `opened`. */
  readonly notified?: unknown;
}

/** An accepted answer, as the query `answers` lists it (A7). */
export interface Answer {
  /** The id of the question. */
  readonly id: string;
  /** The answer as it was sent, or the default. */
  readonly value: unknown;
  /** Who answered, as the sender claims. */
  readonly actor?: string;
  /** When the answer was sent, or when the time ran out. */
  readonly at: string;
  /** `default` if the time ran out (A6). */
  readonly how: 'answered' | 'default';
  /** With a quorum, who agreed, as in {@link Recorded} (A11). */
  readonly votes?: readonly Pick<Vote, 'actor' | 'at'>[];
}

/** What became of an answer or a reassignment that was sent with a key (A8, A12). */
export type Receipt =
  | { readonly outcome: 'accepted'; readonly id: string }
  | { readonly outcome: 'reassigned'; readonly id: string }
  | ({ readonly outcome: 'voted'; readonly id: string } & VoteCount)
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      readonly message: string;
      readonly problems?: readonly Problem[];
      readonly id?: string;
    };

/** How far a question with a quorum is (A11). */
export interface VoteCount {
  /** How many people have given this answer. */
  readonly count: number;
  /** How many of them close the question. */
  readonly quorum: number;
}

/** Why the workflow refused an answer or a reassignment: an error code of docs/errors.md. */
export type RefusalCode =
  | 'NotPending'
  | 'AmbiguousAnswer'
  | 'AlreadyAnswered'
  | 'InvalidAnswer'
  | 'NotAllowed'
  | 'InterruptExpired'
  | 'InterruptWithdrawn';

/** A refused answer or reassignment, as `state().refused` lists it (A4). Its value is not kept. */
export interface Refusal {
  /** Why the answer was refused: an error code of docs/errors.md. */
  readonly code: RefusalCode;
  /** The same as a sentence that says what to do. */
  readonly message: string;
  /** The id of the question, if it is known. */
  readonly id?: string;
  /** Who answered, as the sender claims. */
  readonly actor?: string;
  /** The key of the answer. */
  readonly key?: string;
  /** When a worker refused the answer. */
  readonly at: string;
}

/** A turn of a thread with memory, in the memo `turn`. It is written when the turn starts and again when it ends. */
export interface TurnMemo {
  /** Which turn it is, counted from 1 over the whole chain of runs. */
  readonly n: number;
  /** The run of the chain whose history has the turn. */
  readonly runId: string;
  readonly key?: string;
  readonly status: 'running' | 'completed' | 'failed' | 'canceled';
  /** What the first turn returned. Later turns are updates, which have an outcome of their own. */
  readonly value?: unknown;
  /** Why the first turn failed. */
  readonly error?: {
    readonly type?: string;
    readonly message: string;
    readonly nonRetryable?: boolean;
    readonly details?: unknown[];
  };
  /** Set if the outcome is too large to stay in the memo. The previous change of the memo has it. */
  readonly truncated?: true;
}

/** The argument of the signals `cancelTurn` and `close`. */
export interface EndAddress {
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  /** The turn to cancel. After a reset the signal is delivered again, and must not cancel another turn (R11). */
  readonly turn?: number | undefined;
}

/** The argument of the signal `shown`: a question was shown to a person (A13). */
export interface Showing {
  /** The question. */
  readonly id: string;
  /** Its run, as its `Interrupt` has it. */
  readonly run: string;
  /** To whom it was shown, as the sender claims. */
  readonly actor: string;
  /** When it was shown, by the sender's clock. */
  readonly at: string;
  /** The digest of what was shown. */
  readonly digest?: string;
}

/** The state of a thread, as the query `state` returns it. */
export interface State {
  /** The version of the protocol that the run speaks (docs/protocol.md). */
  readonly version: number;
  /** What the thread does: it is `waiting` while a question is open, and `idle` between two turns with memory. */
  readonly status: 'running' | 'waiting' | 'idle' | 'completed' | 'failed' | 'canceled';
  /** The number of the current or last turn, from 1. A plain thread has one turn. */
  readonly turn: number;
  /** The open questions, oldest first. */
  readonly interrupts: readonly Interrupt[];
  /** What the entrypoint returned. With memory: what the last successful turn of this run of the chain returned. */
  readonly value?: unknown;
  /** With memory: what the next turn gets as `previous` (R2). */
  readonly saved?: unknown;
  /** The last 20 refused answers, oldest first (A4). */
  readonly refused: readonly Refusal[];
  /** What was decided about tools for more than one call, oldest first (R12). */
  readonly remembered: readonly Remembered[];
}
