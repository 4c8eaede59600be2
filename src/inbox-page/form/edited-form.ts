/**
 * What a person has entered into the fields of a form, as a value: each change makes a new one (W6).
 *
 * Only what was touched is kept. A field that was not begins with its start value, and counts as that. So a list can be
 * changed in the middle: the entries of its items and their start values move along. The same answer can be written as JSON;
 * what was entered is carried over in both directions, also a text that does not fit its field.
 */
import { parseJson, inexactProblem } from '../../protocol/exact-json.ts';
import { checkedValue, isTyped, readInput, startText, type TypedField } from '../../protocol/form-input.ts';
import { readForm, type Entry, type Field, type Form } from '../../protocol/form.ts';
import { keysOf } from '../../protocol/json-pointer.ts';
import { isObject, listOf } from '../../protocol/json-object.ts';
import { keywordOf, partsOf, type SchemaReader } from '../../protocol/schema-parts.ts';
import type { Check } from '../../protocol/schema.ts';
import type { JsonSchema, Problem } from '../../protocol/shapes.ts';
import { chosenEntry, given, isSame, LEFT_OUT, NEEDED, STRANGE } from './chosen-entry.ts';
import { pathOf, rekeyed } from './field-keys.ts';
import { notJson, typingProblem } from './words.ts';

/** What is kept of a form between two visits: JSON. */
export interface FormDraft {
  readonly entries?: { readonly [key: string]: unknown };
  readonly texts?: { readonly [key: string]: unknown };
  /** The start value, if it was changed: by JSON, or by a list whose items moved. */
  readonly start?: { readonly value: unknown };
  /** The answer as JSON text, while it is written as such. */
  readonly json?: string;
}

/** The key of the problems of the JSON text, and of those that are about no field. */
export const WHOLE = '';
/** Tells whether a part of the date in a field is missing. */
export type IsHalfFilled = (field: Field) => boolean;
export const HALF_FILLED = 'The date or the time is incomplete, or does not exist.';
const LITERAL = { isLiteral: true };

type Shown = ReadonlyMap<string, readonly string[]>;

interface Parts {
  readonly reader: SchemaReader;
  readonly start: unknown;
  readonly isStartChanged: boolean;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly texts: ReadonlyMap<string, string>;
  readonly json: string | undefined;
  /** What is wrong, by the keys of the fields. */
  readonly problems: Shown;
}

export type Finished =
  | { readonly kind: 'fits'; readonly value: unknown }
  | { readonly kind: 'wrong'; readonly edited: EditedForm };

