/**
 * Questions that are given to others (A12).
 */
import { assertAssignees } from '../client/tools.ts';
import type { JsonObject } from '../protocol/json-object.ts';
import { messageOf } from '../protocol/thrown.ts';
import { badRequest } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import type { QuestionAddress, Reassigned } from './api.ts';
import { saysIsOver } from './ending.ts';
import { findQuestion, goneProblem, itemOf, notYours, type InboxContext } from './item.ts';
import { WAIT_MS, whyItIsQueued } from './waiting.ts';

/** @throws `HttpProblem` 400 if the body has no names. */
export function readAssignees({ assignees }: JsonObject): readonly string[] {
  try {
    assertAssignees(assignees);
    return assignees;
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}

/**
 * Gives a question to others. Returns it as it is then, also if it is no more for the person; or why that waits.
 *
 * @throws `HttpProblem`: 403 if the person may not, 409 and 410 if the question is not open.
 */
export async function reassign(
  context: InboxContext,
  address: QuestionAddress,
  { assignees, visitor }: { readonly assignees: readonly string[]; readonly visitor: Visitor },
): Promise<Reassigned> {
  const { tools, permits } = context.settings;
  const confirmed = await findQuestion(context, address);
  if (!confirmed) throw await goneProblem(context, address, visitor);
  if (!(await permits(visitor, confirmed.question, 'reassign'))) throw notYours();
  const { thread, run, id } = address;
  const sending = tools.thread(thread).reassign(id, assignees, { run, actor: visitor.actor, wait: WAIT_MS });
  const { outcome } = await sending.catch(async (error: unknown) => {
    throw saysIsOver(error) ? await goneProblem(context, address, visitor) : error;
  });
  if (outcome === 'queued') return { outcome, why: await whyItIsQueued(tools, thread, 'reassignment') };
  const now = await findQuestion(context, address);
  if (!now) throw await goneProblem(context, address, visitor);
  context.hub.change(now.listed);
  return { outcome, item: await itemOf(context, now, visitor) };
}
