/**
 * A value that fits a JSON Schema, for a person who writes one by hand: what is required, and of choices the first.
 *
 * Where a `pattern` or an `if` decides it may not fit: the check then refuses it and says why (A5).
 */
import { choicesOf, fieldsOf, optionsOf, SchemaReader, typesOf, type SchemaPart } from './schema-reader.ts';
import type { JsonSchema } from './shapes.ts';

const MAX_DEPTH = 8;
const MAX_ITEMS = 5;
const MAX_CHARACTERS = 200;
const MAX_NUMBER = 2 ** 52;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  email: 'name@example.com',
  uri: 'https://example.com',
  uuid: '00000000-0000-0000-0000-000000000000',
};

export function exampleOf(schema: JsonSchema): unknown {
  return example(new SchemaReader(schema), schema, 0);
}

function example(reader: SchemaReader, part: unknown, depth: number): unknown {
  const schema = depth > MAX_DEPTH ? {} : reader.read(part);
  const [choice = schema['default']] = choicesOf(schema);
  if (choice !== undefined) return choice;
  const [option] = optionsOf(schema);
  if (option) return example(reader, option, depth + 1);
  switch (typesOf(schema)[0]) {
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'integer':
    case 'number':
      return exampleNumber(schema);
    case 'array':
      return exampleItems(schema).map((item) => example(reader, item, depth + 1));
    case 'object': {
      const fields = fieldsOf(schema);
      const required = fields.filter(({ isRequired }) => isRequired);
      // Where nothing is required, all fields: an empty object would not show what may be in it.
      const shown = required.length > 0 ? required : fields;
      return Object.fromEntries(shown.map((field) => [field.name, example(reader, field.schema, depth + 1)]));
    }
    default:
      return exampleText(schema);
  }
}

function exampleItems({ items, prefixItems, minItems = 1, maxItems = MAX_ITEMS }: SchemaPart): readonly unknown[] {
  if (Array.isArray(prefixItems)) return prefixItems;
  const count = items ? Math.min(Number(minItems) || 1, Number(maxItems), MAX_ITEMS) : 0;
  return Array.from({ length: count }, () => items);
}

function exampleText({ format, minLength = 0, maxLength = MAX_CHARACTERS }: SchemaPart): string {
  const text = FORMATS[String(format)] ?? 'text';
  return text.padEnd(Math.min(Number(minLength), MAX_CHARACTERS), '.').slice(0, Number(maxLength));
}

/** 1 if it fits, else the smallest that does, else the largest; between limits that are close together, the middle. */
function exampleNumber(schema: SchemaPart): number {
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, multipleOf: step = 1 } = schema as NumberPart;
  const { maximum = Infinity, exclusiveMaximum = Infinity } = schema as NumberPart;
  const low = Math.max(minimum, exclusiveMinimum);
  const high = Math.min(maximum, exclusiveMaximum);
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  const candidates = [1, first, first + 1, last, last - 1].map((count) => count * step);
  const fits = (n: number): boolean =>
    // A schema library writes the limits of a safe integer to say that there is none.
    Math.abs(n) < MAX_NUMBER && n >= minimum && n > exclusiveMinimum && n <= maximum && n < exclusiveMaximum;
  return [...candidates, high, (low + high) / 2].find(fits) ?? step;
}

/** As the validator reads these keywords; what is not a number compares as false. */
type NumberPart = Readonly<
  Partial<Record<'minimum' | 'exclusiveMinimum' | 'maximum' | 'exclusiveMaximum' | 'multipleOf', number>>
>;
