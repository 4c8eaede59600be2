/**
 * A question as the terminal shows it: in one line for lists, in full where it is to be answered.
 */
import type { Closed, Interrupt } from '../protocol/shapes.ts';
import { formatAge, formatDue } from './ages.ts';
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
    ...askedLines(interrupt, out),
    ...(schema ? labelled('schema', asBlock(schema), out) : []),
    ...labelled('answer', `holdpoint resume ${shellWord(thread)} --id ${shellWord(id)}`, out),
  ];
}

/** What a person reads who is about to answer. */
export function askedLines(interrupt: Interrupt, out: Output): string[] {
  const { id, title, description, value, assignees, problems, askedAt, expiresAt, truncated } = interrupt;
  const lines = [out.paint('bold', inertLine(id)) + (title === undefined ? '' : `  ${inertLine(title)}`)];
  const add = (name: string, text: string | undefined): void => {
    if (text) lines.push(...labelled(name, text, out));
  };
  add('asks', asBlock(value));
  add('about', description);
  add('for', assignees?.join(', '));
  add('asked', askedAt && `${formatAge(askedAt)} ago (${askedAt})`);
  add('due', expiresAt && `${formatDue(expiresAt)} (${expiresAt})`);
  for (const { path, message } of problems ?? []) add('problem', `${path ? `${path}: ` : ''}${message}`);
  if (truncated) add('note', 'cut to fit the memo; all of it needs a worker');
  return lines;
}

const LABEL_WIDTH = 9;

/** Text behind its name, further lines below it. */
export function labelled(name: string, text: string, out: Output): string[] {
  const [first = '', ...rest] = inert(text).split('\n');
  const label = out.paint('dim', name.padEnd(LABEL_WIDTH));
  return [`  ${label}${first}`, ...rest.map((line) => `  ${' '.repeat(LABEL_WIDTH)}${line}`)];
}

/** A word that a shell takes as it is. */
export function shellWord(word: string): string {
  const safe = inertLine(word);
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
