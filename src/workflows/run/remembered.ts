/**
 * The remembered decisions of a run: what a person decided about a tool for more than one call.
 *
 * Owns the list and its bound. The code that calls tools adds a decision and
 * finds those that count; the signal `forget` takes one back; continue-as-new carries the list (R5).
 *
 * The list has {@link MAX_REMEMBERED_BYTES} as JSON. Beyond that, the oldest decisions are dropped, and a decision that is
 * larger is not kept: their tools ask again. Nothing is let through because something was dropped.
 */
import { MAX_REMEMBERED_BYTES } from '../../protocol/limits.ts';
import type { Remembered } from '../../protocol/remembered.ts';
import { canonicalJson } from '../../protocol/value-hash.ts';
import { newestFitting } from '../turns/continue-as-new.ts';

export class RememberedDecisions {
  /** Oldest first. All of them together fit. */
  #all: readonly Remembered[];

  constructor(carried: readonly Remembered[] = []) {
    this.#all = carried;
  }

  carry(): readonly Remembered[] {
    return this.#all;
  }

  /** The decisions, oldest first. Some may be past their time. */
  list(): readonly Remembered[] {
    return this.#all;
  }

  /** Keeps a decision, in place of one with the same id. @returns Whether there was room for it. */
  add(remembered: Remembered): boolean {
    const others = this.#all.filter(({ id }) => id !== remembered.id);
    const kept = newestFitting([...others, remembered], MAX_REMEMBERED_BYTES);
    if (kept.length > 0) this.#all = kept;
    return kept.length > 0;
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

  /** Takes a decision back. @returns Whether there was one. */
  forget(id: string): boolean {
    const left = this.#all.filter((one) => one.id !== id);
    const isKnown = left.length < this.#all.length;
    this.#all = left;
    return isKnown;
  }
}

function isOver({ until }: Remembered, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now;
}
