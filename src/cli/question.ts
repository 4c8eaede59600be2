/**
 * A question as the terminal shows it: in one line for lists, in full where it is to be answered.
 */
import { schemaLines } from '../protocol/schema-words.ts';
import type { Closed, Interrupt, JsonSchema } from '../protocol/shapes.ts';
import { formatAge, formatDue } from './ages.ts';
import { holdpointCommand } from './command-line.ts';
import { inert, inertLine } from './inert.ts';
import type { Output } from './output.ts';

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Text, or JSON: on one line where it fits there. */
export function asBlock(value: unknown): string {
  const text = asText(value);
  return typeof value === 'string' || text.length <= LINE_CHARACTERS ? text : JSON.stringify(value, undefined, 2);
}

const LINE_CHARACTERS = 68;
const BLOCK_LINES = 30;
const BLOCK_CHARACTERS = 3000;

/** The same, cut where it would fill the page, with how to see all of it. */
export function shortBlock(value: unknown, thread: string): string {
  const block = asBlock(value);
  const short = block.slice(0, BLOCK_CHARACTERS).split('\n').slice(0, BLOCK_LINES).join('\n');
  return short === block ? block : `${short} …\n… all of it: ${showAll(thread)}`;
}

/** Its title, or what it asks. */
export function headline({ title, value, truncated }: Interrupt): string {
  return inertLine(title ?? asText(value)) + (truncated && title === undefined ? ' …' : '');
}

export function people({ assignees }: Interrupt): string {
  return assignees && assignees.length > 0 ? inertLine(assignees.join(', ')) : '-';
}

/** How a question closed, and by whom. */
export function closedText({ how, actor }: Pick<Closed, 'how' | 'actor'>): string {
  switch (how) {
    case 'answered':
      return actor === undefined ? 'answered' : `answered by ${inertLine(actor)}`;
    case 'default':
      return 'time ran out: its default stands for the answer';
    case 'expired':
      return 'time ran out';
    case 'withdrawn':
      return 'withdrawn: nobody waits for the answer';
    case undefined:
      return 'the history does not say how';
    default:
      return how satisfies never;
  }
}

/** All of it, and how to answer. */
export function questionLines(thread: string, interrupt: Interrupt, out: Output): string[] {
  const { id, schema } = interrupt;
  return [
    ...askedLines(interrupt, out, (value) => shortBlock(value, thread)),
    ...(schema ? labelled('expects', expectedText(thread, schema), out) : []),
    ...labelled('answer', holdpointCommand('resume', thread, '--id', id), out),
  ];
}

/** What an answer must be, cut to what a person reads. */
function expectedText(thread: string, schema: JsonSchema): string {
  const lines = schemaLines(schema);
  const shown = lines
    .slice(0, MAX_LINES)
    .map((line) => (line.length > MAX_COLUMNS ? `${line.slice(0, MAX_COLUMNS)} …` : line));
  const isCut = lines.length > MAX_LINES || lines.some((line) => line.length > MAX_COLUMNS);
  return [...shown, ...(isCut ? [`… all of it: ${showAll(thread)}`] : [])].join('\n');
}

/** The command that shows what was cut. */
export function showAll(thread: string): string {
  return holdpointCommand('show', thread, '--json');
}

const MAX_LINES = 12;
const MAX_COLUMNS = 400;

/** What a person reads who is about to answer. */
export function askedLines(interrupt: Interrupt, out: Output, block = asBlock): string[] {
  const { id, title, description, value, assignees, problems, askedAt, expiresAt, truncated } = interrupt;
  const lines = [out.paint('bold', inertLine(id)) + (title === undefined ? '' : `  ${inertLine(title)}`)];
  const add = (name: string, text: string | undefined): void => {
    if (text) lines.push(...labelled(name, text, out));
  };
  add('asks', block(value));
  add('about', description && block(description));
  add('for', assignees?.join(', '));
  add('asked', askedAt && `${formatAge(askedAt)} ago (${askedAt})`);
  add('due', expiresAt && `${formatDue(expiresAt)} (${expiresAt})`);
  for (const { path, message } of problems ?? []) add('problem', `${path ? `${path}: ` : ''}${message}`);
  if (truncated)
    add('note', "This question is cut: the server keeps 16 KB of a thread's questions. All of it needs a worker.");
  return lines;
}

const LABEL_WIDTH = 9;

/** Text behind its name, further lines below it. */
export function labelled(name: string, text: string, out: Output): string[] {
  const [first = '', ...rest] = inert(text).split('\n');
  const label = out.paint('dim', name.padEnd(LABEL_WIDTH));
  return [`  ${label}${first}`, ...rest.map((line) => `  ${' '.repeat(LABEL_WIDTH)}${line}`)];
}
