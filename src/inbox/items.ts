/**
 * The list: open questions as lines, and what of them a page asks for.
 */
import type { ListedInterrupt } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { MAX_LISTED } from '../protocol/limits.ts';
import { votesOf } from '../protocol/votes.ts';
import { badRequest, badValue } from '../web/problem.ts';
import { isFor, type Visitor } from './actor.ts';
import type { Items, ItemsQuery, ListedItem, QuestionAddress } from './api.ts';
import type { Permits } from './authorize.ts';
import type { ContainedAdapter } from './adapters/adapter.ts';
import { outlineOf } from './kind.ts';

/** The fields by which a page may filter. */
const FILTERS = ['assignee', 'entrypoint', 'group', 'kind', 'priority', 'q', 'tag', 'task'] as const;
/** The parameters of the list. */
export const ITEMS_PARAMETERS: readonly string[] = [
  ...FILTERS,
  'sort',
  'cursor',
  'limit',
] satisfies (keyof ItemsQuery)[];
const LIMIT = 100;
const MAX_TEXT = 1_000;

/** The question that an address names. */
export function addressOf({ thread, run, id }: QuestionAddress): QuestionAddress {
  return { thread, run, id };
}

/** What decides how a question is listed, and for whom. */
export interface Listing {
  readonly permits: Permits;
  readonly adapters: readonly ContainedAdapter[];
}

/** A question as a person sees it in the list. `undefined` if they may not see it. */
export async function listedItem(
  question: ListedInterrupt,
  visitor: Visitor,
  listing: Listing,
): Promise<ListedItem | undefined> {
  return (await listing.permits(visitor, question, 'see')) ? lineOf(question, visitor, listing) : undefined;
}

/** The same, for whoever may see it. */
export async function lineOf(question: ListedInterrupt, visitor: Visitor, listing: Listing): Promise<ListedItem> {
  const mayAnswer = await listing.permits(visitor, question, 'answer');
  const { task, assignees, group, tags, priority, askedAt, dueAt, expiresAt } = question;
  const { title, kind, bulk } = outlineOf(question, listing.adapters);
  return {
    ...addressOf(question),
    entrypoint: question.entrypoint,
    title,
    kind,
    askedAt,
    mayAnswer,
    ...defined({
      task,
      assignees,
      group,
      tags,
      priority,
      dueAt: dueAt ?? expiresAt,
      expiresAt,
      votes: votesOf(question),
      hasVoted: question.votes?.some(({ actor }) => actor === visitor.actor) || undefined,
      bulk: mayAnswer ? bulk : undefined,
    }),
  };
}

/** @throws `HttpProblem` 400 if a parameter is wrong. */
export function readQuery(params: URLSearchParams): ItemsQuery {
  for (const [name, value] of params) {
    if (value.length > MAX_TEXT) throw badRequest(`Expected \`${name}\` to have at most ${MAX_TEXT} characters.`);
  }
  const query = Object.fromEntries([...params].filter(([, value]) => value !== '')) as ItemsQuery;
  const { sort = 'due', limit = String(LIMIT) } = query;
  if (sort !== 'age' && sort !== 'due') throw badValue('`sort`', '`age` or `due`', sort);
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LISTED)
    throw badValue('`limit`', `a number from 1 to ${MAX_LISTED}`, limit);
  return query;
}

/** What the list is made of. */
export interface ListSettings {
  readonly questions: Iterable<ListedInterrupt>;
  readonly visitor: Visitor;
  readonly listing: Listing;
  /** The id of the last event that the questions include. */
  readonly at: string;
}

/** The page of the list that is asked for. */
export async function listItems(query: ItemsQuery, { questions, visitor, listing, at }: ListSettings): Promise<Items> {
  const { sort = 'due', limit = String(LIMIT), cursor } = query;
  const found = [...questions].filter((question) => matches(question, query, { visitor, listing }));
  const listed = await Promise.all(found.map((question) => listedItem(question, visitor, listing)));
  const items = listed.filter((item) => item !== undefined);
  const sorted = items
    .map((item) => ({ item, place: placeOf(item, sort) }))
    .toSorted((one, other) => compare(one.place, other.place));
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rest = after ? sorted.filter(({ place }) => compare(place, after) > 0) : sorted;
  const page = rest.slice(0, Number(limit));
  const last = page.at(-1);
  const next = last && rest.length > page.length ? makeCursor(last.place) : undefined;
  return { items: page.map(({ item }) => item), total: items.length, at, ...defined({ next }) };
}

function matches(
  question: ListedInterrupt,
  query: ItemsQuery,
  { visitor, listing }: Pick<ListSettings, 'visitor' | 'listing'>,
): boolean {
  const { assignee, entrypoint, task, group, tag, priority, kind, q } = query;
  if (entrypoint !== undefined && question.entrypoint !== entrypoint) return false;
  if (task !== undefined && question.task !== task) return false;
  if (group !== undefined && question.group !== group) return false;
  if (tag !== undefined && !question.tags?.includes(tag)) return false;
  if (priority !== undefined && (question.priority ?? 'normal') !== priority) return false;
  const outline = outlineOf(question, listing.adapters);
  if (kind !== undefined && outline.kind !== kind) return false;
  if (assignee === 'me' && !(question.assignees?.length && isFor(visitor, question.assignees))) return false;
  if (assignee !== undefined && assignee !== 'me' && !question.assignees?.includes(assignee)) return false;
  return q === undefined || outline.text.includes(q.toLowerCase());
}

/** Where an item is in the list. Two items are never in the same place. */
type Place = readonly string[];

/** Behind every time. */
const NEVER = '~';

function placeOf({ dueAt = NEVER, askedAt, thread, run, id }: ListedItem, sort: 'age' | 'due'): Place {
  return [...(sort === 'due' ? [dueAt] : []), askedAt, thread, run, id];
}

function compare(one: Place, other: Place): number {
  const at = one.findIndex((text, i) => text !== other[i]);
  if (at < 0) return 0;
  return (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
}

function makeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function readCursor(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(place) && place.every((one) => typeof one === 'string')) return place;
  } catch {}
  throw badRequest('Expected `cursor` to be the `next` of a page before.');
}
