/**
 * Questions that are given to others (A12).
 */
import { hasCode } from '../protocol/errors.ts';
import { MAX_ASSIGNEE_CHARACTERS, MAX_ASSIGNEES } from '../protocol/limits.ts';
import type { JsonObject } from '../protocol/json-object.ts';
import { listIn, textIn } from '../web/body.ts';
import { badRequest } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import type { Item, QuestionAddress } from './api.ts';
import { findQuestion, goneProblem, itemOf, notYours, type Desk } from './item.ts';

/** How long a worker has to take it. */
const WAIT_MS = 2_000;

/** @throws `HttpProblem` 400 if the body has no names. */
export function readAssignees(body: JsonObject): readonly string[] {
  const names = listIn('assignees', body['assignees']).map((name, i) => textIn(`assignees[${i}]`, name));
  if (names.length === 0 || names.length > MAX_ASSIGNEES)
    throw badRequest(`Expected \`assignees\` to have from 1 to ${MAX_ASSIGNEES} names.`);
  if (names.some((name) => name.length > MAX_ASSIGNEE_CHARACTERS))
    throw badRequest(`Expected each name to have at most ${MAX_ASSIGNEE_CHARACTERS} characters.`);
  return names;
}

/**
 * Gives a question to others. Returns it as it is then, also if it is no more for the person.
 *
 * @throws `HttpProblem`: 403 if the person may not, 409 and 410 if the question is not open.
 */
export async function reassign(
  desk: Desk,
  address: QuestionAddress,
  { assignees, visitor }: { readonly assignees: readonly string[]; readonly visitor: Visitor },
): Promise<Item> {
  const { tools, permits } = desk.settings;
  const confirmed = await findQuestion(desk, address);
  if (!confirmed) throw await goneProblem(desk, address, visitor);
  if (!(await permits(visitor, confirmed.question, 'reassign'))) throw notYours();
  const { thread, run, id } = address;
  try {
    await tools.thread(thread).reassign(id, assignees, { run, actor: visitor.actor, wait: WAIT_MS });
  } catch (error) {
    if (!hasCode(error, 'AlreadyAnswered', 'InterruptExpired', 'InterruptWithdrawn', 'NotPending', 'ThreadClosed'))
      throw error;
    throw await goneProblem(desk, address, visitor);
  }
  const now = await findQuestion(desk, address);
  if (!now) throw await goneProblem(desk, address, visitor);
  desk.hub.change(now.listed);
  return itemOf(desk, now, visitor);
}
