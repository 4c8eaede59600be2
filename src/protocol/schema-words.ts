/**
 * What an answer must be, in a few lines for people: `{ approved: yes or no, amount: a whole number, at least 1 }`.
 *
 * A field with `?` may be left out. Where a schema decides by one field what the others are, as that of a decision does, there
 * is a line for each of its values.
 */
import { numberExpectation, textExpectation } from './form-input.ts';
import {
  alternativesOf,
  choicesOf,
  isSchema,
  keywordOf,
  partsOf,
  propertiesOf,
  typesOf,
  type JsonType,
  type SchemaReader,
} from './schema-parts.ts';
import type { JsonSchema } from './shapes.ts';

const MAX_CHOICES = 12;
/** What is inside of this many others is not shown. */
const MAX_DEPTH = 4;

/** An object that is wider has a line for each field. */
const MAX_COLUMNS = 90;

/** A line or more for each alternative. */
export function schemaLines(reader: SchemaReader): readonly string[] {
  const parts = partsOf(reader, [reader.root]);
  const decided = decidedBy(reader, parts);
  if (decided) {
    const { name, values } = decided;
    return values.flatMap((value) => wholeLines(reader, [reader.root], { [name]: value }));
  }
  const open = choicesOf(reader, parts) ? undefined : openPart(parts, [reader.root]);
  if (!open) return wholeLines(reader, [reader.root]);
  return (alternativesOf(open) ?? []).flatMap((one) => wholeLines(reader, [reader.root, one]));
}

function wholeLines(
  reader: SchemaReader,
  schemas: readonly JsonSchema[],
  value: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const types = typesOf(reader, partsOf(reader, schemas, value));
  const isObject = types?.length === 1 && types[0] === 'object' && !openPart(partsOf(reader, schemas), schemas);
  const line = isObject ? objectWords(reader, schemas, { value, depth: 0 }) : words(reader, schemas, 0);
  if (!isObject || line.length <= MAX_COLUMNS) return [line];
  return ['{', ...fieldWords(reader, schemas, { value, depth: 0 }).map((field) => `  ${field},`), '}'];
}

/** The field that conditions of the schema ask for, with all its values. */
function decidedBy(
  reader: SchemaReader,
  parts: readonly JsonSchema[],
): { readonly name: string; readonly values: readonly unknown[] } | undefined {
  const asked = parts.flatMap((part) => (isSchema(part['if']) ? Object.keys(part['if']['properties'] ?? {}) : []));
  for (const [name, { schemas }] of propertiesOf(parts, {})) {
    const choices = asked.includes(name) ? choicesOf(reader, partsOf(reader, schemas)) : undefined;
    if (choices) return { name, values: choices.map(({ value }) => value) };
  }
  return undefined;
}

/** What may stand at a place. */
function words(reader: SchemaReader, schemas: readonly JsonSchema[], depth: number): string {
  const parts = partsOf(reader, schemas);
  const choices = choicesOf(reader, parts);
  if (choices) {
    const shown = choices.slice(0, MAX_CHOICES).map(({ value }) => JSON.stringify(value));
    const more = choices.length - shown.length;
    return shown.join(' | ') + (more > 0 ? ` | … (${more} more)` : '');
  }
  const open = openPart(parts, schemas);
  if (open) return (alternativesOf(open) ?? []).map((one) => words(reader, [...schemas, one], depth + 1)).join(' | ');
  const types = typesOf(reader, parts);
  if (!types) return 'anything';
  return types.map((type) => typeWords(reader, schemas, { type, depth })).join(' | ');
}

function typeWords(
  reader: SchemaReader,
  schemas: readonly JsonSchema[],
  { type, depth }: { readonly type: JsonType; readonly depth: number },
): string {
  const parts = partsOf(reader, schemas);
  switch (type) {
    case 'string':
      return textExpectation(parts);
    case 'number':
    case 'integer':
      return numberExpectation(parts, type === 'integer');
    case 'boolean':
      return 'true | false';
    case 'null':
      return 'null';
    case 'array': {
      const items = keywordOf(parts, 'items');
      return isSchema(items) && depth < MAX_DEPTH ? `[ ${words(reader, [items], depth + 1)}, … ]` : '[ … ]';
    }
    case 'object':
      return objectWords(reader, schemas, { value: {}, depth });
    default:
      return type satisfies never;
  }
}

/** An object, as far as its fields are known. */
interface ObjectPlace {
  /** Fields that are decided. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly depth: number;
}

function objectWords(reader: SchemaReader, schemas: readonly JsonSchema[], place: ObjectPlace): string {
  const fields = fieldWords(reader, schemas, place);
  if (fields.length > 0) return place.depth < MAX_DEPTH ? `{ ${fields.join(', ')} }` : '{ … }';
  const isClosed = partsOf(reader, schemas, place.value).some((part) => part['additionalProperties'] === false);
  return isClosed ? '{}' : '{ … }';
}

function fieldWords(
  reader: SchemaReader,
  schemas: readonly JsonSchema[],
  { value, depth }: ObjectPlace,
): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  const properties = propertiesOf(partsOf(reader, schemas, value), value);
  return [...properties].map(([name, { schemas: own, isRequired }]) => {
    const known = Object.hasOwn(value, name) ? JSON.stringify(value[name]) : words(reader, own, depth + 1);
    return `${name}${isRequired ? '' : '?'}: ${known}`;
  });
}

/** A part with alternatives, of which none is among the schemas yet. */
function openPart(parts: readonly JsonSchema[], schemas: readonly JsonSchema[]): JsonSchema | undefined {
  return parts.find((part) => alternativesOf(part)?.every((one) => !schemas.includes(one)));
}
