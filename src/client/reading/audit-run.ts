/**
 * The audit of one run: what each event of its history says (A13).
 */
import { defined } from '../../protocol/defined.ts';
import type { TurnMemo } from '../../protocol/shapes.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { eventTime, type HistoryEvent } from '../server/events.ts';
import { resetTo } from '../server/workflow-task-failure.ts';
import { AuditAnswers } from './audit-answers.ts';
import type { AuditedEnd, AuditedWorker, AuditEntry, AuditFact, AuditPlace } from './audit-entries.ts';
import { readSent } from './audit-sent.ts';
import { AuditTasks, type ActivityFact } from './audit-tasks.ts';
import { workflowWorker } from './audit-worker.ts';
import { digestOf } from './digest.ts';
import type { ChangedQuestion } from './open-questions.ts';
import type { RunReader } from './run-reader.ts';
import type { ReadEvent } from './timeline.ts';

/** How a run is audited. */
export interface AuditRunSettings {
  /** With inputs, results and values. */
  readonly payloads: boolean;
  /** The run begins with a copy of one that has been audited. */
  readonly isCopy: boolean;
  /** The keys of the answers to the runs before. */
  readonly keys: Set<string>;
}

const ENDS: Readonly<Record<string, AuditedEnd['how']>> = {
  workflowExecutionCompletedEventAttributes: 'completed',
  workflowExecutionFailedEventAttributes: 'failed',
  workflowExecutionCanceledEventAttributes: 'canceled',
  workflowExecutionTimedOutEventAttributes: 'timedOut',
  workflowExecutionTerminatedEventAttributes: 'terminated',
  workflowExecutionContinuedAsNewEventAttributes: 'continued',
};

/** Audits one run, event by event. */
export class AuditRun {
  readonly #reader: RunReader;
  readonly #hasPayloads: boolean;
  readonly #entries: AuditAnswers;
  readonly #tasks: AuditTasks;
  /** The events are a copy of those of a run that has been audited. */
  #isCopy: boolean;
  /** What follows the event of a reset, up to the next workflow task, has been delivered again. */
  #isRepeated = false;
  /** The worker that has completed the last workflow task. */
  #worker: AuditedWorker | undefined;
  /** The turn, as the memo had it last. */
  #turn: TurnMemo | undefined;

  constructor(reader: RunReader, { payloads, isCopy, keys }: AuditRunSettings) {
    this.#reader = reader;
    this.#hasPayloads = payloads;
    this.#isCopy = isCopy;
    this.#entries = new AuditAnswers(keys);
    this.#tasks = new AuditTasks(reader.history.decode, payloads);
  }

  /**
   * Sees the next event.
   *
   * @param read What the timeline says of it.
   * @returns The entries that it makes known.
   */
  async see(event: HistoryEvent, read: ReadEvent): Promise<readonly AuditEntry[]> {
    this.#entries.see(event);
    this.#worker = workflowWorker(event) ?? this.#worker;
    if (event.workflowTaskScheduledEventAttributes) this.#isRepeated = false;
    await this.#addSent(event);
    const activity = await this.#tasks.see(event, read.task, this.#worker);
    if (activity) this.#addActivity(event, activity);
    this.#addQuestions(event, read);
    this.#addTurn(event);
    await this.#addEnd(event);
    this.#addReset(event);
    return this.#isCopy ? [] : this.#entries.take();
  }

  /** The rest of the entries, where reading ends in the middle of the run: last what is under way. */
  async end(): Promise<readonly AuditEntry[]> {
    for (const running of await this.#tasks.running()) this.#addActivity(running.event, running);
    return this.#isCopy ? [] : this.#entries.end();
  }

  #add(event: HistoryEvent, fact: AuditFact, worker?: AuditedWorker): void {
    this.#entries.add(this.#place(event, worker), fact);
  }

