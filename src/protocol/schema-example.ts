/**
 * An example of a JSON Schema, for a person who writes an answer by hand: the required fields, and the first choices.
 *
 * It may not fit a schema with a `pattern` or an `if`. The check of an answer then refuses it and says why (A5).
 */
import { FORMATS } from './expectation.ts';
import { alternativesOf, choicesOf, fieldsOf, SchemaOutline, typesOf, type Outline } from './schema-outline.ts';
import type { JsonSchema } from './shapes.ts';

const MAX_DEPTH = 8;
const MAX_ITEMS = 5;
const MAX_CHARACTERS = 200;
const MAX_NUMBER = 2 ** 52;

/** A value that fits the schema, as far as can be seen without a validator. */
export function exampleOf(schema: JsonSchema): unknown {
  return example(new SchemaOutline(schema), schema, 0);
}

function example(outline: SchemaOutline, part: unknown, depth: number): unknown {
  const schema = depth > MAX_DEPTH ? {} : outline.read(part);
  const [choice = schema['default']] = choicesOf(schema);
  if (choice !== undefined) return choice;
  const [alternative] = alternativesOf(schema);
  if (alternative) return example(outline, alternative, depth + 1);
  switch (typesOf(schema)[0]) {
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'integer':
    case 'number':
      return exampleNumber(schema);
    case 'array':
      return exampleItems(schema).map((item) => example(outline, item, depth + 1));
    case 'object': {
      const fields = fieldsOf(schema);
      const required = fields.filter(({ isRequired }) => isRequired);
      // If no field is required, all are shown: an empty object would not show what it may hold.
      const shown = required.length > 0 ? required : fields;
      return Object.fromEntries(shown.map((field) => [field.name, example(outline, field.schema, depth + 1)]));
    }
    default:
      return exampleText(schema);
  }
}

function exampleItems({ items, prefixItems, minItems = 1, maxItems = MAX_ITEMS }: Outline): readonly unknown[] {
  if (Array.isArray(prefixItems)) return prefixItems;
  const count = items ? Math.min(Number(minItems) || 1, Number(maxItems), MAX_ITEMS) : 0;
  return Array.from({ length: count }, () => items);
}

function exampleText({ format, minLength = 0, maxLength = MAX_CHARACTERS }: Outline): string {
  const text = FORMATS[String(format)]?.example ?? 'text';
  return text.padEnd(Math.min(Number(minLength), MAX_CHARACTERS), '.').slice(0, Number(maxLength));
}

/** 1 if it fits, else the smallest number that does, else the largest, else the middle of two close limits. */
function exampleNumber(schema: Outline): number {
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, multipleOf: step = 1 } = schema as NumberPart;
  const { maximum = Infinity, exclusiveMaximum = Infinity } = schema as NumberPart;
  const low = Math.max(minimum, exclusiveMinimum);
  const high = Math.min(maximum, exclusiveMaximum);
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  const candidates = [1, first, first + 1, last, last - 1].map((count) => count * step);
  const fits = (n: number): boolean =>
    // A schema library writes the limits of a safe integer where there is no limit.
    Math.abs(n) < MAX_NUMBER && n >= minimum && n > exclusiveMinimum && n <= maximum && n < exclusiveMaximum;
  return [...candidates, high, (low + high) / 2].find(fits) ?? step;
}

/** The keywords as the validator reads them: a value that is not a number compares as false. */
type NumberPart = Readonly<
  Partial<Record<'minimum' | 'exclusiveMinimum' | 'maximum' | 'exclusiveMaximum' | 'multipleOf', number>>
>;
