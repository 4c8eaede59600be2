/**
 * How a person is asked to approve a tool call: the options `ask` of a tool, and of `openai` for all its tools (R8).
 *
 * They are read once, where they are given. What is a function of the call is called on the worker, when a call needs an
 * approval.
 */
import { approval, type Decision, type DecisionOptions, type Remembering } from './approval.ts';
import type { PolicyContext } from './call-context.ts';
import { resolveInterrupt, type InterruptOptions } from './interrupt-options.ts';
import { assertOptions, type OptionNames } from './refused-options.ts';
import type { AnswerSchema } from './schema.ts';
import type { JsonSchema } from './shapes.ts';

/** A value, or a function that makes it of a call. */
export type OfCall<Args, Value> =
  | Value
  // A method, so that a function may declare narrower arguments than those of a plain JSON Schema.
  | { narrowed(args: Args, context: PolicyContext): Value | Promise<Value> }['narrowed'];

/** A default cannot be an edit, because nobody has written its arguments. */
interface Edit {
  /** With `edit`, the action happens with other arguments. */
  readonly type: 'edit';
}

/** The options of a question for an approval. When time runs out and there is no `default`, the call counts as rejected. */
export interface AskOptions<Args = unknown>
  extends
    DecisionOptions,
    Pick<
      InterruptOptions<Exclude<Decision, Edit>>,
      'timeout' | 'default' | 'remind' | 'due' | 'tags' | 'priority' | 'by'
    > {
  /** Who should decide. @default anybody */
  readonly assignees?: OfCall<Args, readonly string[]> | undefined;
  /** The question in one line. @default `Approve <tool>?` */
  readonly title?: OfCall<Args, string> | undefined;
  /** More about the question, in Markdown. @default the description of the tool */
  readonly description?: OfCall<Args, string> | undefined;
  /** A text that a person types before the decision is sent, such as the name of what is about to be deleted. */
  readonly confirm?: OfCall<Args, string> | undefined;
}

/** Options that have been read. */
export interface AskSettings extends AskOptions {
  readonly remember: readonly Remembering[];
}

const NAMES: OptionNames<AskOptions> = {
  assignees: true,
  title: true,
  description: true,
  confirm: true,
  timeout: true,
  default: true,
  remind: true,
  due: true,
  tags: true,
  priority: true,
  by: true,
  decisions: true,
  remember: true,
};

/**
 * Reads the options where they are given.
 *
 * @param about `of`: whose options they are, for the message. `schema`: that of the tool, if calls of it are asked about.
 * @throws `TypeError` if an option would be refused when a person is asked.
 */
export function resolveAsk(
  options: AskOptions,
  { of, schema }: { readonly of: string; readonly schema?: AnswerSchema | JsonSchema | undefined },
): AskSettings {
  assertOptions(options, `\`ask\` of ${of}`, NAMES);
  const { remember = [], assignees } = options;
  const { decisions, remember: _remember, ...question } = ofNoCall({ ...options, remember });
  resolveInterrupt(null, {
    ...question,
    // Who they are is known once there is a call.
    ...(typeof assignees === 'function' ? { assignees: ['group:of the call'] } : {}),
    schema: approval(schema, { decisions, remember }),
  });
  if (question.default && 'remember' in question.default)
    throw new TypeError(`Expected \`default\` of ${of} without \`remember\`: only what a person decides is remembered`);
  return { ...options, remember };
}

/** The options without those that are functions of the call. */
export function ofNoCall(ask: AskSettings) {
  const { assignees, title, description, confirm, ...rest } = ask;
  return {
    ...rest,
    assignees: fixed(assignees),
    title: fixed(title),
    description: fixed(description),
    confirm: fixed(confirm),
  };
}

function fixed<Value>(value: OfCall<unknown, Value> | undefined): Value | undefined {
  return typeof value === 'function' ? undefined : value;
}
