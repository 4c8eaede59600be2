/**
 * The current details of a run, which the Temporal Web UI shows: its open questions, and how to answer each one.
 *
 * The page is Markdown, and a question may hold any text, so values are shown as code. What an answer must be is said in
 * words, and the commands have an answer that fits the question's schema (A5).
 */
import { workflowInfo } from '@temporalio/workflow';
import { ANSWER_SIGNAL, FORGET_SIGNAL, INVOKE_UPDATE, RESUME_SIGNAL } from '../../protocol/names.ts';
import type { Remembered } from '../../protocol/remembered.ts';
import { exampleOf } from '../../protocol/schema-example.ts';
import { schemaSentence } from '../../protocol/schema-words.ts';
import type { Interrupt, Refusal, SentAddress } from '../../protocol/shapes.ts';
import { votesText, whoseAnswersCount } from '../../protocol/votes.ts';
import { asksWho, groupOf } from '../../protocol/who-may-answer.ts';
import { block, inline, nested, plain } from './markdown.ts';
import { preview } from './preview.ts';

const VALUE_CHARACTERS = 2000;

/** A run may ask thousands of questions. This many are shown in full. */
const SHOWN = 20;
const SHOWN_REMEMBERED = 5;

/** What there is to tell about a run. */
export interface Waiting {
  readonly open: readonly Interrupt[];
  readonly refused: readonly Refusal[];
  readonly remembered: readonly Remembered[];
  /** How to go on with an idle thread, as Markdown. */
  readonly idle: string | undefined;
}

export function describeWaiting({ open, refused, remembered, idle }: Waiting): string {
  const sections = open.slice(0, SHOWN).map((interrupt) => describeQuestion(interrupt, open.length === 1));
  if (idle !== undefined) sections.push(idle);
  if (open.length > SHOWN) sections.push(`… and ${open.length - SHOWN} more: query \`interrupts\`.`);
  const last = refused.at(-1);
  if (last) sections.push(`Last refused answer (${last.at}): **${last.code}** ${plain(last.message)}`);
  if (remembered.length > 0) sections.push(describeRemembered(remembered));
  return sections.join('\n\n');
}

/** What is asked comes first, then how to answer: the Web UI shows about ten lines without scrolling, and wraps no code. */
function describeQuestion(interrupt: Interrupt, isOnly: boolean): string {
  const { id, title, description, value, assignees, group, confirm, problems, askedAt, expiresAt } = interrupt;
  const { dueAt, tags = [], priority } = interrupt;
  const parts = [
    `### ${plain(title ?? 'Waiting for an answer')} ${inline(id)}`,
    block(preview(value, VALUE_CHARACTERS)),
  ];
  if (problems) parts.push(problems.map(({ message }) => `- ${plain(message)}`).join('\n'));
  parts.push(describeAnswer(interrupt, isOnly));
  if (confirm !== undefined)
    parts.push(`**Be sure first:** a form asks to type ${inline(confirm)} before it sends the answer.`);
  const about = [
    `Asked ${askedAt}`,
    ...(dueAt ? [`due ${dueAt}`] : []),
    ...(expiresAt ? [`until ${expiresAt}`] : []),
    ...(assignees ? [`for ${plain(assignees.join(', '))}`] : []),
    ...whoseAnswersCount(interrupt).map(plain),
    ...(group === undefined ? [] : [`in group ${inline(group)}`]),
    ...(tags.length > 0 ? [`tagged ${tags.map(inline).join(' ')}`] : []),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
  ];
  parts.push(about.join(', '));
  const votes = votesText(interrupt);
  if (votes !== undefined) parts.push(`Votes so far: ${plain(votes)}`);
  // Last, because it may be long.
  if (description !== undefined) parts.push(nested(description));
  return parts.join('\n\n');
}

/** What an answer must be, and how to send one that fits. */
function describeAnswer(interrupt: Interrupt, isOnly: boolean): string {
  const { schema } = interrupt;
  const words = schema ? plain(schemaSentence(schema)) : 'any JSON';
  const example = schema ? exampleOf(schema) : 'your answer';
  const address = addressOf(interrupt);
  // The Web UI sends one payload. The answer alone is enough if nothing has to be said of it (A1, A11).
  const [signal, data] =
    isOnly && address.actor === undefined ? [RESUME_SIGNAL, example] : [ANSWER_SIGNAL, { value: example, ...address }];
  const here = `Here: _More Actions_, _Send a Signal_, ${inline(signal)}, with data like ${inline(JSON.stringify(data))}. In a shell:`;
  return [`**The answer:** ${words}`, here, block(signalCommand(address, example))].join('\n\n');
}

/** The address of an answer, with a place for who answers if only some people may. */
function addressOf({ id, by = {}, assignees = [] }: Interrupt): SentAddress {
  if (!asksWho(by)) return { id };
  const groups = assignees.flatMap((name) => groupOf(name) ?? []);
  return { id, actor: 'your name', ...(by.only !== undefined && groups.length > 0 ? { groups } : {}) };
}

/** How to go on with a thread that is idle, as Markdown. */
export function describeIdle(turn: number, status: string): string {
  const thread = shellQuote(workflowInfo().workflowId);
  const command = `temporal workflow update execute -w ${thread} --name ${INVOKE_UPDATE} \\\n  -i '"the next input, as JSON"'`;
  return `### Idle: turn ${turn} has ended (${status})\n\n${block(command)}`;
}

/** The newest decisions, and how to take one back. */
function describeRemembered(remembered: readonly Remembered[]): string {
  const shown = remembered.slice(-SHOWN_REMEMBERED).toReversed();
  const lines = shown.map(({ id, tool, args, type, actor, until }) => {
    const which = args === undefined ? '' : ` with ${inline(preview(args))}`;
    const who = actor === undefined ? '' : `, by ${plain(actor)}`;
    return `- ${type} **${plain(tool)}**${which}${who}${until === undefined ? '' : `, until ${until}`} (${inline(id)})`;
  });
  const more = remembered.length - shown.length;
  if (more > 0) lines.push(`- … and ${more} more: query \`state\``);
  const thread = shellQuote(workflowInfo().workflowId);
  const about = shellQuote(JSON.stringify({ id: shown[0]?.id }));
  const command = `temporal workflow signal -w ${thread} --name ${FORGET_SIGNAL} -i ${about}`;
  return ['### Remembered decisions', lines.join('\n'), 'To take one back:', block(command)].join('\n\n');
}

function signalCommand(about: SentAddress, answer: unknown): string {
  const thread = shellQuote(workflowInfo().workflowId);
  const [value, address] = [answer, about].map((payload) => shellQuote(JSON.stringify(payload)));
  return `temporal workflow signal -w ${thread} --name ${RESUME_SIGNAL} \\\n  -i ${value} -i ${address}`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
