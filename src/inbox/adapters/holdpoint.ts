/**
 * The questions of `approval()`: an agent's tool call, or whatever a program wants approved (R8).
 *
 * The schema says which decisions there are. A tool call has the value `{ tool, args }`. Whatever else is in the value is
 * shown beside it.
 */
import { decisionsOf, REMEMBERINGS, type Remembering } from '../../protocol/approval.ts';
import { defined } from '../../protocol/defined.ts';
import { isObject, listOf, objectOf } from '../../protocol/json-object.ts';
import type { JsonSchema } from '../../protocol/shapes.ts';
import { verdictOf } from '../../protocol/verdict.ts';
import type { ActionView } from '../api.ts';
import type { ContainedAdapter } from './adapter.ts';

/** What is shown elsewhere, or only tells calls apart. */
const KNOWN = new Set(['tool', 'args', 'call']);

export const holdpoint: ContainedAdapter = {
  name: 'holdpoint',
  view(question) {
    const allows = decisionsOf(question);
    if (!allows) return undefined;
    const value = objectOf(question.value);
    const isCall = typeof value['tool'] === 'string';
    const facts = Object.fromEntries(Object.entries(value).filter(([name]) => !KNOWN.has(name)));
    const remember = rememberedFor(question.schema);
    const action: ActionView = {
      name: isCall ? String(value['tool']) : '',
      args: value['args'],
      allows,
      ...defined({
        schema: argsSchema(question.schema),
        facts: isCall && Object.keys(facts).length > 0 ? facts : undefined,
        remember: remember.length > 0 ? remember : undefined,
      }),
    };
    return { actions: [action] };
  },
  // An inbox's decision is the one of `approval()`, field by field.
  answer: (_, [decision]) => decision,
  place: (path) => `/0${path}`,
  verdict: verdictOf,
};

/** The schema of the arguments, from the part of the schema that is about an edit. */
function argsSchema(schema: JsonSchema | undefined): JsonSchema | undefined {
  const { args } = fieldsOf(schema, 'edit');
  if (!isObject(args)) return undefined;
  // `approval()` gives it an id, so that its references work inside of its own schema.
  const { $id: id, ...rest } = args;
  const own = id === 'args' ? rest : args;
  return Object.keys(own).length > 0 ? own : undefined;
}

function rememberedFor(schema: JsonSchema | undefined): readonly Remembering[] {
  const offered = listOf(objectOf(fieldsOf(schema, 'approve')['remember'])['enum']);
  return REMEMBERINGS.filter((one) => offered.includes(one));
}

/** The fields that a decision of this type may have. */
function fieldsOf(schema: JsonSchema | undefined, type: string): JsonSchema {
  const parts = listOf(schema?.['allOf']).map(objectOf);
  const part = parts.find((one) => objectOf(objectOf(objectOf(one['if'])['properties'])['type'])['const'] === type);
  return objectOf(objectOf(part?.['then'])['properties']);
}
