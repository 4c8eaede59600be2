/**
 * Asks for an answer on a terminal, field by field. The form says which fields there are; here each one becomes a prompt.
 *
 * The whole answer is checked at the end, before it is sent (O2). Fields with a problem are asked again, with the problem
 * beside them. The other fields keep their values.
 */
import { confirm, isCancel, log, multiselect, S_BAR, select, text } from '@clack/prompts';
import { problemsByField } from '../protocol/form-problems.ts';
import { readForm, type Entry, type Field, type Form } from '../protocol/form.ts';
import { isTyped, readInput, startText, type TypedField } from '../protocol/form-input.ts';
import type { Check } from '../protocol/schema.ts';
import type { Choice, SchemaReader } from '../protocol/schema-parts.ts';
import type { Interrupt, Problem } from '../protocol/shapes.ts';
import { startOfAnswer } from '../protocol/approval.ts';
import { Exit } from './failure.ts';
import { anotherText, choiceText, fieldText } from './field-text.ts';
import { inertLine } from './inert.ts';
import { answerCheck, readSchema } from './schema-reader.ts';

/** Begins another line of a prompt's message, beside the bar that the prompt draws. */
const NEXT_LINE = `\n${S_BAR}  `;
const LEFT_OUT: Entry = { kind: 'left out' };

/**
 * The prompts for one answer, to one question or to all questions of a group. It keeps what was entered, so that a refused
 * answer can be corrected. The fields are those of the first question.
 */
