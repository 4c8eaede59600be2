/**
 * Asking for an answer on a terminal, field by field from the question's schema: a list for an enum, yes or no for a
 * boolean, text that is checked for the rest. What a form cannot say is asked for as JSON.
 *
 * A checked field spares a refusal; what counts is what the workflow says of the whole answer.
 */
import { confirm, isCancel, multiselect, select, text } from '@clack/prompts';
import type { Interrupt, JsonSchema } from '../protocol/shapes.ts';
import { Exit } from './failure.ts';
import { inertLine } from './inert.ts';
import { asText } from './question.ts';
import { example, parseJson, parseValue, problemsOf } from './value.ts';

interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
}

interface Field {
  readonly message: string;
  readonly schema: JsonSchema;
  /** Of the whole schema, for `$ref`. */
  readonly root: JsonSchema;
  readonly isOptional: boolean;
}

export async function askAnswer(question: Interrupt): Promise<unknown> {
  const { schema = {} } = question;
  const answer = await askField({ message: 'Your answer', schema, root: schema, isOptional: false });
  if (typeof answer !== 'object' || answer === null) return answer;
  const isSent = checked(await confirm({ message: `Send ${inertLine(JSON.stringify(answer))}?` }));
  if (!isSent) throw new Exit(1);
  return answer;
}

export async function choose<Value>(message: string, choices: readonly Choice<Value>[]): Promise<Value> {
  // By place: a choice may be any JSON value.
  const options = choices.map(({ label }, i) => ({ value: i, label }));
  return choices[checked(await select({ message, options }))]!.value;
}

async function askField(field: Field): Promise<unknown> {
  const { message, isOptional } = field;
  const schema = resolveRef(field);
  const choices = choicesOf(schema);
  if (choices) {
    const labelled = choices.map((value) => ({ value, label: inertLine(asText(value)) }));
    return choose(message, isOptional ? [...labelled, { value: undefined, label: '(leave out)' }] : labelled);
  }
  if (schema['type'] === 'boolean' && !isOptional) {
    // A stray Enter agrees to nothing.
    return checked(await confirm({ message, initialValue: false }));
  }
  if (schema['type'] === 'boolean') {
    return choose(message, [
      { value: true, label: 'yes' },
      { value: false, label: 'no' },
      { value: undefined, label: '(leave out)' },
    ]);
  }
  if (schema['type'] === 'object' && schema['properties'] !== undefined) return askObject({ ...field, schema });
  const { items } = schema as { items?: JsonSchema };
  const several = schema['type'] === 'array' && items ? choicesOf(resolveRef({ ...field, schema: items })) : undefined;
  if (several) return askSeveral(message, several, isOptional);
  return askText({ ...field, schema });
}

async function askObject({ message, schema, root }: Field): Promise<unknown> {
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>>;
  const required = new Set((schema['required'] as readonly string[] | undefined) ?? []);
  const answer: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const isOptional = !required.has(name);
    const path = message === 'Your answer' ? name : `${message}.${name}`;
    const value = await askField({ message: inertLine(path), schema: property, root, isOptional });
    if (value !== undefined) answer[name] = value;
  }
  return answer;
}

async function askSeveral(message: string, choices: readonly unknown[], isOptional: boolean): Promise<unknown> {
  const options = choices.map((value, i) => ({ value: i, label: inertLine(asText(value)) }));
  const chosen = checked(await multiselect({ message, options, required: false }));
  return chosen.length === 0 && isOptional ? undefined : chosen.map((i) => choices[i]);
}

/** Text, a number, or JSON: asked again until it fits. */
async function askText({ message, schema, root, isOptional }: Field): Promise<unknown> {
  // A schema of a field finds what it refers to only with the definitions of the whole.
  const whole = { ...definitionsOf(root), ...schema };
  for (let problem = ''; ;) {
    const hint = isOptional ? ' (empty to leave out)' : '';
    const given = checked(
      await text({
        message: problem ? `${message}${hint}: ${problem}` : `${message}${hint}${describe(schema)}`,
        ...(isPlain(schema) ? {} : { placeholder: example(schema) }),
      }),
    );
    if (given === '' && isOptional) return undefined;
    try {
      const value = await parseText(given ?? '', whole);
      const problems = await problemsOf(value, whole);
      if (problems.length === 0) return value;
      problem = inertLine(problems.map((one) => one.message).join(' '));
    } catch (error) {
      problem = inertLine((error as Error).message);
    }
  }
}

/** Where a string is wanted, what is typed is the string: nobody quotes a name. */
async function parseText(given: string, schema: JsonSchema): Promise<unknown> {
  if (schema['type'] === 'string') {
    const parsed = parseJson(given);
    return given.startsWith('"') && typeof parsed?.value === 'string' ? parsed.value : given;
  }
  return parseValue(given, schema);
}

/** Typed as it is, not as JSON. */
function isPlain({ type }: JsonSchema): boolean {
  return type === undefined || type === 'string' || type === 'number' || type === 'integer';
}

function describe({ title, description }: JsonSchema): string {
  const words = [title, description].filter((one) => typeof one === 'string');
  return words.length > 0 ? ` (${inertLine(words.join(': '))})` : '';
}

function choicesOf(schema: JsonSchema): readonly unknown[] | undefined {
  const { enum: choices, const: only, anyOf, oneOf } = schema;
  if (Array.isArray(choices)) return choices;
  if (only !== undefined) return [only];
  const options = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;
  return options?.every((one) => one['const'] !== undefined) ? options.map((one) => one['const']) : undefined;
}

/** A reference into the schema's own definitions; any other is left to the workflow. */
function resolveRef({ schema, root }: Pick<Field, 'schema' | 'root'>): JsonSchema {
  const { $ref } = schema;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return schema;
  let found: unknown = root;
  for (const part of $ref.slice(2).split('/')) {
    found = (found as Readonly<Record<string, unknown>> | undefined)?.[
      part.replaceAll('~1', '/').replaceAll('~0', '~')
    ];
  }
  return typeof found === 'object' && found !== null ? (found as JsonSchema) : schema;
}

function definitionsOf({ $defs, definitions }: JsonSchema): JsonSchema {
  return { ...($defs === undefined ? {} : { $defs }), ...(definitions === undefined ? {} : { definitions }) };
}

/** Left with Ctrl-C: nothing was sent. */
function checked<Given>(given: Given): Exclude<Given, symbol> {
  if (isCancel(given)) {
    process.stderr.write('Nothing was sent.\n');
    throw new Exit(1);
  }
  // A prompt's only symbol is that of its cancellation.
  return given as Exclude<Given, symbol>;
}
