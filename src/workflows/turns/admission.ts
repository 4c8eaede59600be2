/**
 * The admission of inputs: which ones become turns, and in which order.
 *
 * The workflow's own input is the first turn. Each further input is an update `invoke`, which completes with its turn and
 * returns the turn's value or error.
 *
 * Owns the queue, the turn at work, the count of turns, the keys of the last ones, and whether the thread is open.
 * `turns.ts` takes the turns one by one, and runs them.
 *
 * R2. The update id is the key: an input that is sent again is not a second turn.
 * R4. `onBusy` decides what happens to an input while a turn is at work or waits for an answer.
 * R5. An accepted update has to complete in its own run, so queued turns come before continue-as-new. Meanwhile nothing
 *     is accepted.
 * R11. After a reset the server delivers all inputs at once. Each was accepted in its time, so they run one after the
 *      other, whatever `onBusy` says. What else was sent takes effect between them.
 */
import { log, workflowInfo, type CancellationScope } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import { MAX_KNOWN_TURNS, MAX_QUEUED_TURNS } from '../../protocol/limits.ts';
import type { EndAddress, Interrupt } from '../../protocol/shapes.ts';
import type { CarriedThread, KnownTurn } from './continue-as-new.ts';
import { failure } from '../errors/failure.ts';
import type { SavedText } from './memory.ts';
import type { InputMessages } from '../run/handlers.ts';
import { alreadyInvoked, refusedInput } from './refused-input.ts';
import { isReapplied, isReapplying } from '../sandbox/reset.ts';
import { REPLACED, Turn } from './turn.ts';

/**
 * What happens to an input while a turn is at work or waits for an answer (R4): its caller gets `ThreadBusy`, it waits for
 * its turn (at most 8 inputs wait), or it replaces the turn, whose caller gets `TurnReplaced`.
 */
export type OnBusy = 'reject' | 'enqueue' | 'replace';

/** Whether inputs are taken. A thread that closes, or continues in another run, takes none. */
type Course = 'open' | 'closing' | 'continuing';

export interface AdmissionSettings {
  readonly onBusy: OnBusy;
  /** The scope of the run. */
  readonly root: CancellationScope;
  readonly carried: CarriedThread | undefined;
  /** The open questions, for the sentence that says what a busy thread waits for. */
  readonly open: () => readonly Interrupt[];
}

const CLOSED = 'The thread ended before this turn began.';

export class Admission implements InputMessages {
  readonly #onBusy: OnBusy;
  readonly #root: CancellationScope;
  readonly #open: () => readonly Interrupt[];
  /** The last turns of the chain. */
  #known: readonly KnownTurn[];
  /** The number of the last turn that began. */
  #n: number;
  /**
   * The turn that arrived as the workflow's input. Later inputs are updates, which the server deduplicates by id; for
   * this one we compare the key ourselves.
   */
  #first: Turn | undefined;
  readonly #queue: Turn[] = [];
  /** The turn at work. */
  #current: Turn | undefined;
  #course: Course = 'open';
  /** Turns that were cancelled before a reset and have not begun again, by number. */
  readonly #cancelled = new Map<number, EndAddress>();

  constructor({ onBusy, root, carried, open }: AdmissionSettings) {
    this.#onBusy = onBusy;
    this.#root = root;
    this.#open = open;
    this.#n = carried?.turn ?? 0;
    this.#known = carried?.known ?? [];
  }

  /** The number of the turn at work, or of the last one. */
  get n(): number {
    return this.#n;
  }

  get known(): readonly KnownTurn[] {
    return this.#known;
  }

  /** True if nothing happens until the next input arrives. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#course === 'open';
  }

  get isContinuing(): boolean {
    return this.#course === 'continuing';
  }

  /** Takes the workflow's input. */
  start(input: unknown, key: string | undefined): void {
    this.#first = this.#enqueue(input, key);
  }

  /** Takes the next turn out of the queue; `undefined` if none is left in this run. */
  next(): Turn | undefined {
    return this.#queue.shift();
  }

  begin(turn: Turn): void {
    const n = ++this.#n;
    turn.begin(n);
    const { key } = turn;
    const { runId } = workflowInfo();
    if (key !== undefined) this.#known = [...this.#known, { n, key, runId }].slice(-MAX_KNOWN_TURNS);
    this.#current = turn;
    const cancelled = this.#cancelled.get(n);
    if (cancelled) cancelTurn(turn, cancelled);
  }

  end(): void {
    this.#current = undefined;
  }

