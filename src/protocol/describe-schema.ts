/**
 * What a JSON Schema asks for, in words on one line: `an object with approved (true or false), reason (text, optional)`.
 */
import { casesOf, choicesOf, fieldsOf, object, optionsOf, SchemaReader, typesOf } from './schema-reader.ts';
import type { SchemaPart } from './schema-reader.ts';
import type { JsonSchema } from './shapes.ts';

const MAX_DEPTH = 3;
const MAX_LISTED = 8;
const MAX_CHARACTERS = 400;
const MAX_LIMIT_CHARACTERS = 40;

/** The words in front of what these keywords say. */
const TEXT_LIMITS = { minLength: 'min. length', maxLength: 'max. length', pattern: 'like' };
const NUMBER_LIMITS = { minimum: 'from', exclusiveMinimum: 'over', maximum: 'to', exclusiveMaximum: 'under' };

export function describeSchema(schema: JsonSchema): string {
  const words = describe(new SchemaReader(schema), schema, 0);
  return words.length <= MAX_CHARACTERS ? words : `${words.slice(0, MAX_CHARACTERS - 1)}…`;
}

function describe(reader: SchemaReader, part: unknown, depth: number): string {
  const schema = depth > MAX_DEPTH ? {} : reader.read(part);
  const choices = choicesOf(schema);
  if (choices.length > 0) return either(choices.map((choice) => JSON.stringify(choice)));
  const options = optionsOf(schema);
  if (options.length > 0) return either(options.map((option) => describe(reader, option, depth + 1)));
  return either(
    typesOf(schema).map((type) => describeType(type, schema, (inner) => describe(reader, inner, depth + 1))),
  );
}

function describeType(type: unknown, schema: SchemaPart, inside: (part: unknown) => string): string {
  switch (type) {
    case 'boolean':
      return 'true or false';
    case 'string':
      return `text${typeof schema['format'] === 'string' ? ` (${schema['format']})` : limits(schema, TEXT_LIMITS)}`;
    case 'integer':
    case 'number':
      return `a${type === 'integer' ? ' whole' : ''} number${limits(schema, NUMBER_LIMITS)}`;
    case 'array':
      return `a list${schema['items'] ? ` of: ${inside(schema['items'])}` : ''}`;
    case 'object':
      return `an object${describeFields(schema, inside)}`;
    default:
      return String(type);
  }
}

function describeFields(schema: SchemaPart, inside: (part: unknown) => string): string {
  const fields = (part: unknown, isNew = (_name: string) => true): string =>
    fieldsOf(object(part))
      .filter(({ name }) => isNew(name))
      .map(({ name, schema: field, isRequired }) => `${name} (${inside(field)}${isRequired ? '' : ', optional'})`)
      .join(', ');
  const own = fields(schema);
  const cases = casesOf(schema).flatMap((one) => {
    const [[name, value] = ['', {}]] = Object.entries(object(object(one['if'])['properties']));
    const more = fields(one['then'], (other) => other !== name);
    return more === '' ? [] : [`; if ${name} is ${inside(value)}, ${more}`];
  });
  return (own && ` with ${own}`) + cases.join('');
}

function limits(schema: SchemaPart, words: Readonly<Record<string, string>>): string {
  const said = Object.entries(words).map(([keyword, word]) => {
    const limit = schema[keyword];
    return isLimit(limit) ? ` ${word} ${limit}` : '';
  });
  return said.join('');
}

/** A pattern may be too long to read, and a schema library writes the limits of a safe integer to say that there is none. */
function isLimit(value: unknown): value is string | number {
  if (typeof value === 'string') return value.length <= MAX_LIMIT_CHARACTERS;
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function either(words: readonly string[]): string {
  const shown = words.slice(0, MAX_LISTED);
  if (words.length > MAX_LISTED) shown.push(`${words.length - MAX_LISTED} more`);
  const last = shown.pop() ?? 'anything';
  return shown.length > 0 ? `${shown.join(', ')} or ${last}` : last;
}
