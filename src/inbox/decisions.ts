/**
 * Decision times: how long questions waited for their answers, and who decides how fast.
 *
 * They come from the histories of the newest threads, and are kept for some minutes, because that is a lot to read. Threads in
 * which no question has closed are not read; and the history of a thread that has ended is read once, since it stays as it is.
 *
 * Visibility lists runs, and does not say which belong to one chain: those before and after a continue-as-new, and those that
 * a reset has discarded. Their audit is one, and it names them. A thread that was started again has several chains.
 */
import type { ListedInterrupt, NamedThread } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { isObject } from '../protocol/json-object.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import type { Verdict } from '../protocol/verdict.ts';
import { badValue } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import type { ContainedAdapter } from './adapters/adapter.ts';
import { verdictOfAnswer } from './adapters/adapters.ts';
import type { Decider, Decisions, Quantiles } from './api.ts';
import type { ReadSettings } from './options.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 90;
const DAY_MS = 86_400_000;
/** How many runs are listed: the newest ones, and half of them at most that have ended. */
const MAX_RUNS = 500;
/** How many are read at the same time, and for how long in all. */
const READERS = 8;
const READING_MS = 20_000;
/** How long the numbers are kept. */
const KEPT_MS = 5 * 60_000;
/** Whoever approves faster than that has hardly read what was asked. */
const HASTY_MS = 3_000;

/** What is kept of a question: what `authorize` decides by. */
type DecidedQuestion = Omit<ListedInterrupt, 'schema' | 'description' | 'default' | 'problems' | 'votes'>;

/** A question that a person has answered. */
interface Decision {
  readonly question: DecidedQuestion;
  readonly actor: string | undefined;
  readonly at: string;
  readonly waitMs: number;
  /** From shown to answered. */
  readonly lookMs: number | undefined;
  readonly verdict: Verdict | undefined;
}

/** A question, while the history is read. */
interface AskedQuestion {
  readonly question: ListedInterrupt;
  readonly kept: DecidedQuestion;
  /** When it was first shown to each person, in milliseconds since the epoch. */
  readonly shown: Map<string, number>;
}

/** A chain of runs. */
interface Chain {
  /** All that its audit names. */
  readonly runs: ReadonlySet<string>;
  readonly decisions: readonly Decision[];
  /** Whether its last run has ended. Only a reset adds to it. */
  readonly hasEnded: boolean;
}

interface Read {
  readonly decisions: readonly Decision[];
  /** Whether there was more to read, however few days are asked for. */
  readonly isCut: boolean;
  /** If too many runs have ended: since when all of them were read. */
  readonly endedSince: string | undefined;
}

/** Reads decision times, and keeps them. There is one reading at a time, of as many days as can be asked for. */
export class DecisionTimes {
  readonly #settings: ReadSettings;
  #kept: { readonly read: Promise<Read>; readonly untilMs: number } | undefined;
  /** The chains that had ended at the last reading, by each of their runs. */
  #ended: ReadonlyMap<string, Chain> = new Map();

  constructor(settings: ReadSettings) {
    this.#settings = settings;
  }

  /**
   * What a person may know: of the questions that they may see; and of other people, where they may read the audit.
   *
   * @throws `HttpProblem` 400 if the number of days is wrong.
   */
  async report(given: string | null, visitor: Visitor): Promise<Decisions> {
    const days = Number(given ?? DEFAULT_DAYS);
    if (!Number.isSafeInteger(days) || days < 1 || days > MAX_DAYS)
      throw badValue('`days`', `a number from 1 to ${MAX_DAYS}`, given);
    const read = await this.#read();
    const since = daysAgo(days);
    const isCut = read.isCut || (read.endedSince !== undefined && read.endedSince > since);
    const { permits } = this.#settings;
    const own: Decision[] = [];
    const judged: Decision[] = [];
    for (const decision of read.decisions) {
      const { question, actor, at } = decision;
      if (at < since) continue;
      const { thread, entrypoint } = question;
      const mayAudit = await permits(visitor, { thread, entrypoint }, 'audit');
      if (mayAudit || (await permits(visitor, question, 'see'))) own.push(decision);
      if (mayAudit || actor === visitor.actor) judged.push(decision);
    }
    return { since, ...(isCut ? { isCut } : {}), ...summary(own), people: deciders(judged) };
  }

