/**
 * Decision times: how long questions waited for their answers, and who decides how fast.
 *
 * They come from the histories of the newest threads, and are kept for some minutes, because that is a lot to read.
 */
import type { ListedInterrupt, NamedThread } from '../client/tools.ts';
import { isObject } from '../protocol/json-object.ts';
import { badValue } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import type { Decider, Decisions, Quantiles } from './api.ts';
import type { ReadSettings } from './options.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 90;
const DAY_MS = 86_400_000;
/** How many threads are read: the newest ones, and half of them at most that have ended. */
const MAX_THREADS = 500;
/** How many are read at the same time, and for how long in all. */
const READERS = 8;
const READING_MS = 20_000;
/** How long the numbers are kept. */
const KEPT_MS = 5 * 60_000;
/** Whoever approves faster than that has hardly read what was asked. */
const HASTY_MS = 3_000;

/** A question that a person has answered. */
interface Decision {
  readonly question: ListedInterrupt;
  readonly actor: string | undefined;
  readonly waitMs: number;
  /** From shown to answered. */
  readonly lookMs: number | undefined;
  readonly verdict: 'approved' | 'rejected' | undefined;
}

interface Read {
  readonly since: string;
  readonly isCut: boolean;
  readonly decisions: readonly Decision[];
}

/** Reads decision times, and keeps them. */
export class DecisionTimes {
  readonly #settings: ReadSettings;
  readonly #kept = new Map<number, { readonly read: Promise<Read>; readonly untilMs: number }>();

  constructor(settings: ReadSettings) {
    this.#settings = settings;
  }

  /**
   * What a person may know: of the questions that he may see; and of other people, where he may read the audit.
   *
   * @throws `HttpProblem` 400 if the number of days is wrong.
   */
  async report(given: string | null, visitor: Visitor): Promise<Decisions> {
    const days = Number(given ?? DEFAULT_DAYS);
    if (!Number.isSafeInteger(days) || days < 1 || days > MAX_DAYS)
      throw badValue('`days`', `a number from 1 to ${MAX_DAYS}`, given);
    const { since, isCut, decisions } = await this.#read(days);
    const { permits } = this.#settings;
    const own: Decision[] = [];
    const judged: Decision[] = [];
    for (const decision of decisions) {
      const { question, actor } = decision;
      const { thread, entrypoint } = question;
      const mayAudit = await permits(visitor, { thread, entrypoint }, 'audit');
      if (mayAudit || (await permits(visitor, question, 'see'))) own.push(decision);
      if (mayAudit || actor === visitor.actor) judged.push(decision);
    }
    return { since, ...(isCut ? { isCut } : {}), ...summary(own), people: deciders(judged) };
  }

  #read(days: number): Promise<Read> {
    const kept = this.#kept.get(days);
    if (kept && kept.untilMs > Date.now()) return kept.read;
    const read = this.#readAll(days);
    this.#kept.set(days, { read, untilMs: Date.now() + KEPT_MS });
    read.catch(() => this.#kept.delete(days));
    return read;
  }

  async #readAll(days: number): Promise<Read> {
    const since = new Date(Date.now() - days * DAY_MS).toISOString();
    // One list of both would begin with all that run, however many there are.
    const ended = await this.#newest(`CloseTime > '${since}'`, MAX_THREADS / 2);
    const running = await this.#newest(`ExecutionStatus = 'Running'`, MAX_THREADS - ended.threads.length);
    const waiting = [...ended.threads, ...running.threads];
    const signal = AbortSignal.timeout(READING_MS);
    const decisions: Decision[] = [];
    const read = async (): Promise<void> => {
      for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift())
        decisions.push(...(await this.#decisionsOf(next, { since, signal }).catch(() => [])));
    };
    await Promise.all(Array.from({ length: READERS }, read));
    return { since, isCut: ended.isMore || running.isMore || signal.aborted, decisions };
  }

