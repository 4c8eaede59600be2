/**
 * An answer as a form: the fields to ask a person for, from the question's JSON Schema and the entries so far (O2).
 *
 * The form is read again after each entry, because an entry may bring other fields: the type of a decision, an alternative,
 * one more item of a list. {@link readForm} is a pure function. It knows neither a terminal nor a page; either shows the
 * fields and keeps the entries by their keys. A value that cannot be asked for as fields is asked for as JSON.
 *
 * An answer from the fields nearly always fits the schema. The whole answer is checked before it is sent.
 */
import { defined } from './defined.ts';
import { pointerTo } from './json-pointer.ts';
import { isObject, listOf } from './json-object.ts';
import { textShape, type TextShape } from './text-shape.ts';
import {
  allows,
  alternativesOf,
  choicesOf,
  keywordOf,
  partsOf,
  propertiesOf,
  textOf,
  typesOf,
  type Choice,
  type SchemaReader,
} from './schema-parts.ts';
import type { JsonSchema } from './shapes.ts';
import { variantTitle } from './variant-title.ts';

/** What a person entered for a field. */
export type Entry = { readonly kind: 'given'; readonly value: unknown } | { readonly kind: 'left out' };
/** The entries by the keys of their fields. */
export type Entries = ReadonlyMap<string, Entry>;

interface FieldBase {
  /** Identifies the field in its form, and its entry. */
  readonly key: string;
  /** The place of its value in the answer: a JSON pointer. */
  readonly path: string;
  /** The same for people: `args.amount`. `''` is the whole answer. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** The value to start with: an earlier value, else the default of the schema. */
  readonly start?: unknown;
  /** All schemas that its value must fit. */
  readonly parts: readonly JsonSchema[];
}

/** A field. Its entry is a value of the answer; the last four kinds decide which other fields there are. */
export type Field = FieldBase &
  (
    | { readonly kind: 'text'; readonly shape: TextShape }
    | { readonly kind: 'number'; readonly isInteger: boolean }
    | { readonly kind: 'yes or no' }
    /** Any JSON, and any text if `takesText`. */
    | { readonly kind: 'json'; readonly takesText: boolean }
    | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
    /** A list with some of the choices. */
    | { readonly kind: 'several'; readonly choices: readonly Choice[]; readonly isEmptyAllowed: boolean }
    /** A heading: it takes no entry. */
    | { readonly kind: 'group'; readonly of: Container }
    /** Which alternative the value is. The entry is the index of the alternative, and starts with -1 if none fits. */
    | { readonly kind: 'variant'; readonly choices: readonly Choice[] }
    /** Whether to give an optional object or list at all: true or false. `content` is what it starts with. */
    | { readonly kind: 'presence'; readonly of: Container; readonly content?: unknown }
    /** Whether a list with `count` items has one more: true or false. The first `fixed` items have a place of their own. */
    | { readonly kind: 'another'; readonly count: number; readonly fixed: number }
  );

export type Container = 'object' | 'list';

export interface Form {
  /** The fields in the order in which they are asked. */
  readonly fields: readonly Field[];
  /** The answer that the entries make; `undefined` while there are no entries. */
  readonly answer: unknown;
}

export interface FormSettings {
  readonly entries: Entries;
  /** What a field without an entry counts as. A page shows all fields at once, so each begins with its start value. */
  readonly fallback?: (field: Field) => Entry | undefined;
  /** An answer to start with; a field that it lacks starts with the default of its schema. */
  readonly start?: unknown;
}

/** Reads the fields of a form, and the answer that the entries make. */
export function readForm(reader: SchemaReader, { entries, fallback, start }: FormSettings): Form {
  const builder = new FormBuilder(reader, (field) => entries.get(field.key) ?? fallback?.(field));
  const answer = builder.place({ names: [], schemas: [reader.root], isRequired: true, start });
  return { fields: builder.fields, answer };
}

/** A deeper value is asked for as JSON: a schema may contain itself. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 1000;

/** A place in the answer, and the schemas of the value there. */
interface Place {
  readonly names: readonly string[];
  readonly schemas: readonly JsonSchema[];
  readonly isRequired: boolean;
  readonly start: unknown;
}

/** `T` without the members that all fields have, for each kind by itself. */
type Kind<T = Field> = T extends unknown ? Omit<T, keyof FieldBase> : never;

