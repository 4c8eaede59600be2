/**
 * A thread: one conversation with an entrypoint, known by its id, which is the workflow id (R1).
 *
 * Every call works from any process and at any time. A `Thread` keeps nothing but how far it has read. Its readers wait
 * through outages of the server (S6).
 */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { defined } from '../protocol/defined.ts';
import { hasCode } from '../protocol/errors.ts';
import { checkJson } from '../protocol/limits.ts';
import {
  ANSWERS_QUERY,
  CANCEL_TURN_SIGNAL,
  CLOSE_SIGNAL,
  FORGET_SIGNAL,
  SHOWN_SIGNAL,
  STATE_QUERY,
  UPDATE_STATE_UPDATE,
} from '../protocol/names.ts';
import { assertOptions, assertText, refusedOption } from '../protocol/refused-options.ts';
import type { ForgetAddress } from '../protocol/remembered.ts';
import type { Answer, EndAddress, Interrupt, Showing, State } from '../protocol/shapes.ts';
import type { Command } from './command.ts';
import { openInterrupts } from './listing/open-interrupts.ts';
import { readAudit } from './reading/audit.ts';
import type { AuditEntry } from './reading/audit-entries.ts';
import { knownMemory, learnMemory } from './reading/memory.ts';
import { itemsIn, type ItemOf, type StreamModes } from './reading/stream-modes.ts';
import { ThreadReader } from './reading/thread-reader.ts';
import { showsPreviews } from './reading/previews.ts';
import { Updates } from './reading/stream.ts';
import { assertRemembered } from './reading/remembered.ts';
import { completeByWorkflow } from './reading/whole-questions.ts';
import { readResult } from './result.ts';
import { sendAndRead, sendAndWait } from './send-and-read.ts';
import { answerThread, assertResumeOptions, type ResumeOptions, type ResumeResult } from './sending/answer.ts';
import {
  answerAll,
  assertAnswers,
  type AddressedAnswer,
  type AnswerOutcome,
  type ResumeAllOptions,
} from './sending/answers.ts';
import { assertReassignment, reassignQuestion, type ReassignOptions, type ReassignResult } from './sending/reassign.ts';
import { START_NAMES, startTurn, type Started, type StartOptions } from './sending/input.ts';
import { sendUpdate } from './sending/update.ts';
import { withSignal } from './server/abort.ts';
import type { ThreadDescription } from './server/description.ts';
import { HoldpointError, threadClosed, translate } from './server/errors.ts';
import { ThreadHandle, type ThreadSettings } from './server/thread-handle.ts';
import {
  assertAudit,
  assertMode,
  assertReason,
  assertShowing,
  FOLLOW_NAMES,
  FORGET_NAMES,
  INVOKE_NAMES,
  READ_NAMES,
  RESULT_NAMES,
  STREAM_NAMES,
  type AuditOptions,
  type FollowOptions,
  type ForgetOptions,
  type InvokeOptions,
  type ReadOptions,
  type Result,
  type ResultOptions,
  type ShownOptions,
  type StreamOptions,
} from './thread-options.ts';

/**
 * A thread of an entrypoint: starts it, reads it, answers its questions, and ends it.
 *
 * @typeParam Input What the entrypoint takes. @typeParam Value What it returns, as it arrives.
 */
export class Thread<Input = never, Value = unknown> {
  /** The thread's id, which is the workflow id. */
  readonly id: string;
  readonly #thread: ThreadHandle;
  readonly #reader: ThreadReader;

  constructor(settings: ThreadSettings) {
    if (settings.id === undefined) throw refusedOption('the thread id', 'a non-empty string', settings.id);
    assertText('the thread id', settings.id);
    this.id = settings.id;
    this.#thread = new ThreadHandle(settings);
    this.#reader = new ThreadReader(this.#thread);
  }

  /** Temporal's handle of the thread's workflow, for everything that holdpoint does not offer. */
  get handle(): WorkflowHandle {
    return this.#thread.workflow;
  }