  async #newest(
    condition: string,
    limit: number,
  ): Promise<{ readonly threads: readonly NamedThread[]; readonly isMore: boolean }> {
    const { tools, query } = this.#settings;
    const threads = await tools.newestThreads(
      query === undefined ? condition : `${condition} AND (${query})`,
      limit + 1,
    );
    return { threads: threads.slice(0, limit), isMore: threads.length > limit };
  }

  async #decisionsOf(
    { thread, entrypoint }: NamedThread,
    { since, signal }: { readonly since: string; readonly signal: AbortSignal },
  ): Promise<readonly Decision[]> {
    const decisions: Decision[] = [];
    const asked = new Map<string, ListedInterrupt>();
    const shown = new Map<string, number>();
    for await (const entry of this.#settings.tools.thread(thread).audit({ signal })) {
      const key = (actor = ''): string => JSON.stringify([entry.run, 'id' in entry ? entry.id : '', actor]);
      if (entry.kind === 'asked') asked.set(key(), { ...entry.question, thread, entrypoint });
      const question = asked.get(key());
      if (!question) continue;
      if (entry.kind === 'reassigned') asked.set(key(), { ...question, assignees: entry.assignees });
      if (entry.kind === 'shown' && !shown.has(key(entry.actor)))
        shown.set(key(entry.actor), Date.parse(entry.shownAt));
      if (entry.kind !== 'answered' && entry.kind !== 'voted') continue;
      // A reset delivers it again, and it is the same decision.
      if (entry.isRepeated || entry.at < since) continue;
      const { actor, value, sentAt = entry.at } = entry;
      const shownMs = shown.get(key(actor));
      const sentMs = Date.parse(sentAt);
      decisions.push({
        question,
        actor,
        waitMs: Math.max(0, sentMs - Date.parse(question.askedAt)),
        lookMs: shownMs === undefined ? undefined : Math.max(0, sentMs - shownMs),
        verdict: verdictOf(value),
      });
    }
    return decisions;
  }
}

/** Whether an answer lets something happen; `undefined` if it is no such answer. */
function verdictOf(value: unknown): Decision['verdict'] {
  if (typeof value === 'boolean') return value ? 'approved' : 'rejected';
  if (!isObject(value)) return undefined;
  const { type, approved } = value;
  if (typeof approved === 'boolean') return approved ? 'approved' : 'rejected';
  if (type === 'approve' || type === 'edit') return 'approved';
  return type === 'reject' || type === 'respond' ? 'rejected' : undefined;
}

function summary(decisions: readonly Decision[]): Pick<Decisions, 'count' | 'wait' | 'byEntrypoint'> {
  const groups = Map.groupBy(decisions, ({ question }) => question.entrypoint);
  const byEntrypoint = [...groups].map(([entrypoint, own]) => ({ entrypoint, count: own.length, wait: waitOf(own) }));
  return {
    count: decisions.length,
    wait: waitOf(decisions),
    byEntrypoint: byEntrypoint.toSorted((one, other) => other.count - one.count),
  };
}

function waitOf(decisions: readonly Decision[]): Quantiles {
  return quantiles(decisions.map(({ waitMs }) => waitMs));
}

function deciders(decisions: readonly Decision[]): readonly Decider[] {
  const groups = Map.groupBy(decisions, ({ actor }) => actor);
  const people = [...groups].flatMap(([actor, own]): readonly Decider[] => {
    if (actor === undefined) return [];
    const looks = own.flatMap(({ lookMs }) => (lookMs === undefined ? [] : [lookMs]));
    const count = (verdict: Decision['verdict']): number => own.filter((one) => one.verdict === verdict).length;
    const hasty = own.filter((one) => one.verdict === 'approved' && (one.lookMs ?? HASTY_MS) < HASTY_MS).length;
    const look = looks.length > 0 ? { look: quantiles(looks) } : {};
    return [{ actor, count: own.length, approved: count('approved'), rejected: count('rejected'), ...look, hasty }];
  });
  return people.toSorted((one, other) => other.count - one.count);
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p90: at(0.9), max: at(1) };
}
