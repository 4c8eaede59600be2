/**
 * A person's decision about an action before it happens: its type, and the schema that asks for it (R8).
 *
 * The schema is a Standard Schema with a JSON Schema form. `interrupt` takes it in a body and in a task, and an answer that
 * is not a decision is refused, whoever sends it (A5). The JSON Schema checks `type` first and then only the fields of that
 * type. A refusal therefore names one problem, not the problems with each of four alternatives.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { defined } from './defined.ts';
import { assertOptions, refusedOption, type OptionNames } from './refused-options.ts';
import { assertSchema, isStandardSchema, toJsonSchema, type AnswerSchema } from './schema.ts';
import type { Interrupt, JsonSchema } from './shapes.ts';

/** What a person decides about an action. `Args` are the arguments of the action. */
export type Decision<Args = unknown> =
  | {
      /** The action happens as shown. */
      readonly type: 'approve';
      /** For which later calls the decision counts too, if the question offers it. */
      readonly remember?: Remembering;
      /** Until when it is remembered, as ISO 8601. Missing: as long as the thread lives. */
      readonly until?: string;
    }
  | {
      /** The action happens with other arguments. */
      readonly type: 'edit';
      /** All arguments of the action, not only the changed ones. */
      readonly args: Args;
    }
  | {
      /** The action does not happen. */
      readonly type: 'reject';
      /** Why not. An agent passes it on to its model. */
      readonly reason?: string;
      /** For which later calls the decision counts too, if the question offers it. */
      readonly remember?: Remembering;
      /** Until when it is remembered, as ISO 8601. Missing: as long as the thread lives. */
      readonly until?: string;
    }
  | {
      /** The action does not happen, and the person answers in its place. */
      readonly type: 'respond';
      /** The result to use instead of the action's. */
      readonly text: string;
    };

/** The schema that {@link approval} returns: it accepts a {@link Decision} about an action with these arguments. */
export type ApprovalSchema<Args> = StandardSchemaV1<Decision<Args>> & StandardJSONSchemaV1<Decision<Args>>;

/** What a decision is remembered for: calls with the same arguments, or every call of the tool. */
export type Remembering = 'arguments' | 'tool';

/** The decisions that a question offers. */
export interface DecisionOptions {
  /** The types that are allowed. @default all four */
  readonly decisions?: readonly Decision['type'][] | undefined;
  /** What an approval or a rejection may be remembered for. @default nothing */
  readonly remember?: readonly Remembering[] | undefined;
}

/** The other fields of each type. */
const FIELDS: Readonly<Record<Decision['type'], readonly string[]>> = {
  approve: [],
  edit: ['args'],
  reject: ['reason'],
  respond: ['text'],
};
// The names are those of the record.
const TYPES = Object.keys(FIELDS) as readonly Decision['type'][];
export const REMEMBERINGS: readonly Remembering[] = ['arguments', 'tool'];
/** The fields with which an approval or a rejection is remembered. */
const REMEMBERED_FIELDS = ['remember', 'until'];

interface DecisionSettings {
  readonly decisions: readonly Decision['type'][];
  readonly remember: readonly Remembering[];
}

/**
 * The schema of a {@link Decision} about an action.
 *
 * @example
 * const decision = await interrupt({ tool: 'refund', args }, { schema: approval(refundParameters) });
 *
 * @param parameters The schema of the action's arguments. The arguments of an edit are checked against it, but not parsed:
 *   the decision has them as they were sent. Without it they may be anything.
 * @param options `decisions`: the allowed types. `remember`: what a decision may be remembered for.
 * @throws `TypeError` if `parameters` is not a schema, or an option is wrong.
 */
export function approval<Parameters extends AnswerSchema>(
  parameters: Parameters,
  options?: DecisionOptions,
): ApprovalSchema<StandardSchemaV1.InferInput<Parameters>>;
/**
 * The schema of a {@link Decision} about an action whose arguments have a plain JSON Schema, or none.
 *
 * @param parameters The JSON Schema of the action's arguments. The arguments of an edit are checked against it. Without it
 *   they may be anything.
 * @param options `decisions`: the allowed types. `remember`: what a decision may be remembered for.
 * @throws `TypeError` if `parameters` is not a schema, or an option is wrong.
 */