  /**
   * Starts a run, or adds a turn to a thread with memory. A finished thread starts a new run.
   *
   * @throws `ThreadBusy` when a run is open, or a turn at work, naming its open questions. `TooLarge`, `NotSerializable`:
   *   the input. `ThreadClosed`, `ThreadContinuing`: a thread with memory is closing, or has been about to go on in a new
   *   run for ten seconds.
   */
  async start(input: Input, options: StartOptions = {}): Promise<Started> {
    assertOptions(options, '`start`', START_NAMES, { isOpen: true });
    assertText('`key`', options.key);
    assertText('`taskQueue`', options.taskQueue);
    const { run, key, turn } = await startTurn(this.#thread, input, options);
    return { run, key, turn };
  }

  /**
   * Starts a run or answers a question, and waits until the run ends or only answers are left to wait for.
   *
   * @throws What the entrypoint threw, and what `start` or `resume` throws.
   */
  async invoke(input: Input | Command, options: InvokeOptions = {}): Promise<Result<Value>> {
    assertOptions(options, '`invoke`', INVOKE_NAMES);
    assertText('`key`', options.key);
    const end = await sendAndWait(this.#reader, input, options);
    // The entrypoint's own type says what it returns.
    if (end.kind === 'completed') return { value: end.value as Value };
    return { interrupts: await completeByWorkflow(this.#thread, end.interrupts, options.signal) };
  }

  /**
   * Starts a run or answers a question at the first `next()`, and yields its updates as they happen. Leaving the loop
   * cancels nothing.
   *
   * @throws What the entrypoint threw, and what `start` or `resume` throws.
   */
  stream<const Modes extends StreamModes = 'updates'>(
    input: Input | Command,
    options: StreamOptions<Modes> = {},
  ): Updates<ItemOf<Modes>> {
    assertOptions(options, '`stream`', STREAM_NAMES);
    assertText('`key`', options.key);
    // Without a mode, `Modes` is its default.
    const { mode = 'updates' as Modes, key, signal } = options;
    assertMode(mode);
    const previews = showsPreviews(mode);
    return new Updates({
      read: (either) => sendAndRead(this.#reader, input, { key, signal: either, previews }),
      pick: itemsIn(mode),
      signal,
    });
  }

  /**
   * Yields updates without starting anything, from any place in the thread's history, while it runs or after its end.
   * Ends when the run has ended or when only answers are left to wait for, unless `live`.
   *
   * @throws What the entrypoint threw; `ThreadNotFound`.
   */
  follow<const Modes extends StreamModes = 'updates'>(options: FollowOptions<Modes> = {}): Updates<ItemOf<Modes>> {
    assertOptions(options, '`follow`', FOLLOW_NAMES);
    // Without a mode, `Modes` is its default.
    const { from, live = false, mode = 'updates' as Modes, signal } = options;
    assertMode(mode);
    const showsOpen = mode === 'interrupts';
    const previews = showsPreviews(mode);
    return this.#reader.follow({ from, live, signal, showsOpen, previews, pick: itemsIn(mode) });
  }

  /**
   * Answers a question. Without `id` it answers the open question.
   *
   * @throws `NotPending`, `AmbiguousAnswer`, `AlreadyAnswered`, `InterruptExpired`, `InterruptWithdrawn`, `InvalidAnswer`:
   *   the answer is refused, and nothing has changed. `ThreadNotFound`, `ThreadClosed`: there is no run to take it.
   */
  async resume(answer: unknown, options: ResumeOptions = {}): Promise<ResumeResult> {
    assertResumeOptions(options);
    return answerThread(this.#thread, answer, options);
  }

  /**
   * Answers several questions at once, each on its own: a refused answer stops no other.
   *
   * @returns What became of each answer, in the same order.
   * @throws `TypeError` when an answer has no `id`, or two have the same. `ThreadNotFound`.
   */
  async resumeAll(
    answers: readonly AddressedAnswer[],
    options: ResumeAllOptions = {},
  ): Promise<readonly AnswerOutcome[]> {
    assertAnswers(answers, options);
    return answerAll(this.#thread, answers, options);
  }

  /**
   * The open questions, oldest first, from the server: at once, and without a worker. A question that was cut for the
   * memo, and that neither a worker nor the history completes within moments, is `truncated`.
   *
   * @throws `ThreadNotFound`.
   */
  async interrupts(options: ReadOptions = {}): Promise<readonly Interrupt[]> {
    assertOptions(options, '`interrupts`', READ_NAMES);
    return openInterrupts(this.#thread, options.signal);
  }

  /**
   * The thread's state, from its workflow. Needs a worker, also after the end.
   *
   * @throws `NoWorker` when none has answered for 20 seconds. `ThreadNotFound`.
   */
  async state(options: ReadOptions = {}): Promise<State> {
    assertOptions(options, '`state`', READ_NAMES);
    const read = (): Promise<[State, ThreadDescription]> =>
      Promise.all([this.#thread.query<State>(STATE_QUERY), this.#thread.describe()]);
    const [state, { status }] = await withSignal(this.#thread.client, options.signal, read);
    // The workflow does not learn that the server ended its run.
    const ended = status === 'TERMINATED' || status === 'TIMED_OUT';
    // The code of an earlier version remembers nothing.
    return { ...state, remembered: state.remembered ?? [], ...(ended ? { status: 'failed', interrupts: [] } : {}) };
  }

  /**
   * The accepted answers of the run, oldest first: the last 1,000. Needs a worker, also after the end.
   *
   * @throws `NoWorker` when none has answered for 20 seconds. `ThreadNotFound`.
   */
  async answers(options: ReadOptions = {}): Promise<readonly Answer[]> {
    assertOptions(options, '`answers`', READ_NAMES);
    return this.#thread.query(ANSWERS_QUERY, undefined, options.signal);
  }

  /**
   * Waits for the end of the run or of the turn, and returns the entrypoint's value.
   *
   * @throws What the entrypoint threw. `ThreadNotFound` when nothing was started with that key.
   */
  async result(options: ResultOptions = {}): Promise<Value> {
    assertOptions(options, '`result`', RESULT_NAMES);
    assertText('`key`', options.key);
    // The entrypoint's own type says what it returns.
    return (await readResult(this.#thread, this.#reader, options)) as Value;
  }

  /**
   * Cancels the run, as Temporal's `cancel` does: running tasks are told, and waiting code gets a `CancelledFailure`. On a
   * thread with memory it cancels the running turn, and the thread takes the next input (R4).
   *
   * Only the thread's first workflow task shows whether it has memory. Before that, this waits for a worker, for ten seconds
   * at most. If none comes, the run is cancelled: without a turn, nothing is in its memory yet.
   *
   * @param reason Shown in the run's history.
   * @throws `ThreadNotFound`, `ThreadClosed`.
   */
  async cancel(reason?: string): Promise<void> {
    assertReason(reason);
    const description = await this.#thread.describe();
    const { isRunning, status } = description;
    if (!isRunning) throw threadClosed(this.id, status);
    if (!(await learnMemory(this.#thread, description))) return this.#unlessEnded(this.#thread.cancel(reason));
    // The turn that the caller means. Without one, the first was about to begin; others may have begun since.
    const { n, status: progress } = description.turn ?? { n: 1, status: 'running' };
    await this.#signal(CANCEL_TURN_SIGNAL, { reason, ...(progress === 'running' ? { turn: n } : {}) });
  }

  /**
   * Ends a thread with memory after its running turn. Its next input starts it again, with nothing in its memory.
   *
   * Before the thread's first workflow task this waits for a worker, for ten seconds at most, to learn whether the thread has
   * memory. If none comes, it is sent all the same: a thread with memory obeys it later, and another one ignores it.
   *
   * @param reason Shown in the run's history.
   * @throws `ThreadNotFound`, `ThreadClosed`. `WrongEntrypoint` when the thread has no memory.
   */
  async close(reason?: string): Promise<void> {
    assertReason(reason);
    await this.#assertMemory('close', learnMemory);
    await this.#signal(CLOSE_SIGNAL, { reason });
  }

  /**
   * Sets what the next turn of a thread with memory gets as `previous`, as LangGraph's `updateState` does.
   *
   * @throws `ThreadBusy` while a turn is at work, whose end would overwrite it. `TooLarge`, `NotSerializable`.
   *   `WrongEntrypoint` when the thread has no memory.
   */
  async updateState(saved: unknown): Promise<void> {
    this.#thread.assertSendable(saved, 'what is to be saved', checkJson);
    await this.#assertMemory('updateState', knownMemory);
    const reply = await sendUpdate(this.#thread, { name: UPDATE_STATE_UPDATE, key: randomUUID(), argument: saved });
    switch (reply.kind) {
      case 'accepted':
        return;
      case 'gone':
        throw await this.#thread.notRunning();
      case 'refused':
        throw reply.error;
      case 'no memory':
        throw this.#withoutMemory('updateState', (await this.#thread.describe()).entrypoint);
      default:
        reply satisfies never;
    }
  }

  /**
   * Says who should answer an open question from now on. The question keeps its id, its time and its votes. Who was named
   * before is told by the history, and by the event for the entrypoint's `notify` task.
   *
   * @param id The id of the question.
   * @param assignees Who should answer: a plain name is a person, `group:finance` is a group.
   * @throws `NotPending`, `AlreadyAnswered`, `InterruptExpired`, `InterruptWithdrawn`: the question is not open.
   *   `ThreadNotFound`, `ThreadClosed`.
   */
  async reassign(id: string, assignees: readonly string[], options: ReassignOptions = {}): Promise<ReassignResult> {
    assertReassignment(id, assignees, options);
    return reassignQuestion(this.#thread, { id, assignees, options });
  }

  /**
   * Takes back a decision that the thread remembers. No call that is decided after that is let through by it.
   *
   * If no worker answers within five seconds, it is sent all the same, and takes effect with the next worker.
   *
   * @param id The id of the decision, as `state().remembered` has it.
   * @throws `NotRemembered` when the thread remembers no such decision. `ThreadNotFound`, `ThreadClosed`.
   */
  async forget(id: string, options: ForgetOptions = {}): Promise<void> {
    if (id === undefined) throw refusedOption('the id of the decision', 'a non-empty string', id);
    assertText('the id of the decision', id);
    assertOptions(options, '`forget`', FORGET_NAMES);
    const { actor } = options;
    if (actor !== undefined && typeof actor !== 'string') throw refusedOption('`actor`', 'a string', actor);
    await assertRemembered(this.#thread, id);
    await this.#signal(FORGET_SIGNAL, { id, ...defined({ actor }) });
  }

  /**
   * What the history says that happened, over all runs of the thread's chain, oldest first: what was asked, to whom it was
   * shown, who answered, and what ran, under which version of the worker. It needs no worker, and ends where the history
   * ends now.
   *
   * @throws `ThreadNotFound`.
   */
  audit(options: AuditOptions = {}): AsyncGenerator<AuditEntry, void> {
    assertAudit(options);
    const { run, payloads = false, signal } = options;
    return readAudit(this.#thread, { run, payloads, signal });
  }

  /**
   * Records in the history that a question was shown to a person, for {@link audit}. It does not wait for a worker, and does
   * not check whether the question is open.
   *
   * @param id The id of the question.
   * @throws `ThreadNotFound`, `ThreadClosed`.
   */
  async shown(id: string, options: ShownOptions): Promise<void> {
    assertShowing(id, options);
    const { run, actor, digest } = options;
    await this.#signal(SHOWN_SIGNAL, { id, run, actor, at: new Date().toISOString(), ...defined({ digest }) });
  }

  async #assertMemory(call: string, readMemory: typeof knownMemory): Promise<void> {
    const description = await this.#thread.describe();
    if (!description.isRunning) throw threadClosed(this.id, description.status);
    if ((await readMemory(this.#thread, description)) === false)
      throw this.#withoutMemory(call, description.entrypoint);
  }

  #withoutMemory(call: string, entrypoint: string): HoldpointError {
    return new HoldpointError(
      'WrongEntrypoint',
      `Entrypoint \`${entrypoint}\` of thread \`${this.id}\` has no \`memory\`, and \`${call}\` is only for threads with memory.`,
    );
  }

  #signal(name: string, address: EndAddress | ForgetAddress | Showing): Promise<void> {
    return this.#unlessEnded(this.handle.signal(name, address));
  }

  /** Reports a run that has ended meanwhile as what it is, and not as one that does not exist. */
  async #unlessEnded(call: Promise<void>): Promise<void> {
    try {
      await call;
    } catch (error) {
      const translated = translate(error, this.id);
      throw hasCode(translated, 'ThreadNotFound') ? await this.#thread.notRunning() : translated;
    }
  }
}
