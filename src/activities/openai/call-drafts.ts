/**
 * The tool calls of a message that arrives in fragments (P4).
 *
 * Usually the first fragment of a call has its number, its id and its name, and the others have its number and pieces of the
 * arguments. But a server may send no number, or 0 for each call; no id, or the same id again in each fragment; the name in
 * pieces, or again and again; or a whole call in one fragment.
 */
import { defined } from '../../protocol/defined.ts';
import type { MessagePart } from '../../protocol/preview.ts';
import { addFields } from './fragments.ts';
import { isObject } from '../../protocol/json-object.ts';
import type { ServerObject } from './messages.ts';

/** A fragment of a call, as far as it tells which call it is of. */
interface Fragment {
  readonly id: unknown;
  readonly index: number | undefined;
  readonly name: string;
  readonly args: unknown;
  readonly added: ServerObject;
  readonly addedInside: ServerObject;
}

function readFragment({ id, index, type: _type, function: called, ...added }: ServerObject): Fragment {
  const { name, arguments: args, ...addedInside } = isObject(called) ? called : {};
  return {
    id: id === '' || id === null ? undefined : id,
    index: typeof index === 'number' ? index : undefined,
    name: typeof name === 'string' ? name : '',
    args: args === '' || args === null ? undefined : args,
    added,
    addedInside,
  };
}

/** One call, as far as it has arrived. */
class Draft {
  readonly index: number | undefined;
  id: unknown;
  name = '';
  args: unknown;
  #added: ServerObject = {};
  #addedInside: ServerObject = {};

  constructor(index: number | undefined) {
    this.index = index;
  }

  add({ id, name, args, added, addedInside }: Fragment): void {
    this.id ??= id;
    // A name that comes with arguments or after them is the same one again.
    const isAgain = this.args !== undefined || (args !== undefined && name === this.name);
    if (!isAgain || this.name === '') this.name += name;
    const isText = typeof this.args === 'string' && typeof args === 'string';
    this.args = isText ? `${String(this.args)}${args}` : (args ?? this.args);
    this.#added = addFields(this.#added, added);
    this.#addedInside = addFields(this.#addedInside, addedInside);
  }

  /** Whether the fragment begins another call. */
  isBefore({ id, name, args }: Fragment): boolean {
    // Some servers make a new id for each fragment: only a name begins a call.
    if (name === '') return false;
    if (id !== undefined && this.id !== undefined && id !== this.id) return true;
    if (this.args === undefined) return false;
    return name !== this.name || (isSaid(args) && isWhole(this.args));
  }

  get call(): ServerObject {
    const { id, name, args } = this;
    return {
      ...this.#added,
      ...defined({ id }),
      type: 'function',
      function: { ...this.#addedInside, name, ...defined({ arguments: args }) },
    };
  }
}

function isSaid(args: unknown): boolean {
  return typeof args === 'string' ? args.trim() !== '' : args !== undefined;
}

function isWhole(args: unknown): boolean {
  if (typeof args !== 'string') return true;
  if (!args.trimEnd().endsWith('}')) return false;
  try {
    return isObject(JSON.parse(args));
  } catch {
    return false;
  }
}

/** The calls of one message. */
export class CallDrafts {
  readonly #drafts: Draft[] = [];
  readonly #show: (part: MessagePart) => void;
  /** How many calls have been shown. Calls are shown in their order. */
  #shown = 0;

  constructor(show: (part: MessagePart) => void) {
    this.#show = show;
  }

  /** Adds the fragments of one delta. */
  add(fragments: readonly unknown[]): void {
    const inDelta = new Set<Draft>();
    for (const sent of fragments.filter(isObject)) {
      const fragment = readFragment(sent);
      const draft = this.#find(fragment, inDelta) ?? this.#begin(fragment);
      inDelta.add(draft);
      draft.add(fragment);
      this.#showArguments(draft, fragment);
    }
  }

  /** The calls as a plain message has them. */
  get calls(): readonly ServerObject[] {
    return this.#drafts.map(({ call }) => call);
  }

  /** Nothing follows: shows what waits for more of its name. */
  end(): void {
    this.#showUntil(this.#drafts.length);
  }

  #begin({ index }: Fragment): Draft {
    const draft = new Draft(index);
    this.#drafts.push(draft);
    return draft;
  }

  #find(fragment: Fragment, inDelta: ReadonlySet<Draft>): Draft | undefined {
    const { id, index } = fragment;
    const draft =
      index !== undefined
        ? this.#drafts.findLast((one) => one.index === index)
        : ((id === undefined ? undefined : this.#drafts.findLast((one) => one.id === id)) ?? this.#drafts.at(-1));
    // Without numbers, each fragment of a delta is of a call of its own.
    if (!draft || (index === undefined && inDelta.has(draft))) return undefined;
    return draft.isBefore(fragment) ? undefined : draft;
  }

  #showArguments(draft: Draft, { args }: Fragment): void {
    // A name may come in pieces until the arguments begin.
    if (draft.args === undefined || draft.name === '') return;
    const at = this.#drafts.indexOf(draft);
    if (at >= this.#shown) this.#showUntil(at + 1);
    else if (args !== undefined) this.#show({ kind: 'arguments', index: at, text: asText(args) });
  }

  #showUntil(end: number): void {
    for (; this.#shown < end; this.#shown++) {
      const { id, name, args } = this.#drafts[this.#shown]!;
      const index = this.#shown;
      const toolCallId = typeof id === 'number' ? String(id) : typeof id === 'string' ? id : undefined;
      this.#show({ kind: 'call', index, ...defined({ toolCallId, name: name || undefined }) });
      if (args !== undefined) this.#show({ kind: 'arguments', index, text: asText(args) });
    }
  }
}

function asText(args: unknown): string {
  return typeof args === 'string' ? args : JSON.stringify(args);
}
