/**
 * The title of one alternative of a schema, where a person chooses between them.
 */
import { choicesOf, partsOf, propertiesOf, textOf, typesOf, type JsonType, type SchemaReader } from './schema-parts.ts';
import type { JsonSchema } from './shapes.ts';

/** Its own title, else the constant field that distinguishes it, else its fields, its values or its type. */
export function variantTitle(reader: SchemaReader, schema: JsonSchema): string {
  const parts = partsOf(reader, [schema]);
  const title = textOf(parts, 'title');
  if (title) return title;
  const properties = [...propertiesOf(parts, {})];
  for (const [name, { schemas }] of properties) {
    const choices = choicesOf(reader, partsOf(reader, schemas));
    if (choices?.length === 1) return `${name}: ${asText(choices[0]!.value)}`;
  }
  if (properties.length > 0) return properties.map(([name]) => name).join(', ');
  const choices = choicesOf(reader, parts);
  if (choices) return choices.map(({ value }) => (value === null ? TYPE_WORDS.null : asText(value))).join(' or ');
  return (typesOf(reader, parts) ?? []).map((type) => TYPE_WORDS[type]).join(' or ') || 'something else';
}

/** What a value is, in words. */
export const TYPE_WORDS: Readonly<Record<JsonType, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'yes or no',
  object: 'a group of values',
  array: 'a list',
  null: 'nothing',
};

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
