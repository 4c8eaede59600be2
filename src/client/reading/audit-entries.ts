/**
 * The entries of an audit: what the history of a thread says that happened (A13). All of them are plain JSON.
 */
import type { Changed, Closed, Interrupt } from '../../protocol/shapes.ts';
import type { TaskUpdate } from './stream-modes.ts';

/** A worker, as it names itself in the history. */
export interface AuditedWorker {
  /** The name of its worker deployment, if it has a version. */
  readonly deploymentName?: string;
  /** Its version within the deployment; or what the SDK made of its code, where it has no version. */
  readonly buildId?: string;
  /** Its identity: by default its process and host. */
  readonly identity?: string;
}

/** Something that a client has sent. */
interface Sent {
  /** The client that sent it, as it names itself: by default its process and host. */
  readonly sender?: string;
  /** A reset has delivered it again. */
  readonly isRepeated?: true;
}

/** Where in the history an entry comes from. */
export interface AuditPlace {
  /** When the server recorded it: ISO 8601 in UTC. */
  readonly at: string;
  /** The first run of the chain, as questions have it. */
  readonly run: string;
  /** The run whose history has the event. */
  readonly runId: string;
  /** The number of the event in that history. */
  readonly event: number;
  /** The worker that caused it. Of a task and a notification it is the one that ran it, else the one that ran the entrypoint. */
  readonly worker?: AuditedWorker;
}

/** A run begins. */
export interface AuditedStart extends Sent {
  /** What happened. */
  readonly kind: 'started';
  readonly entrypoint: string;
  /** The key of the input. */
  readonly key?: string;
  /** The SHA-256 of the canonical JSON of the input. */
  readonly digest?: string;
  /** The input, with the option `payloads`. */
  readonly input?: unknown;
  /** The run that goes on in this one. */
  readonly continues?: string;
}

/** A thread with memory takes an input. */
export interface AuditedInput extends Sent {
  /** What happened. */
  readonly kind: 'input';
  readonly key: string;
  /** The SHA-256 of the canonical JSON of the input. */
  readonly digest?: string;
  /** The input, with the option `payloads`. */
  readonly input?: unknown;
}

/** A turn of a thread with memory begins or ends. */
export interface AuditedTurn {
  /** What happened. */
  readonly kind: 'turn';
  readonly n: number;
  readonly key?: string;
  readonly status: 'running' | 'completed' | 'failed' | 'canceled';
}

/** A question opens. */
export interface AuditedQuestion {
  /** What happened. */
  readonly kind: 'asked';
  readonly id: string;
  /** The question as it was asked. It is `truncated` if the history does not have all of it. */
  readonly question: Interrupt;
  /** The digest of what a person is shown of it. Missing if the history does not have all of it. */
  readonly digest?: string;
}

/** A question was shown to a person, as an inbox says. */
export interface AuditedShowing extends Sent {
  /** What happened. */
  readonly kind: 'shown';
  readonly id: string;
  /** To whom, as the sender claims. */
  readonly actor: string;
  /** When, by the sender's clock. */
  readonly shownAt: string;
  /** The digest of what was shown. */
  readonly digest?: string;
}

/**
 * An answer was sent. `answered`: it closed its question. `voted`: it waits for more people to give the same. `refused`: a worker
 * took it, and it changed nothing. `sent`: no worker has taken it, or the history does not say what became of it.
 */
export interface AuditedAnswer extends Sent {
  /** What happened. */
  readonly kind: 'answered' | 'voted' | 'refused' | 'sent';
  /** The question that it is addressed to, or that it closed. */
  readonly id?: string;
  readonly value: unknown;
  /** Who answered, as the sender claims. */
  readonly actor?: string;
  /** The groups of whoever answered, as the sender claims. */
  readonly groups?: readonly string[];
  /** The key of the answer. */
  readonly key?: string;
  /** When it was sent, by the sender's clock. */
  readonly sentAt?: string;
}

