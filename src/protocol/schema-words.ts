/**
 * What an answer must be, in words: `{ approved: true | false, amount: a whole number, at least 1 }` (A5).
 *
 * The command prints them, and so does the Web UI. A field with `?` may be left out. If one field decides which others
 * there are, as the type of a decision does, each of its values has words of its own.
 */
import { numberExpectation, textExpectation } from './expectation.ts';
import { listOf, objectOf } from './json-object.ts';
import {
  alternativesOf,
  casesOf,
  choicesOf,
  fieldsOf,
  merge,
  SchemaOutline,
  typesOf,
  type Outline,
} from './schema-outline.ts';
import type { JsonSchema } from './shapes.ts';
import { shortened } from './text.ts';

const MAX_CHOICES = 12;
/** Below this depth a value is shown as `…`. */
const MAX_DEPTH = 4;
/** The fields of a wider object are shown on one line each. */
const MAX_COLUMNS = 90;
/** The Web UI shows some ten lines before a person has to scroll. */
const MAX_CHARACTERS = 400;

/** In a few lines: one or more for each alternative. */
export function schemaLines(schema: JsonSchema): readonly string[] {
  return new Describer(schema).alternatives().flatMap(({ words, fields }) => {
    return words.length <= MAX_COLUMNS || !fields ? [words] : ['{', ...fields.map((field) => `  ${field},`), '}'];
  });
}

/** On one line of limited length. */
export function schemaSentence(schema: JsonSchema): string {
  const all = new Describer(schema).alternatives().map(({ words }) => words);
  return shortened(all.join(' or '), MAX_CHARACTERS);
}

interface Alternative {
  readonly words: string;
  /** The words of each field, if it is an object. */
  readonly fields?: readonly string[];
}

class Describer {
  readonly #root: JsonSchema;
  readonly #outline: SchemaOutline;

  constructor(root: JsonSchema) {
    this.#root = root;
    this.#outline = new SchemaOutline(root);
  }

  alternatives(): readonly Alternative[] {
    const root = this.#outline.read(this.#root);
    if (this.#choices(root)) return [this.#alternative(root)];
    const alternatives = alternativesOf(root);
    if (alternatives.length > 0) return alternatives.map((one) => this.#alternative(this.#outline.read(one)));
    return this.#decided(root).map((one) => this.#alternative(one));
  }

  /** The schema for each value of the field that its conditions ask for; the schema itself if there is none. */
  #decided(schema: Outline): readonly Outline[] {
    const cases = casesOf(schema);
    const asked = new Set(cases.flatMap((one) => Object.keys(objectOf(objectOf(one['if'])['properties']))));
    const { name, schema: field } = fieldsOf(schema).find((one) => asked.has(one.name)) ?? {};
    const choices = name === undefined ? undefined : this.#choices(this.#outline.read(field));
    if (name === undefined || !choices) return [schema];
    return choices.map((value) => {
      const isMet = (one: Outline): boolean => {
        const condition = objectOf(objectOf(objectOf(one['if'])['properties'])[name]);
        return choicesOf(condition).includes(value);
      };
      const then = cases.filter(isMet).map((one) => this.#outline.read(one['then']));
      const whole = then.reduce<Outline>((merged, one) => merge(merged, one), schema);
      return merge(whole, { properties: { [name]: { const: value } } });
    });
  }

  #alternative(schema: Outline): Alternative {
    const types = typesOf(schema);
    const isObject = types.length === 1 && types[0] === 'object' && !this.#choices(schema);
    const words = this.#words(schema, 0);
    return isObject && alternativesOf(schema).length === 0 ? { words, fields: this.#fields(schema, 0) } : { words };
  }

  #read(schema: unknown, depth: number): string {
    return this.#words(this.#outline.read(schema), depth);
  }

  #words(schema: Outline, depth: number): string {
    const choices = this.#choices(schema);
    if (choices) {
      const shown = choices.slice(0, MAX_CHOICES).map((value) => JSON.stringify(value));
      const more = choices.length - shown.length;
      return shown.join(' | ') + (more > 0 ? ` | … (${more} more)` : '');
    }
    const alternatives = alternativesOf(schema);
    if (alternatives.length > 0 && depth > MAX_DEPTH) return '…';
    if (alternatives.length > 0) return alternatives.map((one) => this.#read(one, depth + 1)).join(' | ');
    const types = typesOf(schema);
    return types.length === 0 ? 'anything' : types.map((type) => this.#typeWords(type, schema, depth)).join(' | ');
  }

  #typeWords(type: unknown, schema: Outline, depth: number): string {
    switch (type) {
      case 'string':
        return textExpectation(schema);
      case 'number':
      case 'integer':
        return numberExpectation(schema, type === 'integer');
      case 'boolean':
        return 'true | false';
      case 'array':
        return `[ ${depth < MAX_DEPTH ? this.#items(schema, depth) : '…'} ]`;
      case 'object':
        return this.#objectWords(schema, depth);
      default:
        return String(type);
    }
  }

  #items({ prefixItems, items }: Outline, depth: number): string {
    const first = listOf(prefixItems).map((item) => this.#read(item, depth + 1));
    if (items === false) return first.join(', ');
    return [...first, ...(items ? [this.#read(items, depth + 1)] : []), '…'].join(', ');
  }

  #objectWords(schema: Outline, depth: number): string {
    const fields = depth < MAX_DEPTH ? this.#fields(schema, depth) : [];
    if (fields.length > 0) return `{ ${fields.join(', ')} }`;
    return fieldsOf(schema).length === 0 && schema['additionalProperties'] === false ? '{}' : '{ … }';
  }

  #fields(schema: Outline, depth: number): readonly string[] {
    return fieldsOf(schema).map(
      ({ name, schema: field, isRequired }) => `${name}${isRequired ? '' : '?'}: ${this.#read(field, depth + 1)}`,
    );
  }

  /** The values to choose from: those that the schema lists, or those of all its alternatives. */
  #choices(schema: Outline): readonly unknown[] | undefined {
    const own = choicesOf(schema);
    if (own.length > 0) return own;
    const each = alternativesOf(schema).map((one) => choicesOf(this.#outline.read(one)));
    return each.length > 0 && each.every((choices) => choices.length > 0) ? each.flat() : undefined;
  }
}