export class AnswerForm {
  readonly #reader: SchemaReader;
  readonly #checks: readonly { readonly id: string; readonly check: Check }[];
  readonly #confirms: readonly string[];
  readonly #entries = new Map<string, Entry>();
  #start: unknown;
  #problems: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(questions: readonly Interrupt[]) {
    const [first] = questions;
    this.#reader = readSchema(first?.schema);
    this.#checks = questions.map(({ id, schema }) => ({ id, check: answerCheck(schema) }));
    this.#confirms = [...new Set(questions.flatMap((one) => one.confirm ?? []))];
    // What one question proposes is no start for the answer to others.
    this.#start = first && questions.length === 1 ? startOfAnswer(first) : undefined;
  }

  /** Asks for what is missing. Returns an answer that fits each schema; a question's own code may still refuse it. */
  async ask(): Promise<unknown> {
    for (;;) {
      const form = this.#read();
      const field = form.fields.find(({ key }) => !this.#entries.has(key));
      if (field) {
        this.#entries.set(field.key, await askField(this.#reader, field, this.#problems.get(field.key) ?? []));
        continue;
      }
      const problems = this.#problemsOf(form.answer);
      if (problems) this.refuse(problems);
      else if (await isToBeSent(form)) {
        for (const wanted of this.#confirms) await askToType(wanted);
        return form.answer;
      }
    }
  }

  /** Marks the fields with a problem, so that the next `ask` asks for them again and starts from the entered values. */
  refuse(problems: readonly Problem[]): void {
    const form = this.#read();
    this.#problems = problemsByField(form, this.#entries, problems);
    this.#start = form.answer;
    for (const { path, message } of problems) log.error(inertLine(path ? `${path}: ${message}` : message));
    for (const key of this.#problems.keys()) this.#entries.delete(key);
  }

  /** What is wrong for the first question that the answer does not fit. In a group, each problem names the question. */
  #problemsOf(answer: unknown): readonly Problem[] | undefined {
    for (const { id, check } of this.#checks) {
      const result = check(answer);
      if (!('problems' in result)) continue;
      if (this.#checks.length === 1) return result.problems;
      return result.problems.map(({ path, message }) => ({ path, message: `${id}: ${message}` }));
    }
    return undefined;
  }

  #read(): Form {
    return readForm(this.#reader, { entries: this.#entries, start: this.#start });
  }
}

/** Asks for one of several choices. @param start The index of the preselected choice; by default the first. */
export async function choose<Value>(message: string, choices: readonly Labelled<Value>[], start = -1): Promise<Value> {
  // By index, because a choice may be any JSON value.
  const options = choices.map(({ label }, i) => ({ value: i, label }));
  const initialValue = Math.max(0, start);
  return choices[checked(await select({ message, options, initialValue }))]!.value;
}

interface Labelled<Value> {
  readonly value: Value;
  readonly label: string;
}

/** Shows an object or a list once more before it is sent. A single value was just entered, so it is sent at once. */
async function isToBeSent({ answer }: Form): Promise<boolean> {
  if (typeof answer !== 'object' || answer === null) return true;
  if (checked(await confirm({ message: `Send ${inertLine(JSON.stringify(answer))}?` }))) return true;
  return leave();
}

/** Asks until the text is typed. Spaces around it do not matter. */
async function askToType(wanted: string): Promise<void> {
  const message = `Type ${inertLine(wanted)} to send the answer.`;
  for (let asked = message; ;) {
    const typed = checked(await text({ message: asked })) ?? '';
    if (typed.trim() === wanted.trim()) return;
    asked = `${message}${NEXT_LINE}Got ${inertLine(typed) || 'nothing'}. Ctrl-C sends nothing.`;
  }
}

async function askField(reader: SchemaReader, field: Field, problems: readonly string[]): Promise<Entry> {
  const message = [fieldText(field), ...problems.map((problem) => inertLine(problem))].join(NEXT_LINE);
  if (isTyped(field)) return askText(reader, field, message);
  switch (field.kind) {
    case 'group':
      log.step(message);
      return LEFT_OUT;
    case 'choice':
    case 'variant':
      return askChoice(field, message, field.choices);
    case 'several':
      return askSeveral(field, message);
    case 'yes or no':
      if (!field.isRequired)
        return askChoice(field, message, [
          { value: true, title: 'yes' },
          { value: false, title: 'no' },
        ]);
      // Starts at "no", so that a stray Enter does not approve anything.
      return given(checked(await confirm({ message, initialValue: field.start === true })));
    case 'presence':
      return given(checked(await confirm({ message: `Fill in ${message}?`, initialValue: field.start === true })));
    case 'another':
      return given(
        checked(await confirm({ message: anotherText(field.count, message), initialValue: field.start === true })),
      );
    default:
      return field satisfies never;
  }
}

async function askChoice({ isRequired, start }: Field, message: string, choices: readonly Choice[]): Promise<Entry> {
  const entries: Labelled<Entry>[] = choices.map((choice) => ({
    value: given(choice.value),
    label: choiceText(choice),
  }));
  if (!isRequired) entries.push({ value: LEFT_OUT, label: '(skip)' });
  const first = choices.findIndex(({ value }) => start !== undefined && isSame(value, start));
  // Starts at "(skip)", so that a stray Enter leaves an optional field out.
  return choose(message, entries, first < 0 && !isRequired ? choices.length : first);
}

async function askSeveral(
  { choices, isRequired, isEmptyAllowed, start }: Field & { readonly kind: 'several' },
  message: string,
): Promise<Entry> {
  const options = choices.map((choice, i) => ({ value: i, label: choiceText(choice) }));
  const chosenFirst = Array.isArray(start) ? (start as readonly unknown[]) : [];
  const initialValues = options
    .map(({ value }) => value)
    .filter((i) => chosenFirst.some((one) => isSame(one, choices[i]?.value)));
  const required = isRequired && !isEmptyAllowed;
  const chosen = checked(await multiselect({ message, options, initialValues, required }));
  return chosen.length === 0 && !isRequired ? LEFT_OUT : given(chosen.map((i) => choices[i]?.value));
}

/** Asks for a text, a number or JSON until the input fits the field. */
async function askText(reader: SchemaReader, field: TypedField, message: string): Promise<Entry> {
  let initialValue = startText(field);
  for (let problem = ''; ;) {
    const asked = problem ? `${message}${NEXT_LINE}${inertLine(problem)}` : message;
    const typed = checked(await text({ message: asked, ...(initialValue ? { initialValue } : {}) })) ?? '';
    const input = readInput(reader, field, typed);
    if (input.kind !== 'refused') return input;
    ({ problem } = input);
    // JSON is long, so the input stays for correction. A short value is typed anew.
    initialValue = field.kind === 'json' ? typed : '';
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function given(value: unknown): Entry {
  return { kind: 'given', value };
}

function leave(): never {
  process.stderr.write('Nothing was sent.\n');
  throw new Exit(1);
}

/** The entered value. Ctrl-C ends the command, and nothing is sent. */
function checked<Given>(entered: Given): Exclude<Given, symbol> {
  if (isCancel(entered)) leave();
  // The only symbol that a prompt returns is the one of its cancellation.
  return entered as Exclude<Given, symbol>;
}
