/**
 * The memory of a thread: what the last good turn saved, and the next one gets as `previous` (R2).
 *
 * Owns the saved value, as JSON text: what a turn does to `previous` reaches no other turn, and continue-as-new changes
 * nothing about it.
 */
import { checkJson, MAX_SAVED_BYTES, type Unsendable } from '../../protocol/limits.ts';
import { failure } from '../errors/failure.ts';
import { assertSaved } from '../errors/sendable.ts';

/** JSON text; `undefined` for nothing. */
export type SavedText = string | undefined;

export class Memory {
  #saved: SavedText;

  constructor(saved: unknown) {
    this.#saved = encodeSaved(saved);
  }

  /** A copy of its own for each caller. */
  previous(): unknown {
    return this.#saved === undefined ? undefined : JSON.parse(this.#saved);
  }

  save(saved: SavedText): void {
    this.#saved = saved;
  }
}

export function encodeSaved(saved: unknown): SavedText {
  return JSON.stringify(saved);
}

/** What a turn saves. @throws `NotSerializable`, `TooLarge` */
export function saveOf(save: unknown, entrypoint: string): SavedText {
  if (ArrayBuffer.isView(save))
    throw failure('NotSerializable', `Expected what entrypoint \`${entrypoint}\` saves to be JSON, got bytes.`);
  assertSaved(save, `what entrypoint \`${entrypoint}\` saves`);
  return encodeSaved(save);
}

/** Why `updateState` cannot save a value. */
export function savedProblem(saved: unknown): Unsendable | undefined {
  return checkJson(saved, 'what is to be saved', MAX_SAVED_BYTES);
}
