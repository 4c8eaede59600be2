/**
 * A person's decision about an action before it happens: its type, and the schema that asks for it (R8).
 *
 * The schema is a Standard Schema with a JSON Schema form. `interrupt` takes it in a body and in a task, and an answer that
 * is not a decision is refused, whoever sends it (A5). The JSON Schema checks `type` first and then only the fields of that
 * type. A refusal therefore names one problem, not the problems with each of four alternatives.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { assertSchema, isStandardSchema, toJsonSchema, type AnswerSchema } from './schema.ts';
import type { Interrupt, JsonSchema } from './shapes.ts';

/** What a person decides about an action. `Args` are the arguments of the action. */
export type Decision<Args = unknown> =
  | {
      /** The action happens as shown. */
      readonly type: 'approve';
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
    }
  | {
      /** The action does not happen, and the person answers in its place. */
      readonly type: 'respond';
      /** The result to use instead of the action's. */
      readonly text: string;
    };

/** The schema that {@link approval} returns: it accepts a {@link Decision} about an action with these arguments. */
export type ApprovalSchema<Args> = StandardSchemaV1<Decision<Args>> & StandardJSONSchemaV1<Decision<Args>>;

/** The other fields of each type. */
const FIELDS: Readonly<Record<Decision['type'], readonly string[]>> = {
  approve: [],
  edit: ['args'],
  reject: ['reason'],
  respond: ['text'],
};
const TYPES = Object.keys(FIELDS);

/**
 * The schema of a {@link Decision} about an action.
 *
 * @example
 * const decision = await interrupt({ tool: 'refund', args }, { schema: approval(refundParameters) });
 *
 * @param parameters The schema of the action's arguments. The arguments of an edit are checked against it, but not parsed:
 *   the decision has them as they were sent. Without it they may be anything.
 * @throws `TypeError` if `parameters` is not a schema.
 */
export function approval<Parameters extends AnswerSchema>(
  parameters: Parameters,
): ApprovalSchema<StandardSchemaV1.InferInput<Parameters>>;
/**
 * The schema of a {@link Decision} about an action whose arguments have a plain JSON Schema, or none.
 *
 * @param parameters The JSON Schema of the action's arguments. The arguments of an edit are checked against it. Without it
 *   they may be anything.
 * @throws `TypeError` if `parameters` is not a schema.
 */
export function approval<Args = unknown>(parameters?: JsonSchema): ApprovalSchema<Args>;
/** The schema of a {@link Decision} about an action whose arguments have a schema of either kind, or none. */
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

/** What a form for the answer starts with: an edit starts with the arguments of the action. */
export function startOfAnswer({ schema, value }: Pick<Interrupt, 'schema' | 'value'>): unknown {
  const { type } = (schema?.['properties'] ?? {}) as { readonly type?: { readonly enum?: unknown } };
  const isDecision = Array.isArray(type?.enum) && type.enum.join() === TYPES.join();
  const { args } = (value ?? {}) as { readonly args?: unknown };
  return isDecision && args !== undefined ? { args } : undefined;
}

type Result = StandardSchemaV1.Result<Decision>;

/** Checks what the JSON Schema checks, and the arguments of an edit with their own schema. */
function validate(value: unknown, parameters: AnswerSchema | undefined): Result | Promise<Result> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return problem('Expected a decision, such as { "type": "approve" }', []);
  }
  const { type, ...fields } = value as Record<string, unknown>;
  if (!isType(type)) return problem(`Expected one of ${TYPES.join(', ')}`, ['type']);
  const other = Object.keys(fields).find((name) => !FIELDS[type].includes(name));
  if (other !== undefined) return problem(`Expected nothing here with type ${type}`, [other]);
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