/** An open question is for other people from now on. Who did it is the sender's claim. */
export interface AuditedReassignment extends Pick<Changed, 'id' | 'actor' | 'key'> {
  /** What happened. */
  readonly kind: 'reassigned';
  readonly assignees: readonly string[];
  /** The digest of what a person is shown of the question now. Missing if the history does not have all of it. */
  readonly digest?: string;
}

/** A question closes. Who answered is the sender's claim. */
export interface AuditedClosing extends Pick<Closed, 'id' | 'how' | 'actor' | 'key'> {
  /** What happened. */
  readonly kind: 'closed';
  /** For an answered question, when the answer was sent (A7). */
  readonly closedAt: string;
}

/** What became of an activity: a step of a task, or `running` where the history shows no end of it. */
type AuditedState = Exclude<TaskUpdate['kind'], 'scheduled'> | 'running';

interface AuditedActivity {
  readonly state: AuditedState;
  readonly scheduledAt: string;
  /** The worker that ran the entrypoint when it scheduled this. */
  readonly scheduledBy?: AuditedWorker;
  /** The number of the last attempt, from 1. */
  readonly attempt?: number;
  /** The message of its error. */
  readonly message?: string;
}

/** A pass of a task has ended, or runs. After a question, the task has another pass for its answers. */
export interface AuditedTask extends AuditedActivity {
  /** What happened. */
  readonly kind: 'task';
  readonly name: string;
  /** The id of the call. */
  readonly id: string;
  /** What the Web UI says about the call, if that is more than its id: the tool that an agent calls, for instance. */
  readonly summary?: string;
  /** The arguments, with the option `payloads`. An argument that is shared with an earlier call is a reference. */
  readonly input?: readonly unknown[];
  /** The result, with the option `payloads`. */
  readonly result?: unknown;
}

/** The `notify` task was told of a question. */
export interface AuditedNotification extends AuditedActivity {
  /** What happened. */
  readonly kind: 'notified';
  /** The question. */
  readonly id: string;
  /** What it was told: `opened`, `reminder`, `reassigned`, `voted` or `closed`. */
  readonly about: string;
}

/** Somebody has sent something that changes a question or ends what the thread does. Later entries say what it has changed. */
export interface AuditedCommand extends Sent {
  /** What happened. */
  readonly kind: 'command';
  readonly name: 'cancel' | 'cancelTurn' | 'close' | 'forget' | 'reassign';
  /** Who, as the sender claims. */
  readonly actor?: string;
  readonly reason?: string;
  /** The decision that is taken back, or the question that is reassigned. */
  readonly id?: string;
  /** Who should answer. */
  readonly assignees?: readonly string[];
}

/** A reset has made this run: it repeats the run `from` up to here. */
export interface AuditedReset {
  /** What happened. */
  readonly kind: 'reset';
  readonly from: string;
  readonly reason?: string;
  /** The questions that are open there, as they were then. They are not asked again. */
  readonly open: readonly Interrupt[];
}

/** A run ends. A terminated one may go on in a run that a reset made. */
export interface AuditedEnd {
  /** What happened. */
  readonly kind: 'ended';
  readonly how: 'completed' | 'failed' | 'canceled' | 'timedOut' | 'terminated' | 'continued';
  /** The run in which it goes on. */
  readonly to?: string;
  /** Why it failed, or the reason of the termination. */
  readonly message?: string;
  /** The client that terminated it, as it names itself. */
  readonly sender?: string;
  /** The value, with the option `payloads`. */
  readonly value?: unknown;
}

/** The server does not have the run: it deletes histories after their retention. It may have been followed by more. */
export interface AuditedGap {
  /** What happened. */
  readonly kind: 'missing';
}

/** What an entry says. */
export type AuditFact =
  | AuditedStart
  | AuditedInput
  | AuditedTurn
  | AuditedQuestion
  | AuditedShowing
  | AuditedAnswer
  | AuditedReassignment
  | AuditedClosing
  | AuditedTask
  | AuditedNotification
  | AuditedCommand
  | AuditedReset
  | AuditedEnd
  | AuditedGap;

/** One entry of an audit: what happened, and where the history says so. */
export type AuditEntry = AuditPlace & AuditFact;
