/**
 * The remembered decisions of a run: what a person decided about a tool for more than one call.
 *
 * Owns the list, its bound, and the ids that were forgotten before their decisions are remembered. The code that calls
 * tools adds a decision and finds the one that counts for a call; the signal `forget` takes one back; continue-as-new
 * carries the list (R5).
 *
 * The list has {@link MAX_REMEMBERED_BYTES} as JSON. Beyond that, the oldest decisions are dropped, and a decision that is
 * larger is not kept: their tools ask again.
 *
 * R11. After a reset the server delivers a `forget` before the answer that it takes back has become a decision again. Its id
 *      is kept until then, and the decision is not remembered.
 * R12. A decision that was taken back lets no further call through. It is remembered when the call that was decided ends. If
 *      it is taken back before, it is not remembered.
 */
import { log } from '@temporalio/workflow';
import { defined } from '../../protocol/defined.ts';
import { MAX_REMEMBERED_BYTES } from '../../protocol/limits.ts';
import { isOver, type ForgetAddress, type Remembered } from '../../protocol/remembered.ts';
import { canonicalJson } from '../../protocol/value-hash.ts';
import { isReapplied } from '../sandbox/reset.ts';
import { newestFitting } from '../turns/continue-as-new.ts';

export interface RememberedSettings {
  /** The list has changed. */
  readonly onChange?: () => void;
  /** Whether a question of the run has an answer. */
  readonly isAnswered?: (id: string) => boolean;
}

export class RememberedDecisions {
  /** Oldest first. All of them together fit. */
  #all: readonly Remembered[];
  /** Ids of decisions that were forgotten and are not remembered yet. */
  readonly #forgotten = new Set<string>();
  readonly #onChange: () => void;
  readonly #isAnswered: (id: string) => boolean;

  constructor(carried: readonly Remembered[] = [], { onChange, isAnswered }: RememberedSettings = {}) {
    this.#all = carried;
    this.#onChange = onChange ?? (() => undefined);
    this.#isAnswered = isAnswered ?? (() => false);
  }

  carry(): readonly Remembered[] {
    return this.#all;
  }

  /** The decisions, oldest first. Some may be past their time. */
  list(): readonly Remembered[] {
    return this.#all;
  }

  /** Keeps a decision, in place of one with the same id. @returns Whether it is kept. */
  add(remembered: Remembered): boolean {
    const { id } = remembered;
    if (this.#forgotten.delete(id)) return false;
    const kept = newestFitting([...this.#all.filter((one) => one.id !== id), remembered], MAX_REMEMBERED_BYTES);
    if (kept.length === 0) return false;
    this.#all = kept;
    this.#onChange();
    return true;
  }

  /**
   * The newest decision that counts for a call.
   *
   * @param now In milliseconds since the epoch.
   */
  find(tool: string, args: unknown, now: number = Date.now()): Remembered | undefined {
    const ofTool = this.#all.filter((one) => one.tool === tool && !isOver(one, now));
    const called = canonicalJson(args);
    return ofTool.findLast((one) => one.args === undefined || canonicalJson(one.args) === called);
  }

  /** Takes the argument of the signal. Synchronous: it counts before any other code of the run continues. */
  take(about: unknown): void {
    const address = readForgetAddress(about);
    if (!address) return log.warn('Nothing was forgotten: the signal has no id');
    const { id } = address;
    if (this.forget(id)) log.info('Decision forgotten', { ...address });
    else if (isReapplied() || this.#isAnswered(id)) this.#forgotten.add(id);
    else log.warn('Nothing was forgotten: no decision has this id', { ...address });
  }

  /** Takes a decision back. @returns Whether there was one. */
  forget(id: string): boolean {
    const left = this.#all.filter((one) => one.id !== id);
    if (left.length === this.#all.length) return false;
    this.#all = left;
    this.#onChange();
    return true;
  }
}

/** Anybody may signal anything. */
function readForgetAddress(about: unknown): ForgetAddress | undefined {
  const { id, actor } = (about ?? {}) as Partial<Record<keyof ForgetAddress, unknown>>;
  if (typeof id !== 'string') return undefined;
  return { id, ...defined({ actor: typeof actor === 'string' ? actor : undefined }) };
}