  /** Takes no more inputs in this run, which continues as new after the queued turns (R5). */
  continue(): void {
    if (this.#course === 'open') this.#course = 'continuing';
  }

  /** Takes no more inputs: the thread ends. */
  stop(): void {
    this.#course = 'closing';
  }

  /** Refuses the turns that have not begun. */
  refuseQueued(code: 'TurnCancelled' | 'ThreadClosed', keep = 0): void {
    for (const turn of this.#queue.splice(keep)) turn.refuse(failure(code, CLOSED));
  }

  /** Throws what the caller gets if the input is not taken (R4). */
  validateInvoke(key: string | undefined): void {
    if (this.#first && this.#first.key === key) return;
    const known = this.#known.find((turn) => turn.key === key);
    if (known) throw alreadyInvoked(known);
    if (isReapplying()) return;
    this.#assertOpen();
    if (!this.#isBusy()) return;
    const onBusy = this.#onBusy;
    switch (onBusy) {
      case 'reject':
        throw this.#busy('and takes one input at a time');
      case 'enqueue':
        if (this.#queue.length >= MAX_QUEUED_TURNS) throw this.#busy(`and ${MAX_QUEUED_TURNS} more inputs wait`);
        return;
      case 'replace':
        return;
      default:
        onBusy satisfies never;
    }
  }

  async invoke(input: unknown, key: string | undefined): Promise<unknown> {
    if (this.#first && this.#first.key === key) return this.#first.result;
    if (this.#onBusy === 'replace' && !isReapplied()) this.#replace();
    return this.#enqueue(input, key).result;
  }

  /** Refuses `updateState` while a turn is at work: the end of the turn would overwrite what it saves. */
  validateUpdateState(): void {
    if (isReapplying()) return;
    this.#assertOpen();
    if (this.#isBusy()) throw this.#busy('so what is saved now would be lost when its turn ends');
  }

  /**
   * Leaves the value to the turn that comes before this `updateState`. Only after a reset is there such a turn (R11).
   *
   * @returns Whether there was one.
   */
  saveAfterTurn(saved: SavedText): boolean {
    const before = this.#queue.at(-1) ?? this.#current;
    before?.saveAfter(saved);
    return before !== undefined;
  }

  cancel(about: unknown): void {
    const address = readEndAddress(about);
    const turn = this.#current ?? this.#queue[0];
    if (isReapplied()) this.#cancelReapplied(address);
    else if (turn && !this.#hasEnded(address)) cancelTurn(turn, address);
  }

  close(about: unknown): void {
    log.info('Thread closed', { ...readEndAddress(about) });
    this.stop();
    // After a reset, inputs that were sent before it are delivered after it.
    if (isReapplied()) return;
    // Without a turn at work, the one that is about to begin counts as running.
    this.refuseQueued('ThreadClosed', this.#current ? 0 : 1);
  }

  #enqueue(input: unknown, key: string | undefined): Turn {
    const turn = new Turn({ input, key, parent: this.#root });
    this.#queue.push(turn);
    return turn;
  }

  #isBusy(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  #assertOpen(): void {
    if (this.#course === 'closing')
      throw refusedInput('ThreadClosed', 'The thread is closing. Once it has ended, an input starts it anew.');
    if (this.#course === 'continuing')
      throw refusedInput('ThreadContinuing', 'The thread is about to continue in a new run. Send it again.');
  }

  #busy(why: string): Error {
    const open = this.#open().map(({ id }) => `\`${id}\``);
    const what = open.length > 0 ? `waits for an answer to ${open.join(', ')}` : 'is at work';
    const { workflowId } = workflowInfo();
    return refusedInput('ThreadBusy', `Turn ${this.#n} of thread \`${workflowId}\` ${what}, ${why}.`);
  }

  /** Makes way for the newest input (R4). */
  #replace(): void {
    for (const turn of this.#queue.splice(0)) turn.refuse(failure('TurnReplaced', REPLACED));
    this.#current?.replace();
  }

  /** Whether the turn that the sender saw has ended meanwhile: another turn is not cancelled in its place. */
  #hasEnded({ turn }: EndAddress): boolean {
    return turn !== undefined && turn < (this.#current?.n ?? this.#n + 1);
  }

  /** After a reset signals come before updates, so the turn at work may not be the one that the sender meant (R11). */
  #cancelReapplied(address: EndAddress): void {
    const { turn: n = 0 } = address;
    if (this.#current?.n === n) cancelTurn(this.#current, address);
    else if (n > this.#n) this.#cancelled.set(n, address);
  }
}

function cancelTurn(turn: Turn, address: EndAddress): void {
  log.info('Turn cancelled', { ...address, turn: turn.n });
  turn.cancel(address.reason);
}

/** The argument of `cancelTurn` and `close`. Anybody may signal anything. */
function readEndAddress(about: unknown): EndAddress {
  const { reason, actor, turn } = (about ?? {}) as Partial<Record<keyof EndAddress, unknown>>;
  return defined({
    reason: typeof reason === 'string' ? reason : undefined,
    actor: typeof actor === 'string' ? actor : undefined,
    turn: typeof turn === 'number' ? turn : undefined,
  });
}
