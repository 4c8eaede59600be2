/**
 * A person's decision about an action before it happens: the one type of it, and the schema that asks for one.
 *
 * The schema is a Standard Schema with a JSON Schema form, so `interrupt` takes it in a body and in a task, and what is no
 * decision is refused whoever sends it (A5). The JSON Schema looks at `type` first, and then only at what goes with that
 * type: a refusal says what is wrong, and not what each of four alternatives would have wanted.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { assertSchema, isStandardSchema, toJsonSchema, type AnswerSchema } from './schema.ts';
import type { Interrupt, JsonSchema } from './shapes.ts';

/** What a person decides about an action; `Args` are the action's arguments. */
export type Decision<Args = unknown> =
  /** It happens as shown. */
  | { readonly type: 'approve' }
  /** It happens with these arguments instead. */
  | { readonly type: 'edit'; readonly args: Args }
  /** It does not happen. */
  | { readonly type: 'reject'; readonly reason?: string }
  /** It does not happen, and this stands for its result. */
  | { readonly type: 'respond'; readonly text: string };

export type ApprovalSchema<Args> = StandardSchemaV1<Decision<Args>> & StandardJSONSchemaV1<Decision<Args>>;

/** The fields beside `type`. */
const FIELDS: Readonly<Record<Decision['type'], readonly string[]>> = {
  approve: [],
  edit: ['args'],
  reject: ['reason'],
  respond: ['text'],
};
const TYPES = Object.keys(FIELDS);

/**
 * The schema of a {@link Decision}: `interrupt({ tool, args }, { schema: approval(parameters) })`.
 *
 * @param parameters What the arguments of an edit are checked against; by default they may be anything. The decision has
 *   them as they were sent: they take the place of arguments that have not been parsed either.
 */
export function approval<Parameters extends AnswerSchema>(
  parameters: Parameters,
): ApprovalSchema<StandardSchemaV1.InferInput<Parameters>>;
export function approval<Args = unknown>(parameters?: JsonSchema): ApprovalSchema<Args>;
export function approval(parameters?: AnswerSchema | JsonSchema): ApprovalSchema<unknown>;
export function approval(parameters?: AnswerSchema | JsonSchema): ApprovalSchema<unknown> {
  if (parameters !== undefined) assertSchema(parameters, '`parameters`');
  const toJson = (): Record<string, unknown> => decisionSchema(parameters && argsSchema(parameters));
  return {
    '~standard': {
      version: 1,
      vendor: 'holdpoint',
      validate: (value) => validate(value, parameters && isStandardSchema(parameters) ? parameters : undefined),
      jsonSchema: { input: toJson, output: toJson },
    },
  };
}

function decisionSchema(args: JsonSchema = {}): Record<string, unknown> {
  const text = { type: 'string' };
  return {
    type: 'object',
    properties: { type: { enum: TYPES } },
    required: ['type'],
    allOf: [
      ofType('approve', {}),
      ofType('edit', { args }, ['args']),
      ofType('reject', { reason: text }),
      ofType('respond', { text }, ['text']),
    ],
  };
}

function ofType(type: Decision['type'], fields: JsonSchema, required: readonly string[] = []): JsonSchema {
  return {
    if: { properties: { type: { const: type } }, required: ['type'] },
    // No other field: arguments beside `approve` are an edit that would be lost.
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, which nobody awaits
    then: { properties: { type: {}, ...fields }, required, additionalProperties: false },
  };
}

function argsSchema(parameters: AnswerSchema | JsonSchema): JsonSchema {
  const { $schema: _dialect, ...schema } = toJsonSchema(parameters, '`parameters`');
  // With an `$id` of its own a schema's `$ref`s lead into itself, and not into what it is put in.
  return { $id: 'args', ...schema };
}

/** What the answer to such a question begins with, in a form: an edit begins with the action's arguments. */
export function startOfAnswer({ schema, value }: Pick<Interrupt, 'schema' | 'value'>): unknown {
  const { type } = (schema?.['properties'] ?? {}) as { readonly type?: { readonly enum?: unknown } };
  const isDecision = Array.isArray(type?.enum) && type.enum.join() === TYPES.join();
  const { args } = (value ?? {}) as { readonly args?: unknown };
  return isDecision && args !== undefined ? { args } : undefined;
}

type Result = StandardSchemaV1.Result<Decision>;

/** As the JSON Schema does, and what the schema of an edit's arguments has beyond that. */
function validate(value: unknown, parameters: AnswerSchema | undefined): Result | Promise<Result> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return problem('Expected a decision, such as { "type": "approve" }', []);
  }
  const { type, ...fields } = value as Record<string, unknown>;
  if (!isType(type)) return problem(`Expected one of ${TYPES.join(', ')}`, ['type']);
  const other = Object.keys(fields).find((name) => !FIELDS[type].includes(name));
  if (other !== undefined) return problem(`Expected nothing here with type ${type}`, [other]);
  // Checked, field by field, above and below.
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

function isType(type: unknown): type is Decision['type'] {
  return typeof type === 'string' && TYPES.includes(type);
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