  #read(): Promise<Read> {
    if (this.#kept && this.#kept.untilMs > Date.now()) return this.#kept.read;
    const read = this.#readAll();
    this.#kept = { read, untilMs: Date.now() + KEPT_MS };
    read.catch(() => (this.#kept = undefined));
    return read;
  }

  async #readAll(): Promise<Read> {
    // One list of both would begin with all that run, however many there are.
    // Some stores of visibility give a run that is open a close time in the far future.
    const hasEnded = `ExecutionStatus != 'Running' AND CloseTime > '${daysAgo(MAX_DAYS)}'`;
    const ended = await this.#newest(hasEnded, MAX_RUNS / 2);
    const running = await this.#newest(`ExecutionStatus = 'Running'`, MAX_RUNS - ended.runs.length);
    const answered = [...ended.runs, ...running.runs].filter(({ hasAnswers }) => hasAnswers);
    const waiting = [...Map.groupBy(answered, ({ thread }) => thread).values()];
    const signal = AbortSignal.timeout(READING_MS);
    const chains: Chain[] = [];
    const read = async (): Promise<void> => {
      for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift())
        chains.push(...(await this.#chainsOf(next, signal)));
    };
    await Promise.all(Array.from({ length: READERS }, read));
    const over = chains.filter((chain) => chain.hasEnded);
    this.#ended = new Map(over.flatMap((chain) => [...chain.runs].map((run) => [run, chain])));
    const endedSince = ended.isMore ? ended.runs.at(-1)?.closedAt : undefined;
    const decisions = chains.flatMap((chain) => chain.decisions);
    return { decisions, isCut: running.isMore || signal.aborted, endedSince };
  }

  async #newest(
    condition: string,
    limit: number,
  ): Promise<{ readonly runs: readonly NamedThread[]; readonly isMore: boolean }> {
    const { tools, query } = this.#settings;
    const runs = await tools.newestThreads(query === undefined ? condition : `${condition} AND (${query})`, limit + 1);
    return { runs: runs.slice(0, limit), isMore: runs.length > limit };
  }

  /** The chains of these runs of one thread, each once. What cannot be read is left out. */
  async #chainsOf(listed: readonly NamedThread[], signal: AbortSignal): Promise<readonly Chain[]> {
    let chains: readonly Chain[] = [];
    let current: Chain | undefined;
    const read = (one: NamedThread, run?: string): Promise<Chain | undefined> =>
      this.#chainOf(one, { signal, ...defined({ run }) }).catch(() => undefined);
    for (const one of listed) {
      const { runId } = one;
      if (chains.some(({ runs }) => runs.has(runId))) continue;
      let chain = this.#ended.get(runId);
      if (!chain) {
        // The current chain takes one request less, and mostly it is this one.
        current ??= await read(one);
        chain = current?.runs.has(runId) ? current : await read(one, runId);
      }
      // A chain that had ended, and was reset since, is known without the run that the reset made.
      if (chain) chains = [...chains.filter((other) => !isPartOf(chain, other)), chain];
    }
    return chains;
  }

  /** @param reading With `run`, the chain of that run is read, else the current one. */
  async #chainOf(
    { thread, ...listed }: NamedThread,
    reading: { readonly run?: string; readonly signal: AbortSignal },
  ): Promise<Chain> {
    const { tools, adapters } = this.#settings;
    const oldest = daysAgo(MAX_DAYS);
    const runs = new Set<string>();
    let { entrypoint } = listed;
    let hasEnded = false;
    const decisions: Decision[] = [];
    const asked = new Map<string, AskedQuestion>();
    for await (const entry of tools.thread(thread).audit(reading)) {
      if (!runs.has(entry.runId)) hasEnded = false;
      runs.add(entry.runId);
      if (entry.kind === 'started') ({ entrypoint } = entry);
      if (entry.kind === 'ended') hasEnded = entry.to === undefined;
      const key = JSON.stringify([entry.run, 'id' in entry ? entry.id : '']);
      if (entry.kind === 'asked') asked.set(key, askedQuestion({ ...entry.question, thread, entrypoint }));
      const one = asked.get(key);
      if (!one) continue;
      const { question, shown } = one;
      if (entry.kind === 'reassigned')
        asked.set(key, { ...askedQuestion({ ...question, assignees: entry.assignees }), shown });
      if (entry.kind === 'shown' && !shown.has(entry.actor)) shown.set(entry.actor, Date.parse(entry.shownAt));
      if (entry.kind !== 'answered' && entry.kind !== 'voted') continue;
      // A reset delivers it again, and it is the same decision.
      if (entry.isRepeated || entry.at < oldest) continue;
      const { actor, value, at, sentAt = at } = entry;
      const shownMs = actor === undefined ? undefined : shown.get(actor);
      const sentMs = Date.parse(sentAt);
      decisions.push({
        question: one.kept,
        actor,
        at,
        waitMs: Math.max(0, sentMs - Date.parse(question.askedAt)),
        lookMs: shownMs === undefined ? undefined : Math.max(0, sentMs - shownMs),
        verdict: verdictIn(question, value, adapters),
      });
    }
    return { runs, decisions, hasEnded };
  }
}

function isPartOf(whole: Chain, part: Chain): boolean {
  return [...part.runs].some((run) => whole.runs.has(run));
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString();
}

function askedQuestion(question: ListedInterrupt): AskedQuestion {
  const {
    schema: _schema,
    description: _description,
    default: _default,
    problems: _problems,
    votes: _,
    ...kept
  } = question;
  return { question, kept, shown: new Map() };
}

/** A form may have the field `approved`. It counts here, though not for a quorum (A11). */
function verdictIn(question: Interrupt, value: unknown, adapters: readonly ContainedAdapter[]): Verdict | undefined {
  if (isObject(value) && typeof value['approved'] === 'boolean') return value['approved'] ? 'approved' : 'rejected';
  return verdictOfAnswer(question, value, adapters);
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