export class EditedForm {
  readonly #parts: Parts;
  #form: Form | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static begin(reader: SchemaReader, start: unknown, draft: unknown): EditedForm {
    const kept: FormDraft = isObject(draft) ? draft : {};
    const changed = isObject(kept.start) ? kept.start : undefined;
    return new EditedForm({
      reader,
      start: changed ? changed['value'] : (start ?? keywordOf(partsOf(reader, [reader.root]), 'default')),
      isStartChanged: changed !== undefined,
      entries: new Map(Object.entries(isObject(kept.entries) ? kept.entries : {}).filter(isEntryOf)),
      texts: new Map(Object.entries(isObject(kept.texts) ? kept.texts : {}).filter(isTextOf)),
      json: typeof kept.json === 'string' ? kept.json : undefined,
      problems: new Map(),
    });
  }

  get form(): Form {
    const { reader, start } = this.#parts;
    this.#form ??= readForm(reader, { entries: new Map(), fallback: (field) => this.entryOf(field), start });
    return this.#form;
  }

  /** All that was entered, also what does not fit: a text for a number, for instance. */
  get entered(): unknown {
    const { reader, start, texts } = this.#parts;
    const fallback = (field: Field): Entry | undefined => {
      const entry = this.entryOf(field);
      if (entry || !isTyped(field)) return entry;
      const raw = texts.get(field.key) ?? field.start;
      return raw === undefined || raw === '' ? undefined : given(raw);
    };
    return readForm(reader, { entries: new Map(), fallback, start }).answer;
  }

  /** The answer as JSON text, while it is written as such. */
  get json(): string | undefined {
    return this.#parts.json;
  }

  get problems(): Shown {
    return this.#parts.problems;
  }

  /** What is kept; `undefined` if nothing was touched. */
  get draft(): FormDraft | undefined {
    const { entries, texts, json, start, isStartChanged } = this.#parts;
    if (entries.size + texts.size === 0 && json === undefined && !isStartChanged) return undefined;
    return {
      ...(entries.size > 0 ? { entries: Object.fromEntries(entries) } : {}),
      ...(texts.size > 0 ? { texts: Object.fromEntries(texts) } : {}),
      ...(isStartChanged ? { start: { value: start } } : {}),
      ...(json === undefined ? {} : { json }),
    };
  }

  /** What is in a field that is typed. */
  textOf(field: TypedField): string {
    return this.#parts.texts.get(field.key) ?? startText(field, LITERAL);
  }

  /** What a field counts as; `undefined` while it lacks an entry, or has a wrong one. */
  entryOf(field: Field): Entry | undefined {
    return isTyped(field) ? this.#typedEntry(field) : chosenEntry(field, this.#parts.entries.get(field.key));
  }

  #typedEntry(field: TypedField): Entry | undefined {
    const { reader, texts } = this.#parts;
    const text = texts.get(field.key);
    if (text === undefined && field.start === undefined) return field.isRequired ? undefined : LEFT_OUT;
    const input =
      text === undefined ? checkedValue(reader, field, field.start) : readInput(reader, field, text, LITERAL);
    return input.kind === 'refused' ? undefined : input;
  }

  typed(field: TypedField, text: string): EditedForm {
    const texts = new Map(this.#parts.texts);
    // A text equal to the start text is not kept in the draft.
    if (text === startText(field, LITERAL)) texts.delete(field.key);
    else texts.set(field.key, text);
    return this.#changed({ texts, problems: this.#without(field.key) });
  }

  chosen(field: Field, value: unknown): EditedForm {
    const entry = value === undefined ? LEFT_OUT : given(value);
    const entries = new Map(this.#parts.entries);
    if (!isTyped(field) && isSame(chosenEntry(field, entry), chosenEntry(field))) entries.delete(field.key);
    else entries.set(field.key, entry);
    return this.#changed({ entries, problems: this.#without(field.key) });
  }

  /** Without an item of the list at this path. */
  removed(path: string, index: number): EditedForm {
    const list = this.#listStart(path).filter((_, i) => i !== index);
    return this.#moved(path, list, (_, i) => (i === index ? undefined : i > index ? i - 1 : i));
  }

  /** With two items of the list at this path changed over. */
  swapped(path: string, a: number, b: number): EditedForm {
    const before = this.#listStart(path);
    const list = [...before];
    [list[a], list[b]] = [before[b], before[a]];
    return this.#moved(path, before.length > 0 ? list : before, (key, i) => {
      // Whether there is one more item does not move with the item.
      if (key.startsWith('another ') && pathOf(key) === `${path}/${i}`) return i;
      return i === a ? b : i === b ? a : i;
    });
  }

  written(json: string): EditedForm {
    return this.#changed({ json, problems: this.#without(WHOLE) });
  }

  /** The same answer as JSON text, as far as it has been entered. */
  toJson(): EditedForm {
    return this.#changed({ json: this.#enteredJson(), problems: new Map() });
  }

  #enteredJson(): string {
    const { entered } = this;
    return entered === undefined ? '' : JSON.stringify(entered, null, 2);
  }

  /** The same answer in its fields. A text that is not JSON cannot be carried over, and stays. */
  toFields(): EditedForm {
    const { json = '' } = this.#parts;
    // The entries are still there. If the JSON was not changed, they say more than it: which texts were typed.
    if (json.trim() === '' || json === this.#enteredJson())
      return this.#changed({ json: undefined, problems: new Map() });
    const read = readJson(json);
    if ('problem' in read) return this.#changed({ problems: new Map([[WHOLE, [read.problem]]]) });
    return this.#changed({
      start: read.value,
      isStartChanged: true,
      entries: new Map(),
      texts: new Map(),
      json: undefined,
      problems: new Map(),
    });
  }

  /** The answer, if nothing is wrong with it. */
  finished(check: Check, isHalf: IsHalfFilled = () => false): Finished {
    const { json } = this.#parts;
    let answer: unknown;
    if (json === undefined) {
      const missing = this.#missing(isHalf);
      if (missing.size > 0) return { kind: 'wrong', edited: this.#changed({ problems: missing }) };
      ({ answer } = this.form);
    } else {
      const read = readJson(json);
      if ('problem' in read)
        return { kind: 'wrong', edited: this.#changed({ problems: new Map([[WHOLE, [read.problem]]]) }) };
      answer = read.value;
    }
    const checked = check(answer);
    return 'problems' in checked
      ? { kind: 'wrong', edited: this.refused(checked.problems) }
      : { kind: 'fits', value: answer };
  }

  /** With these problems beside their fields. */
  refused(problems: readonly Problem[]): EditedForm {
    const shown = new Map<string, readonly string[]>();
    for (const { path, message } of problems) {
      const key = this.#keyAt(path);
      const text = key === WHOLE && path !== '' ? `${path}: ${message}` : message;
      shown.set(key, [...(shown.get(key) ?? []), text]);
    }
    return this.#changed({ problems: shown });
  }

  /** The fields that lack an entry, and what each of them needs. */
  #missing(isHalf: IsHalfFilled): Shown {
    const missing = new Map<string, readonly string[]>();
    for (const field of this.form.fields) {
      if (isHalf(field)) {
        missing.set(field.key, [HALF_FILLED]);
        continue;
      }
      if (this.entryOf(field)) continue;
      if (!isTyped(field)) {
        const isStrange = field.start !== undefined && !this.#parts.entries.has(field.key);
        missing.set(field.key, [isStrange ? STRANGE : NEEDED[field.kind]]);
        continue;
      }
      missing.set(field.key, [typingProblem(field, this.textOf(field))]);
    }
    return missing;
  }

  /** The field at a path, or else the closest one around it. */
  #keyAt(path: string): string {
    if (this.#parts.json !== undefined) return WHOLE;
    const around = this.form.fields.filter(
      (field) => field.kind !== 'another' && (path === field.path || path.startsWith(`${field.path}/`)),
    );
    const longest = Math.max(...around.map((field) => field.path.length));
    // The last one of the same path is the innermost.
    return around.findLast((field) => field.path.length === longest)?.key ?? WHOLE;
  }

  #without(key: string): Shown {
    const problems = new Map(this.#parts.problems);
    problems.delete(key);
    problems.delete(WHOLE);
    return problems;
  }

  #listStart(path: string): readonly unknown[] {
    const own = listOf(valueAt(this.#parts.start, path));
    const field = this.form.fields.find((one) => 'of' in one && one.path === path);
    return own.length > 0 ? own : listOf(field?.kind === 'presence' ? field.content : field?.start);
  }

  #moved(path: string, list: readonly unknown[], to: (key: string, index: number) => number | undefined): EditedForm {
    const { start, entries, texts, isStartChanged } = this.#parts;
    const hadStart = this.#listStart(path).length > 0;
    return this.#changed({
      ...(hadStart
        ? { start: withValueAt(start, keysOf(path), list), isStartChanged: true }
        : { start, isStartChanged }),
      entries: rekeyed(entries, path, to),
      texts: rekeyed(texts, path, to),
      problems: new Map(),
    });
  }

  #changed(changes: Partial<Parts>): EditedForm {
    return new EditedForm({ ...this.#parts, ...changes });
  }
}

function readJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (text.trim() === '') return { problem: 'Enter the answer as JSON.' };
  const parsed = parseJson(text);
  switch (parsed.kind) {
    case 'value':
      return { value: parsed.value };
    case 'inexact':
      return { problem: `${inexactProblem(parsed.number)}. A text is written in quotes.` };
    case 'not JSON':
      return { problem: notJson(parsed.reason) };
    default:
      return parsed satisfies never;
  }
}

function valueAt(value: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function withValueAt(value: unknown, [key, ...rest]: readonly string[], inner: unknown): unknown {
  if (key === undefined) return inner;
  if (Array.isArray(value))
    return (value as readonly unknown[]).map((one, i) => (String(i) === key ? withValueAt(one, rest, inner) : one));
  const object: JsonSchema = isObject(value) ? value : {};
  return { ...object, [key]: withValueAt(object[key], rest, inner) };
}

function isEntryOf(pair: [string, unknown]): pair is [string, Entry] {
  const [, entry] = pair;
  return isObject(entry) && (entry['kind'] === 'left out' || (entry['kind'] === 'given' && 'value' in entry));
}

function isTextOf(pair: [string, unknown]): pair is [string, string] {
  return typeof pair[1] === 'string';
}