  #place(event: HistoryEvent, worker: AuditedWorker | undefined): AuditPlace {
    const { run: runId, timeline } = this.#reader;
    const place = { at: eventTime(event), run: timeline.firstRun, runId, event: Number(event.eventId) };
    return { ...place, ...defined({ worker }) };
  }

  async #addSent(event: HistoryEvent): Promise<void> {
    const { decode } = this.#reader.history;
    const isRepeated = this.#isRepeated || undefined;
    const sent = await readSent(event, { decode, payloads: this.#hasPayloads, isRepeated });
    if (!sent) return;
    if ('answer' in sent) this.#entries.sent(this.#place(event, undefined), sent.answer);
    else this.#add(event, sent.fact);
  }

  #addActivity(event: HistoryEvent, { fact, worker }: ActivityFact): void {
    this.#add(event, fact, worker);
  }

  #addQuestions(event: HistoryEvent, { opened = [], changed = [], closed = [] }: ReadEvent): void {
    for (const question of opened) {
      const { id } = question;
      this.#entries.asked(id);
      const digest = question.truncated ? undefined : digestOf(question);
      this.#add(event, { kind: 'asked', id, question, ...defined({ digest }) }, this.#worker);
    }
    for (const one of changed) this.#addChange(event, one);
    for (const one of closed) {
      this.#entries.closed(one);
      const { id, how, actor, key, at } = one;
      // A run that the server ended has closed its questions without a worker.
      const worker = event.workflowPropertiesModifiedEventAttributes ? this.#worker : undefined;
      this.#add(event, { kind: 'closed', id, ...defined({ how, actor, key }), closedAt: at }, worker);
    }
  }

  #addChange(event: HistoryEvent, { interrupt, changed }: ChangedQuestion): void {
    if (!changed) return;
    const { id, how, actor, key } = changed;
    if (how !== 'reassigned') return this.#entries.voted(changed);
    const { assignees = [], truncated } = interrupt;
    const about = defined({ actor, key, digest: truncated ? undefined : digestOf(interrupt) });
    this.#add(event, { kind: 'reassigned', id, assignees, ...about }, this.#worker);
  }

  #addTurn(event: HistoryEvent): void {
    const turn = this.#reader.timeline.turns.current;
    const before = this.#turn;
    this.#turn = turn;
    // A run begins with the turn that was carried into it. An outcome that is too large for the memo is written twice.
    if (!turn || !event.workflowPropertiesModifiedEventAttributes) return;
    const { n, key, status } = turn;
    if (before?.n === n && before.status === status) return;
    this.#add(event, { kind: 'turn', n, ...defined({ key }), status }, this.#worker);
  }

  async #addEnd(event: HistoryEvent): Promise<void> {
    const how = ENDS[event.attributes ?? ''];
    if (how === undefined) return;
    for (const activity of await this.#tasks.running()) this.#addActivity(activity.event, activity);
    const { end } = this.#reader.timeline;
    const { decode } = this.#reader.history;
    const failure = event.workflowExecutionFailedEventAttributes?.failure;
    const error = failure ? await decode.failure(failure) : undefined;
    const { reason, identity } = event.workflowExecutionTerminatedEventAttributes ?? {};
    const about = defined({
      to: end?.kind === 'continued' ? end.run : undefined,
      message: error ? messageOf(error) : reason || undefined,
      sender: identity || undefined,
      value: this.#hasPayloads && end?.kind === 'completed' ? end.value : undefined,
    });
    const isServers = how === 'terminated' || how === 'timedOut';
    this.#add(event, { kind: 'ended', how, ...about }, isServers ? undefined : this.#worker);
  }

  #addReset(event: HistoryEvent): void {
    const to = resetTo(event);
    if (to === undefined) return;
    const isOwn = to === this.#reader.run;
    this.#isRepeated = isOwn;
    if (this.#isCopy && !isOwn) return;
    if (this.#isCopy) this.#entries.clear();
    this.#isCopy = false;
    const { baseRunId, failure } = event.workflowTaskFailedEventAttributes ?? {};
    const reason = failure?.message || undefined;
    const open = this.#reader.timeline.open();
    this.#add(event, { kind: 'reset', from: baseRunId ?? '', ...defined({ reason }), open });
  }
}
