/**
 * A question as the terminal shows it: on one line in lists, in full where a person answers it.
 */
import type { MemoInterrupt } from '../client/tools.ts';
import { dueOf } from '../protocol/due.ts';
import { schemaLines } from '../protocol/schema-words.ts';
import type { Changed, Closed, Interrupt, JsonSchema, VoteCount } from '../protocol/shapes.ts';
import { votesOf, votesText, whoseAnswersCount } from '../protocol/votes.ts';
import { formatAge, formatDue } from './ages.ts';
import { holdpointCommand } from './command-line.ts';
import { inert, inertLine } from './inert.ts';
import type { Output } from './output.ts';
import { valueOf } from './unreadable.ts';

/** A value as one text: a string as it is, anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The same, but JSON that is too long for one line is indented. */
export function asBlock(value: unknown): string {
  const text = asText(value);
  return typeof value === 'string' || text.length <= LINE_CHARACTERS ? text : JSON.stringify(value, undefined, 2);
}

const LINE_CHARACTERS = 68;
const BLOCK_LINES = 30;
const BLOCK_CHARACTERS = 3000;

/** The same, cut before it fills the screen, with the command that shows all of it. */
export function shortBlock(value: unknown, thread: string): string {
  const block = asBlock(value);
  const short = block.slice(0, BLOCK_CHARACTERS).split('\n').slice(0, BLOCK_LINES).join('\n');
  return short === block ? block : `${short} …\n${showAll(thread)}`;
}

/** The question on one line: its title, or its value. */
export function headline(question: MemoInterrupt): string {
  const { title, truncated } = question;
  return inertLine(title ?? asText(valueOf(question))) + (truncated && title === undefined ? ' …' : '');
}

/** The assignees, or `-` for a question without assignees; and how many of several people have answered. */
export function people(question: Interrupt): string {
  const { assignees = [] } = question;
  const votes = votesOf(question);
  const names = assignees.length > 0 ? inertLine(assignees.join(', ')) : '-';
  return votes ? `${names} (${votes.count} of ${votes.quorum})` : names;
}

/** What a vote has come to: an answer that waits for others. */
export function votedText({ id, count, quorum }: VoteCount & { readonly id: string }): string {
  return `${count} of ${quorum} people have given this answer to ${inertLine(id)}`;
}

/** What lists say beside a question: its priority unless it is `normal`, and its tags. */
export function labels({ priority = 'normal', tags = [] }: Interrupt): string {
  return inertLine([...(priority === 'normal' ? [] : [priority]), ...tags.map((tag) => `#${tag}`)].join(' '));
}

/** How a question closed, and who closed it. */
export function closedText({ how, actor }: Pick<Closed, 'how' | 'actor'>): string {
  switch (how) {
    case 'answered':
      return actor === undefined ? 'answered' : `answered by ${inertLine(actor)}`;
    case 'default':
      return 'time ran out: the default was taken';
    case 'expired':
      return 'time ran out';
    case 'withdrawn':
      return 'withdrawn: nothing waits for the answer any more';
    case undefined:
      return 'the history does not say how';
    default:
      return how satisfies never;
  }
}

/** How an open question changed, and who changed it. */
export function changedText(
  { how, actor, count = 0, quorum = 0 }: Partial<Omit<Changed, 'id' | 'run'>>,
  question: Interrupt,
): string {
  const by = actor === undefined ? '' : ` by ${inertLine(actor)}`;
  switch (how) {
    case 'reassigned':
      return `reassigned${by}: now for ${people(question)}`;
    case 'voted':
      return `voted${by}: ${votedText({ id: question.id, count, quorum })}`;
    case undefined:
      return `now for ${people(question)}`;
    default:
      return how satisfies never;
  }
}

/** The question in full, what the answer must be, and the command that answers it. */
export function questionLines(thread: string, interrupt: Interrupt, out: Output): string[] {
  const { id, schema } = interrupt;
  return [
    ...askedLines(interrupt, out, (value) => shortBlock(value, thread)),
    ...(schema ? labelled('expects', expectedText(thread, schema), out) : []),
    ...labelled('answer', holdpointCommand('resume', thread, '--id', id), out),
  ];
}

/** What the answer must be, cut to a length that a person reads. */
function expectedText(thread: string, schema: JsonSchema): string {
  const lines = schemaLines(schema);
  const shown = lines
    .slice(0, MAX_LINES)
    .map((line) => (line.length > MAX_COLUMNS ? `${line.slice(0, MAX_COLUMNS)} …` : line));
  const isCut = lines.length > MAX_LINES || lines.some((line) => line.length > MAX_COLUMNS);
  return [...shown, ...(isCut ? [showAll(thread)] : [])].join('\n');
}

/** The line below a text that was cut. */
function showAll(thread: string): string {
  return `… To see all of it: ${holdpointCommand('show', thread, '--json')}`;
}

const MAX_LINES = 12;
const MAX_COLUMNS = 400;

/** The question in full, for a person who is about to answer it. */
export function askedLines(interrupt: MemoInterrupt, out: Output, block = asBlock): string[] {
  const { id, title, description, assignees, group, confirm, problems, askedAt, truncated } = interrupt;
  const { dueAt, expiresAt, tags, priority } = interrupt;
  const lines = [out.paint('bold', inertLine(id)) + (title === undefined ? '' : `  ${inertLine(title)}`)];
  const add = (name: string, text: string | undefined): void => {
    if (text) lines.push(...labelled(name, text, out));
  };
  add('asks', block(valueOf(interrupt)));
  add('about', description && block(description));
  add('for', assignees?.join(', '));
  add('counts', whoseAnswersCount(interrupt).join('; '));
  add('votes', votesText(interrupt));
  add('group', group);
  add('confirm', confirm && `${confirm} (a form asks to type this before it sends the answer)`);
  add('asked', askedAt && `${formatAge(askedAt)} ago (${askedAt})`);
  const due = dueOf(interrupt);
  add('due', due && `${formatDue(due)} (${due})`);
  if (dueAt !== undefined) add('closes', expiresAt && `${formatDue(expiresAt)} (${expiresAt})`);
  add('priority', priority);
  add('tags', tags?.join(', '));
  for (const { path, message } of problems ?? []) add('problem', `${path ? `${path}: ` : ''}${message}`);
  if (truncated)
    add(
      'note',
      "This question is cut, because the server keeps only 16 KB of a thread's questions. A worker has the rest.",
    );
  return lines;
}

const LABEL_WIDTH = 9;

/** A text beside its label. Further lines are indented like the first. */
export function labelled(name: string, text: string, out: Output): string[] {
  const [first = '', ...rest] = inert(text).split('\n');
  const label = out.paint('dim', name.padEnd(LABEL_WIDTH));
  return [`  ${label}${first}`, ...rest.map((line) => `  ${' '.repeat(LABEL_WIDTH)}${line}`)];
}