class FormBuilder {
  readonly fields: Field[] = [];
  readonly #reader: SchemaReader;
  readonly #entryOf: (field: Field) => Entry | undefined;

  constructor(reader: SchemaReader, entryOf: (field: Field) => Entry | undefined) {
    this.#reader = reader;
    this.#entryOf = entryOf;
  }

  /** Adds the fields of a place. Returns the value that their entries make, or `undefined` if there is none. */
  place(given: Place): unknown {
    const parts = partsOf(this.#reader, given.schemas);
    const place = { ...given, start: given.start === undefined ? keywordOf(parts, 'default') : given.start };
    const choices = choicesOf(this.#reader, parts);
    if (choices && isFixed(place, choices)) return choices[0]?.value;
    if (choices && choices.length > 0) return this.#ask(place, parts, { kind: 'choice', choices });
    if (place.names.length > MAX_DEPTH) return this.#json(place, parts);
    const open = parts.find((part) => alternativesOf(part) && !isDecided(part, place.schemas));
    if (open) return this.#variant(place, parts, alternativesOf(open) ?? []);
    const types = typesOf(this.#reader, parts) ?? [];
    if (types.length > 1)
      return this.#variant(
        place,
        parts,
        types.map((type) => ({ type })),
      );
    switch (types[0]) {
      case 'string':
        return this.#ask(place, parts, { kind: 'text', shape: textShape(parts, place) });
      case 'number':
      case 'integer':
        return this.#ask(place, parts, { kind: 'number', isInteger: types[0] === 'integer' });
      case 'boolean':
        return this.#ask(place, parts, { kind: 'yes or no' });
      case 'object':
        return this.#object(place, parts);
      case 'array':
        return this.#list(place, parts);
      case 'null':
        return this.#ask(place, parts, { kind: 'choice', choices: [{ value: null }] });
      case undefined:
        return this.#json(place, parts);
      default:
        return types[0] satisfies never;
    }
  }

  #json(place: Place, parts: readonly JsonSchema[]): unknown {
    const types = typesOf(this.#reader, parts);
    return this.#ask(place, parts, { kind: 'json', takesText: types === undefined || types.includes('string') });
  }

  /** Asks for an alternative, and then for its fields. */
  #variant(place: Place, parts: readonly JsonSchema[], alternatives: readonly JsonSchema[]): unknown {
    const { start } = place;
    const at = start === undefined ? -1 : alternatives.findIndex((one) => this.#reader.check(one, start).length === 0);
    const choices = alternatives.map((one, value) => ({ value, title: variantTitle(this.#reader, one) }));
    // Nested alternatives share a path.
    const key = `variant ${place.schemas.length} ${pointerTo(place.names)}`;
    const shown = { ...place, start: start === undefined ? undefined : at };
    const chosen = this.#ask(shown, parts, { kind: 'variant', choices }, key);
    const schema = typeof chosen === 'number' ? alternatives[chosen] : undefined;
    if (!schema) return undefined;
    return this.place({
      ...place,
      isRequired: true,
      schemas: [...place.schemas, schema],
      start: chosen === at || at < 0 ? start : undefined,
    });
  }

  #object(place: Place, own: readonly JsonSchema[]): unknown {
    // An object without known properties is asked for as JSON.
    if (isTable(own) && partsOf(this.#reader, place.schemas, {}).length === own.length) return this.#json(place, own);
    if (!this.#begin(place, own, 'object')) return undefined;
    const start = isObject(place.start) ? place.start : {};
    const values = new Map<string, unknown>();
    const seen = new Set<string>();
    for (;;) {
      // Read again after each property, which may decide which other properties there are.
      const value = Object.fromEntries(values);
      const parts = partsOf(this.#reader, place.schemas, value);
      const next = [...propertiesOf(parts, value)].find(([name]) => !seen.has(name));
      if (!next) return { ...extras(parts, start, seen), ...value };
      const [name, { schemas, isRequired }] = next;
      seen.add(name);
      const given = Object.hasOwn(start, name) ? start[name] : undefined;
      const entered = this.place({ names: [...place.names, name], schemas, isRequired, start: given });
      if (entered !== undefined) values.set(name, entered);
    }
  }

  #list(place: Place, parts: readonly JsonSchema[]): unknown {
    const prefix = listOf(keywordOf(parts, 'prefixItems'));
    const items = keywordOf(parts, 'items');
    const bounds = { min: numberOf(parts, 'minItems', 0), max: numberOf(parts, 'maxItems', MAX_ITEMS) };
    const choices =
      isObject(items) && prefix.length === 0 ? choicesOf(this.#reader, partsOf(this.#reader, [items])) : undefined;
    if (choices) return this.#ask(place, parts, { kind: 'several', choices, isEmptyAllowed: bounds.min === 0 });
    // More items than there may be fields would be cut.
    const isLong = listOf(place.start).length > MAX_ITEMS;
    if (isLong || (!isObject(items) && prefix.length === 0)) return this.#json(place, parts);
    if (!this.#begin(place, parts, 'list')) return undefined;
    const start = listOf(place.start);
    const list: unknown[] = [];
    const fixed = prefix.length;
    for (let i = 0; i < bounds.max; i++) {
      const item = prefix[i] ?? items;
      if (item === undefined || item === false) break;
      const at = {
        names: [...place.names, String(i)],
        schemas: isObject(item) ? [item] : [],
        isRequired: true,
        start: start[i],
      };
      if (i >= Math.max(bounds.min, fixed) && !this.#hasAnother(place, { count: i, fixed })) break;
      const entered = this.place(at);
      // An item may still lack its entry, and those after it stay: the answer is not complete yet.
      if (entered !== undefined) list.push(entered);
    }
    return list;
  }

  #hasAnother(place: Place, { count, fixed }: { readonly count: number; readonly fixed: number }): boolean {
    const list = { ...place, isRequired: true, start: count < listOf(place.start).length };
    return (
      this.#ask(list, [], { kind: 'another', count, fixed }, `another ${pointerTo(place.names)}/${count}`) === true
    );
  }

  /** Whether to ask for the fields of an object or list: it is required, or the person wants to give it. */
  #begin(place: Place, parts: readonly JsonSchema[], of: Container): boolean {
    if (!place.isRequired) return this.#isPresent(place, parts, of);
    if (place.names.length > 0) this.#add(place, parts, { kind: 'group', of });
    return true;
  }

  #isPresent(place: Place, parts: readonly JsonSchema[], of: Container): boolean {
    const kind = { kind: 'presence' as const, of, ...defined({ content: place.start }) };
    return this.#ask({ ...place, start: place.start !== undefined }, parts, kind) === true;
  }

  #ask(place: Place, parts: readonly JsonSchema[], kind: Kind, key?: string): unknown {
    const field = this.#add(place, parts, kind, key);
    const entry = this.#entryOf(field);
    return entry?.kind === 'given' ? entry.value : undefined;
  }

  #add({ names, isRequired, start }: Place, parts: readonly JsonSchema[], kind: Kind, key?: string): Field {
    const path = pointerTo(names);
    const field: Field = {
      ...kind,
      key: key ?? `${kind.kind} ${path}`,
      path,
      name: names.join('.'),
      title: textOf(parts, 'title'),
      description: textOf(parts, 'description'),
      isRequired,
      ...defined({ start }),
      parts,
    };
    this.fields.push(field);
    return field;
  }
}

/**
 * Whether the value is fixed, so that nobody is asked for it: a constant inside an answer. `true` and a whole answer are
 * asked for even then, because a person must agree to them.
 */
function isFixed({ names, isRequired }: Place, choices: readonly Choice[]): boolean {
  return choices.length === 1 && isRequired && names.length > 0 && typeof choices[0]?.value !== 'boolean';
}

/** Whether it is an object with any properties. */
function isTable(parts: readonly JsonSchema[]): boolean {
  return propertiesOf(parts, {}).size === 0 && parts.every((part) => part['additionalProperties'] !== false);
}

/** Whether one of its alternatives has been chosen. */
function isDecided(part: JsonSchema, schemas: readonly JsonSchema[]): boolean {
  return (alternativesOf(part) ?? []).some((one) => schemas.includes(one));
}

/** The properties of the start that have no field. They are kept if the object may have them. */
function extras(parts: readonly JsonSchema[], start: JsonSchema, seen: ReadonlySet<string>): JsonSchema {
  if (parts.some((part) => part['if'] !== undefined || alternativesOf(part))) return {};
  return Object.fromEntries(Object.entries(start).filter(([name]) => !seen.has(name) && allows(parts, name)));
}

function numberOf(parts: readonly JsonSchema[], keyword: string, fallback: number): number {
  const value = keywordOf(parts, keyword);
  return typeof value === 'number' ? value : fallback;
}
