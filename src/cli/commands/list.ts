/**
 * `holdpoint list`: lists the open questions of all threads, newest thread first, or the threads themselves.
 *
 * With the search attributes, the server finds the threads that wait. Without them the command reads all running threads,
 * and with `--sort` it reads all open questions. It prints a note in both cases.
 */
import type { ListedInterrupt, ListedThread, ThreadStatus } from '../../client/tools.ts';
import { dueOf } from '../../protocol/due.ts';
import type { Priority } from '../../protocol/shapes.ts';
import { formatAge, formatDue, readDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { holdpointCommand } from '../command-line.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import type { Output } from '../output.ts';
import { headline, labels, people } from '../question.ts';
import { renderTable, type Column } from '../table.ts';
import { readCount } from '../value.ts';

interface ListOptions {
  readonly entrypoint?: string;
  readonly assignee?: string;
  readonly task?: string;
  readonly group?: string;
  readonly olderThan?: string;
  readonly tag?: string;
  readonly priority?: Priority;
  readonly due?: string;
  readonly sort?: 'age' | 'due';
  readonly threads?: boolean;
  readonly status?: ThreadStatus;
  readonly query?: string;
  readonly limit: string;
  readonly all?: boolean;
}

const MAX_PAGE = 1000;

export async function run(context: Context<ListOptions>): Promise<void> {
  const { threads, status } = context.options;
  if (status !== undefined && !threads) throw new UsageError('`--status` works only with `--threads`.');
  await (threads ? showThreads(context) : showQuestions(context));
}

async function showQuestions(context: Context<ListOptions>): Promise<void> {
  const { out, options } = context;
  const { entrypoint, assignee, task, group, tag, priority, query, sort } = options;
  const olderThan = options.olderThan === undefined ? undefined : readDuration(options.olderThan, '--older-than');
  const dueWithin = options.due === undefined ? undefined : readDuration(options.due, '--due');
  const limit = readLimit(options);
  const tools = await context.tools();
  const notes = [...((await tools.isIndexed()) ? [] : [notIndexed()]), ...(sort === undefined ? [] : [sorting(sort)])];
  // Where the server does not answer for the namespace, nothing is read, and the list's own error says why.
  if (notes.length > 0 && (await tools.hasNamespace())) for (const note of notes) out.note(note);
  const pageSize = sort === undefined && limit < MAX_PAGE ? limit + 1 : MAX_PAGE;
  const filter = { entrypoint, assignee, task, group, tag, priority, dueWithin, olderThan, query };
  const found = tools.questions({ ...filter, pageSize });
  const listed =
    sort === undefined ? await take(found, limit + 1) : (await take(found, Infinity)).toSorted(ORDERS[sort]);
  const questions = listed.slice(0, limit);
  const more = listed.length > questions.length;
  out.document({ questions, more }, () =>
    questions.length === 0 ? ['No open questions.'] : questionTable(questions, out),
  );
  if (more) out.note(`Only the first ${limit} are shown. For more, use \`--limit\` or \`--all\`.`);
}

function notIndexed(): string {
  return `Reading all running threads, because the namespace lacks holdpoint's search attributes. \`${holdpointCommand('setup')}\` adds them.`;
}

function sorting(by: string): string {
  return `Reading all open questions to sort them by ${by}.`;
}

const ORDERS = {
  age: (a: ListedInterrupt, b: ListedInterrupt) => Date.parse(a.askedAt) - Date.parse(b.askedAt),
  due: (a: ListedInterrupt, b: ListedInterrupt) => dueMs(a) - dueMs(b),
};

function dueMs(question: ListedInterrupt): number {
  const due = dueOf(question);
  return due === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(due);
}

const QUESTION_COLUMNS: readonly Column[] = [
  { title: 'AGE' },
  { title: 'THREAD', cuts: 'last' },
  { title: 'ID', cuts: 'last' },
  { title: 'QUESTION', cuts: 'first' },
  { title: 'WHO', cuts: 'first' },
  { title: 'DUE' },
];

/** With a column for groups, and one for priorities and tags, if any question has one. */
function questionTable(questions: readonly ListedInterrupt[], { width }: Output): string[] {
  const more = [
    { title: 'GROUP', cell: ({ group }: ListedInterrupt) => inertLine(group ?? '') },
    { title: 'LABELS', cell: labels },
  ].filter(({ cell }) => questions.some((question) => cell(question) !== ''));
  const columns: readonly Column[] = [
    ...QUESTION_COLUMNS,
    ...more.map(({ title }) => ({ title, cuts: 'last' }) as const),
  ];
  const rows = questions.map((question) => [
    ...questionRow(question),
    ...more.map(({ cell }) => cell(question) || '-'),
  ]);
  return renderTable(columns, rows, width);
}

function questionRow(question: ListedInterrupt): string[] {
  const { askedAt, thread, id } = question;
  return [
    formatAge(askedAt),
    inertLine(thread),
    inertLine(id),
    headline(question),
    people(question),
    formatDue(dueOf(question)),
  ];
}

async function showThreads(context: Context<ListOptions>): Promise<void> {
  const { out, options } = context;
  const { entrypoint, query, status } = options;
  for (const name of ['assignee', 'task', 'group', 'tag', 'priority', 'olderThan', 'due', 'sort'] as const) {
    const option = name === 'olderThan' ? 'older-than' : name;
    if (options[name] !== undefined)
      throw new UsageError(`\`--${option}\` is for questions and does not work with \`--threads\`.`);
  }
  const limit = readLimit(options);
  const tools = await context.tools();
  const found = tools.threads({ entrypoint, query, status, pageSize: Math.min(limit + 1, MAX_PAGE) });
  const listed = await take(found, limit + 1);
  const threads = listed.slice(0, limit);
  const more = listed.length > threads.length;
  out.document({ threads, more }, () =>
    threads.length === 0 ? ['No threads.'] : renderTable(THREAD_COLUMNS, threads.map(threadRow), out.width),
  );
  if (more) out.note(`Only the first ${limit} are shown. For more, use \`--limit\` or \`--all\`.`);
}

const THREAD_COLUMNS: readonly Column[] = [
  { title: 'STARTED' },
  { title: 'THREAD', cuts: 'last' },
  { title: 'ENTRYPOINT', cuts: 'first' },
  { title: 'STATUS' },
  { title: 'TURN' },
  { title: 'WAITS FOR', cuts: 'first' },
];

function threadRow({ startedAt, thread, entrypoint, status, turn, waitsFor }: ListedThread): string[] {
  return [
    formatAge(startedAt),
    inertLine(thread),
    inertLine(entrypoint),
    status,
    turn === undefined ? '-' : String(turn),
    inertLine(waitsFor.join(', ')) || '-',
  ];
}

async function take<Item>(items: AsyncIterable<Item>, limit: number): Promise<readonly Item[]> {
  const taken: Item[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length >= limit) break;
  }
  return taken;
}

function readLimit({ limit, all }: ListOptions): number {
  return all ? Infinity : readCount(limit, '--limit');
}
