/**
 * What the Temporal Web UI shows of a run while it waits: its open questions, and how to answer each one.
 *
 * The page is Markdown, and what a workflow asks may hold anything, so values stand in code.
 */
import { workflowInfo } from '@temporalio/workflow';
import { RESUME_SIGNAL } from '../protocol/names.ts';
import type { Interrupt, Refusal } from '../protocol/shapes.ts';
import { preview } from './memo.ts';

const VALUE_CHARACTERS = 2000;

export function describeWaiting(open: readonly Interrupt[], refused: readonly Refusal[]): string {
  const sections = open.map(describeQuestion);
  const last = refused.at(-1);
  if (last) sections.push(`Last refused answer (${last.at}): **${last.code}** ${last.message}`);
  return sections.join('\n\n');
}

/** The Web UI shows some ten lines before one has to scroll, and wraps none: what is asked, then how to answer. */
function describeQuestion(interrupt: Interrupt): string {
  const { id, title, description, value, assignees, problems, askedAt, expiresAt } = interrupt;
  const parts = [`### ${title ?? 'Waiting for an answer'}: ${inline(id)}`];
  if (description !== undefined) parts.push(description);
  parts.push(block(preview(value, VALUE_CHARACTERS)));
  if (problems) parts.push(problems.map(({ message }) => `- ${message}`).join('\n'));
  parts.push(
    block(signalCommand(id)),
    `Asked ${askedAt}${expiresAt ? `, until ${expiresAt}` : ''}${assignees ? `, for ${assignees.join(', ')}` : ''}`,
  );
  return parts.join('\n\n');
}

function signalCommand(id: string): string {
  const workflowId = `'${workflowInfo().workflowId.replaceAll("'", `'\\''`)}'`;
  const address = JSON.stringify({ id });
  return `temporal workflow signal -w ${workflowId} --name ${RESUME_SIGNAL} \\\n  -i '"your answer, as JSON"' -i '${address}'`;
}

function inline(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

/** A fence longer than any run of backticks inside, so that the text cannot leave it. */
function block(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
