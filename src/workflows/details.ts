/**
 * What the Temporal Web UI shows of a run while it waits: its open questions, and how to answer each one.
 *
 * The page is Markdown, and what a workflow asks may hold anything, so values stand in code.
 */
import { workflowInfo } from '@temporalio/workflow';
import { INVOKE_UPDATE, RESUME_SIGNAL } from '../protocol/names.ts';
import type { Interrupt, Refusal } from '../protocol/shapes.ts';
import { preview } from './memo.ts';

const VALUE_CHARACTERS = 2000;

/** So many are shown in full; a run may ask thousands. */
const SHOWN = 20;

export function describeWaiting(open: readonly Interrupt[], refused: readonly Refusal[], idle?: string): string {
  const sections = open.slice(0, SHOWN).map(describeQuestion);
  if (idle !== undefined) sections.push(idle);
  if (open.length > SHOWN) sections.push(`… and ${open.length - SHOWN} more: query \`interrupts\`.`);
  const last = refused.at(-1);
  if (last) sections.push(`Last refused answer (${last.at}): **${last.code}** ${plain(last.message)}`);
  return sections.join('\n\n');
}

/** The Web UI shows some ten lines before one has to scroll, and wraps none: what is asked, then how to answer. */
function describeQuestion(interrupt: Interrupt): string {
  const { id, title, description, value, assignees, problems, askedAt, expiresAt } = interrupt;
  const parts = [
    `### ${plain(title ?? 'Waiting for an answer')}: ${inline(id)}`,
    block(preview(value, VALUE_CHARACTERS)),
  ];
  if (problems) parts.push(problems.map(({ message }) => `- ${plain(message)}`).join('\n'));
  parts.push(block(signalCommand(id)));
  parts.push(
    `Asked ${askedAt}${expiresAt ? `, until ${expiresAt}` : ''}${assignees ? `, for ${plain(assignees.join(', '))}` : ''}`,
  );
  // Markdown of the asker's own, so it comes last: what it leaves open swallows nothing.
  if (description !== undefined) parts.push(description);
  return parts.join('\n\n');
}

/** What a thread with memory waits for between two turns. */
export function describeIdle(turn: number, status: string): string {
  const thread = shellQuote(workflowInfo().workflowId);
  const command = `temporal workflow update execute -w ${thread} --name ${INVOKE_UPDATE} \\\n  -i '"the next input, as JSON"'`;
  return `### Idle: turn ${turn} has ended (${status})\n\n${block(command)}`;
}

function signalCommand(id: string): string {
  const thread = shellQuote(workflowInfo().workflowId);
  const address = shellQuote(JSON.stringify({ id }));
  return `temporal workflow signal -w ${thread} --name ${RESUME_SIGNAL} \\\n  -i '"your answer, as JSON"' -i ${address}`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function inline(text: string): string {
  return `\`${oneLine(text).replaceAll('`', "'")}\``;
}

/** Text on one line, with nothing in it that Markdown reads. */
function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()#+!|<>~]/g, '\\$&');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** A fence longer than any run of backticks inside, so that the text cannot leave it. */
function block(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