export function approval<Args = unknown>(parameters?: JsonSchema, options?: DecisionOptions): ApprovalSchema<Args>;
/** The schema of a {@link Decision} about an action whose arguments have a schema of either kind, or none. */
export function approval(parameters?: AnswerSchema | JsonSchema, options?: DecisionOptions): ApprovalSchema<unknown>;
export function approval(parameters?: AnswerSchema | JsonSchema, options?: DecisionOptions): ApprovalSchema<unknown> {
  if (parameters !== undefined) assertSchema(parameters, '`parameters`');
  const settings = resolveDecisions(options);
  const own = parameters && isStandardSchema(parameters) ? parameters : undefined;
  const toJson = (): Record<string, unknown> => decisionSchema(settings, parameters && argsSchema(parameters));
  return {
    '~standard': {
      version: 1,
      vendor: 'holdpoint',
      validate: (value) => validate(value, settings, own),
      jsonSchema: { input: toJson, output: toJson },
    },
  };
}

const DECISION_NAMES: OptionNames<DecisionOptions> = { decisions: true, remember: true };

function resolveDecisions(options: DecisionOptions = {}): DecisionSettings {
  assertOptions(options, '`approval`', DECISION_NAMES);
  const { decisions = TYPES, remember = [] } = options;
  assertChoices('`decisions`', decisions, TYPES);
  if (decisions.length === 0) throw refusedOption('`decisions`', `a list of ${TYPES.join(', ')}`, decisions);
  assertChoices('`remember`', remember, REMEMBERINGS);
  return { decisions: TYPES.filter((type) => decisions.includes(type)), remember };
}

function assertChoices(name: string, list: unknown, choices: readonly unknown[]): void {
  if (Array.isArray(list) && list.every((choice) => choices.includes(choice))) return;
  throw refusedOption(name, `a list of ${choices.join(', ')}`, list);
}

function decisionSchema({ decisions, remember }: DecisionSettings, args: JsonSchema = {}): Record<string, unknown> {
  const text = { type: 'string' };
  const remembering = remember.length > 0 ? rememberingFields(remember) : {};
  const schemas: Readonly<Record<Decision['type'], JsonSchema>> = {
    approve: ofType('approve', remembering),
    edit: ofType('edit', { args }, ['args']),
    reject: ofType('reject', { reason: text, ...remembering }),
    respond: ofType('respond', { text }, ['text']),
  };
  return {
    type: 'object',
    properties: { type: { enum: decisions } },
    required: ['type'],
    allOf: decisions.map((type) => schemas[type]),
    ...defined({ dependentRequired: remember.length > 0 ? { until: ['remember'] } : undefined }),
  };
}

function rememberingFields(remember: readonly Remembering[]): JsonSchema {
  return {
    remember: { enum: remember, description: 'Which later calls are decided in the same way' },
    until: { type: 'string', format: 'date-time', description: 'Until when the decision is remembered' },
  };
}

function ofType(type: Decision['type'], fields: JsonSchema, required: readonly string[] = []): JsonSchema {
  return {
    if: { properties: { type: { const: type } }, required: ['type'] },
    // No other field: arguments beside `approve` are an edit that would be ignored.
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema; nothing awaits it
    then: { properties: { type: {}, ...fields }, required, additionalProperties: false },
  };
}

function argsSchema(parameters: AnswerSchema | JsonSchema): JsonSchema {
  const { $schema: _dialect, ...schema } = toJsonSchema(parameters, '`parameters`');
  // Because of the `$id`, references in the schema still point into it when it is part of another schema.
  return { $id: 'args', ...schema };
}

