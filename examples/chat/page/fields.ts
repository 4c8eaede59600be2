/**
 * The fields of a form, and the value that they make. A form has strings and booleans; the value is JSON. What is wrong with
 * it, the server says: the schema is checked there.
 */

/** As much of a JSON Schema as a form can show. */
export interface Schema {
  readonly type?: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Field {
  /** The name in the object; `''` if the answer is no object. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'json';
  readonly choices: readonly unknown[];
  readonly isRequired: boolean;
}

export type Inputs = Readonly<Record<string, string | boolean>>;

/** The fields of an answer with this schema. A schema that is too much for a form is one field, with JSON. */
export function fieldsOf(schema: Schema = {}): readonly Field[] {
  const { properties, required = [] } = schema;
  if (!properties) return [fieldOf('', { title: 'Answer', ...schema }, true)];
  return Object.entries(properties).map(([name, of]) => fieldOf(name, of, required.includes(name)));
}

/** The fields for values that are there already, such as the arguments of a call. */
export function fieldsOfValues(values: Readonly<Record<string, unknown>>): readonly Field[] {
  return Object.entries(values).map(([name, value]) => fieldOf(name, { type: typeof value }, true));
}

function fieldOf(name: string, { type, title, description, enum: choices }: Schema, isRequired: boolean): Field {
  return {
    name,
    label: title ?? labelOf(name),
    hint: description,
    kind: kindOf(type, choices),
    choices: choices ?? [],
    isRequired,
  };
}

function kindOf(type: unknown, choices: unknown): Field['kind'] {
  if (choices) return 'choice';
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'boolean';
  return type === 'number' || type === 'integer' ? 'number' : 'json';
}

/** `pickup_day` is shown as `Pickup day`. */
export function labelOf(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function inputsOf(fields: readonly Field[], values: Readonly<Record<string, unknown>> = {}): Inputs {
  return Object.fromEntries(fields.map(({ name, kind }) => [name, inputOf(kind, values[name])]));
}

function inputOf(kind: Field['kind'], value: unknown): string | boolean {
  if (kind === 'boolean') return value === true;
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** The value of the form. An empty field is left out. */
export function valueOf(fields: readonly Field[], inputs: Inputs): unknown {
  const entries = fields.map((field) => [field.name, fieldValue(field, inputs[field.name])] as const);
  if (fields[0]?.name === '') return entries[0]?.[1];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function fieldValue({ kind, choices }: Field, input: string | boolean | undefined): unknown {
  if (typeof input !== 'string') return input;
  if (input === '') return undefined;
  if (kind === 'choice') return choices.find((choice) => String(choice) === input);
  if (kind === 'text') return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    // The server refuses it, with a sentence beside the field.
    return input;
  }
}
