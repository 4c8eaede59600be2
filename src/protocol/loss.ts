/**
 * What a value would lose as JSON, and how long its JSON can be at most.
 *
 * Both are found in one walk that copies nothing and writes no text: every task in the sandbox passes here. The walk reads a
 * value as `JSON.stringify` does: own enumerable string keys, and the result of `toJSON`.
 *
 * T7. A part that JSON would drop or flatten in silence is found, with its place: a class instance without `toJSON`, a `Map`,
 *     a function, `NaN`. An `undefined` field counts as missing, and an `undefined` item of a list arrives as `null`.
 */

import { pointerTo } from './json-pointer.ts';
import { messageOf } from './thrown.ts';

/** A part of a value that would not arrive unchanged. */
export interface Loss {
  /** What it is, for a sentence: "an instance of `AIMessage`". */
  readonly what: string;
  /** What to do about it. */
  readonly instead: string;
  /** A JSON pointer into the value; `''` is the whole value. */
  readonly path: string;
}

export interface Survey {
  readonly loss?: Loss;
  /** An upper bound of the length of its JSON in UTF-8. Missing if it is nested too deep, perhaps in a cycle. */
  readonly maxBytes?: number;
}

/** Deeper values are left to JSON, which detects cycles. */
const MAX_DEPTH = 1000;
/** A control character is escaped in six bytes; no character takes more. */
const MAX_UNIT_BYTES = 6;
const MAX_NUMBER_BYTES = 26;
/** Quotes or brackets, a colon and a comma. */
const MAX_MARK_BYTES = 4;

export function survey(value: unknown): Survey {
  const walk = new Walk();
  const lost = walk.root(value);
  if (lost === TOO_DEEP) return {};
  if (!lost) return { maxBytes: walk.maxBytes };
  const { what, instead, keys } = lost;
  return { loss: { what, instead, path: pointerTo(keys.toReversed()) } };
}

/** A loss on its way out of the walk. Each level appends its key, so the innermost key is first. */
interface Found {
  readonly what: string;
  readonly instead: string;
  readonly keys: (string | number)[];
}

/** Ends the walk, which would follow a cycle for ever. */
const TOO_DEEP: Found = { what: '', instead: '', keys: [] };

class Walk {
  maxBytes = 0;

  root(value: unknown): Found | undefined {
    try {
      return this.value(value, 0);
    } catch (error) {
      return unreadable(error);
    }
  }

  value(value: unknown, depth: number): Found | undefined {
    switch (typeof value) {
      case 'string':
        this.maxBytes += value.length * MAX_UNIT_BYTES + MAX_MARK_BYTES;
        return undefined;
      case 'number':
        this.maxBytes += MAX_NUMBER_BYTES;
        return Number.isFinite(value) ? undefined : found(String(value), 'Send null, or a text.');
      case 'boolean':
      case 'undefined':
        this.maxBytes += MAX_MARK_BYTES * 2;
        return undefined;
      case 'object':
        if (value !== null) return this.#object(value, depth);
        this.maxBytes += MAX_MARK_BYTES * 2;
        return undefined;
      case 'bigint':
        // Some programs add a `toJSON` to `BigInt.prototype`.
        return hasToJson(value) ? this.value(value.toJSON(''), depth) : found('a bigint', 'Send it as a text.');
      default:
        return found(`a ${typeof value}`, 'Leave it out, or send plain data.');
    }
  }

  #object(value: object, depth: number): Found | undefined {
    if (!hasToJson(value)) return this.#fields(value, depth);
    const said = value.toJSON('');
    if (said === undefined && depth === 0) return found('an object whose `toJSON` returns nothing', 'Return a value.');
    if (said === null && kindOf(value) === 'Date') return found('an invalid date', 'Send null.');
    // JSON does not call `toJSON` on what another `toJSON` returned.
    return typeof said === 'object' && said !== null ? this.#fields(said, depth) : this.value(said, depth);
  }

  #fields(value: object, depth: number): Found | undefined {
    this.maxBytes += MAX_MARK_BYTES;
    if (depth === MAX_DEPTH) return TOO_DEEP;
    return Array.isArray(value) ? this.#list(value, depth) : this.#record(value, depth);
  }

  #list(list: readonly unknown[], depth: number): Found | undefined {
    if (!isPlainList(list)) return instance(list);
    for (let i = 0; i < list.length; i++) {
      const inside = this.#at(list, i, depth);
      if (inside) return within(inside, i);
    }
    return undefined;
  }

  #record(record: object, depth: number): Found | undefined {
    if (!isPlainRecord(record)) return instance(record);
    for (const key of Object.keys(record)) {
      this.maxBytes += key.length * MAX_UNIT_BYTES + MAX_MARK_BYTES;
      const inside = this.#at(record, key, depth);
      if (inside) return within(inside, key);
    }
    return undefined;
  }

  #at(parent: object, key: string | number, depth: number): Found | undefined {
    try {
      return this.value((parent as Record<string | number, unknown>)[key], depth + 1);
    } catch (error) {
      return unreadable(error);
    }
  }
}

/** The loss of a part whose getter, `toJSON` or proxy throws. */
function unreadable(error: unknown): Found {
  return found(`something that cannot be read (${messageOf(error)})`, 'Send plain data.');
}

function found(what: string, instead: string): Found {
  return { what, instead, keys: [] };
}

function within(inside: Found, key: string | number): Found {
  if (inside !== TOO_DEEP) inside.keys.push(key);
  return inside;
}

function instance(value: object): Found {
  const kind = kindOf(value);
  if (kind === 'Map' || kind === 'WeakMap') return found(`a ${kind}`, 'Send `Object.fromEntries(map)`.');
  if (kind === 'Set' || kind === 'WeakSet') return found(`a ${kind}`, 'Send `[...set]`.');
  if (kind === 'Error') return found(`an error (\`${nameOf(value)}\`)`, 'Throw it, or send its message.');
  if (kind === 'Promise') return found('a promise', 'Await it.');
  if (ArrayBuffer.isView(value))
    return found(`bytes (\`${kind}\`)`, 'Send a `Uint8Array` that is the whole value, or a text.');
  return found(`an instance of \`${nameOf(value)}\``, 'Send its fields as plain data, or give its class a `toJSON`.');
}

function hasToJson(value: object | bigint): value is (object | bigint) & { toJSON(key: string): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** Whether it is a plain object of any realm: in each, `Object.prototype` has no prototype. */
function isPlainRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isPlainList(list: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(list);
  if (prototype === Array.prototype || prototype === null) return true;
  const base: unknown = Object.getPrototypeOf(prototype);
  return base === null || Object.getPrototypeOf(base) === null;
}

/** The `Map` of `[object Map]`, which is the same in every realm. */
function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return (typeof constructor === 'function' && constructor.name) || 'a class without a name';
}