/** The decisions that a question takes; `undefined` if it is about no action. */
export function decisionsOf({ schema }: Pick<Interrupt, 'schema'>): readonly Decision['type'][] | undefined {
  const { type } = (schema?.['properties'] ?? {}) as { readonly type?: { readonly enum?: unknown } };
  const types: readonly unknown[] = Array.isArray(type?.enum) ? type.enum : [];
  const decisions = TYPES.filter((known) => types.includes(known));
  return decisions.length > 0 && decisions.length === types.length ? decisions : undefined;
}

/** What a form for the answer starts with: an edit starts with the arguments of the action. */
export function startOfAnswer(question: Pick<Interrupt, 'schema' | 'value'>): unknown {
  const { args } = (question.value ?? {}) as { readonly args?: unknown };
  return decisionsOf(question)?.includes('edit') && args !== undefined ? { args } : undefined;
}

type Result = StandardSchemaV1.Result<Decision>;

/** Checks what the JSON Schema checks, and the arguments of an edit with their own schema. */
function validate(
  value: unknown,
  { decisions, remember }: DecisionSettings,
  parameters: AnswerSchema | undefined,
): Result | Promise<Result> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return problem('Expected a decision, such as { "type": "approve" }', []);
  }
  const { type, ...fields } = value as Record<string, unknown>;
  const known = decisions.find((allowed) => allowed === type);
  if (known === undefined) return problem(`Expected one of ${decisions.join(', ')}`, ['type']);
  const isRememberable = remember.length > 0 && (known === 'approve' || known === 'reject');
  const names = isRememberable ? [...FIELDS[known], ...REMEMBERED_FIELDS] : FIELDS[known];
  const other = Object.keys(fields).find((name) => !names.includes(name));
  if (other !== undefined) return problem(`Expected nothing here with type ${known}`, [other]);
  const fault = rememberingFault(fields, remember);
  if (fault) return problem(fault.message, [fault.field]);
  // Its type and its names are checked above, its fields below.
  const decision = value as Decision;
  switch (decision.type) {
    case 'approve':
      return { value: decision };
    case 'reject':
      return decision.reason === undefined ? { value: decision } : withText(decision, 'reason', decision.reason);
    case 'respond':
      return withText(decision, 'text', decision.text);
    case 'edit':
      return validateEdit(decision, parameters);
    default:
      return decision satisfies never;
  }
}

/** What is wrong with the fields of a decision that say for which later calls it counts; `undefined` if nothing is. */
export function rememberingFault(
  { remember, until }: { readonly remember?: unknown; readonly until?: unknown },
  offered: readonly Remembering[],
): { readonly field: 'remember' | 'until'; readonly message: string } | undefined {
  if (remember !== undefined && !offered.some((kind) => kind === remember)) {
    const expected = offered.length > 0 ? `one of ${offered.join(', ')}` : 'nothing here: it cannot be remembered';
    return { field: 'remember', message: `Expected ${expected}` };
  }
  if (until === undefined) return undefined;
  if (remember === undefined) return { field: 'until', message: 'Expected `remember` beside `until`' };
  const isTime = typeof until === 'string' && !Number.isNaN(Date.parse(until));
  return isTime ? undefined : { field: 'until', message: 'Expected a time as ISO 8601' };
}

function withText(decision: Decision, field: string, value: unknown): Result {
  return typeof value === 'string' ? { value: decision } : problem('Expected a text', [field]);
}

function validateEdit(
  decision: Decision & { readonly type: 'edit' },
  parameters: AnswerSchema | undefined,
): Result | Promise<Result> {
  if (decision.args === undefined) return problem('Expected the arguments of the edit', ['args']);
  if (!parameters) return { value: decision };
  const toResult = (checked: StandardSchemaV1.Result<unknown>): Result =>
    checked.issues
      ? { issues: checked.issues.map(({ message, path = [] }) => ({ message, path: ['args', ...path] })) }
      : { value: decision };
  const checked = parameters['~standard'].validate(decision.args);
  return checked instanceof Promise ? checked.then(toResult) : toResult(checked);
}

function problem(message: string, path: readonly string[]): Result {
  return { issues: [{ message, path }] };
}
