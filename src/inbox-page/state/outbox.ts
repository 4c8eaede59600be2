/**
 * Answers on their way (W2, W6): each waits five seconds in which it can be taken back, and is then sent with its key until
 * the server says what became of it. A page that is closed within the five seconds has sent nothing.
 */
import { signal } from '@preact/signals';
import type { Answered, BulkAnswered, BulkAnswering, QuestionAddress, Refused } from '../../inbox/api.ts';
import { UNDO_MS } from '../../protocol/limits.ts';
import { questionKey } from '../../protocol/question-key.ts';
import type { ReadyAnswer } from '../form/answer-form.tsx';
import type { OnItsWay } from './draft-store.ts';
import { drafts } from './drafts.ts';
import { say, show } from './news.ts';
import { restored } from './pause.ts';
import { api, isPassing, post, type Reply } from './requests.ts';
import { me, signedInAgain } from './session.ts';
import { openTabs, TAB } from './tab.ts';
import { counted } from '../words/times.ts';

const FIRST_PAUSE_MS = 700;
const LONGEST_PAUSE_MS = 20_000;
/** How often a server that fails is asked before the person is. A broken connection is tried without end. */
const FAILURES = 4;

export interface Part {
  readonly address: QuestionAddress;
  readonly title: string;
  readonly answer: ReadyAnswer;
  readonly key: string;
}

export type Result =
  | { readonly kind: 'taken'; readonly answered: Answered }
  | { readonly kind: 'refused'; readonly status: number; readonly refused: Refused };

export type Stage =
  | { readonly kind: 'counting' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'waiting'; readonly why: 'connection' | 'server' | 'sign-in' }
  | { readonly kind: 'done'; readonly results: readonly Result[] }
  /** The server failed again and again. */
  | { readonly kind: 'stuck'; readonly message: string };

export interface Outgoing {
  readonly key: string;
  readonly summary: string;
  readonly parts: readonly Part[];
  readonly stage: Stage;
  /** When the person gave it, by the clock of `performance`. Of another page's it is not known. */
  readonly givenMs?: number;
}

/** What was not sent because the page was closed. */
export interface Unsent {
  readonly address: QuestionAddress;
  readonly title: string;
  readonly summary: string;
}

export const outbox = signal<readonly Outgoing[]>([]);
export const unsent = signal<readonly Unsent[]>([]);
/** What the server said to an answer that it did not take. */
export interface Refusal {
  readonly status: number;
  readonly refused: Refused;
  readonly askedAt: string | undefined;
}

/** The last refusal of each question. */
const refusals = signal<ReadonlyMap<string, Refusal>>(new Map());

const timers = new Map<string, ReturnType<typeof setTimeout>>();

function change(key: string, stage: Stage): void {
  outbox.value = outbox.value.map((one) => (one.key === key ? { ...one, stage } : one));
}

function find(key: string): Outgoing | undefined {
  return outbox.peek().find((one) => one.key === key);
}

/** The answer that is on its way to a question. */
export function outgoingOf(address: QuestionAddress): Outgoing | undefined {
  const key = questionKey(address);
  return outbox.value.find(
    ({ parts, stage }) => stage.kind !== 'done' && parts.some((part) => questionKey(part.address) === key),
  );
}

/**
 * What the server last said to an answer to this question.
 *
 * @param askedAt When the question was asked that is shown: a reset thread asks again under the same address.
 */
export function refusalOf(address: QuestionAddress, askedAt?: string): Refusal | undefined {
  const refusal = refusals.value.get(questionKey(address));
  const isOfAnother = askedAt !== undefined && refusal?.askedAt !== undefined && refusal.askedAt !== askedAt;
  return isOfAnother && refusal.refused.error !== 'InterruptChanged' ? undefined : refusal;
}

/** What is about to be sent, in a few words. */
export function wordsOf({ summary, parts }: Pick<Outgoing, 'summary' | 'parts'>): string {
  return parts.length === 1 ? summary : `${summary}: ${counted(parts.length, 'item')}`;
}

/** Takes answers, and sends them after {@link UNDO_MS}. A question that has one on its way gets no other. */
export function submit(answers: readonly Omit<Part, 'key'>[], summary: string): void {
  const parts = answers.filter(({ address }) => !outgoingOf(address)).map((part) => ({ ...part, key: newKey() }));
  if (parts.length === 0) return;
  const stage = { kind: 'counting' } as const;
  const outgoing: Outgoing = { key: newKey(), summary, parts, stage, givenMs: performance.now() };
  outbox.value = [...outbox.value.filter((one) => !isRead(one, parts)), outgoing];
  for (const { address } of parts) forgetRefusal(address);
  note(outgoing, 'counting');
  say(`${wordsOf(outgoing)}. It is sent in five seconds. Undo with Z.`);
  timers.set(
    outgoing.key,
    setTimeout(() => void send(outgoing.key), UNDO_MS),
  );
}

/** What was taken has been read when the next answer is given. What was not taken stays until its question is answered again. */
function isRead({ stage, parts }: Outgoing, next: readonly Part[]): boolean {
  if (stage.kind !== 'done') return false;
  const answered = new Set(next.map(({ address }) => questionKey(address)));
  return stage.results.every(({ kind }, index) => kind === 'taken' || answered.has(questionKey(parts[index]!.address)));
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `inbox-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Writes down in the drafts how far an answer is, for when the page is closed. */
function note({ parts, summary }: Outgoing, stage: OnItsWay['stage'] | undefined): void {
  for (const { address, title, answer, key } of parts) {
    const sent = stage === undefined ? undefined : { key, answer, summary, stage };
    drafts().write({ address, title }, { sent });
  }
}

/** Takes an answer back that was not sent, or that the server fails to take. */
export function undo(key: string): Outgoing | undefined {
  const outgoing = find(key);
  if (outgoing?.stage.kind !== 'counting' && outgoing?.stage.kind !== 'stuck') return undefined;
  clearTimeout(timers.get(key));
  note(outgoing, undefined);
  outbox.value = outbox.value.filter((one) => one.key !== key);
  if (outgoing.stage.kind === 'counting') say('Nothing was sent.');
  else show('It is not sent again. It may have arrived all the same.');
  return outgoing;
}

export function dismiss(key: string): void {
  outbox.value = outbox.value.filter((one) => one.key !== key);
}

/** Sends it until there is a result. */
export async function send(key: string): Promise<void> {
  clearTimeout(timers.get(key));
  const outgoing = find(key);
  if (!outgoing || outgoing.stage.kind === 'sending' || outgoing.stage.kind === 'done') return;
  note(outgoing, 'sending');
  const { givenMs } = outgoing;
  const heldMs = givenMs === undefined ? 0 : Math.min(UNDO_MS, Math.round(performance.now() - givenMs));
  let pause = FIRST_PAUSE_MS;
  let failures = 0;
  for (;;) {
    change(key, { kind: 'sending' });
    // Each attempt follows from the one before.
    const reply = await deliver(outgoing.parts, heldMs);
    if (reply.kind === 'results') return finish(outgoing, reply.results);
    if (reply.kind === 'failed' && ++failures >= FAILURES)
      return change(key, { kind: 'stuck', message: reply.message });
    change(key, { kind: 'waiting', why: reply.why });
    await (reply.why === 'sign-in' ? signedInAgain() : restored(reply.pause ?? pause, 'online'));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

type Delivery =
  | { readonly kind: 'results'; readonly results: readonly Result[] }
  | { readonly kind: 'lost'; readonly why: 'connection' | 'sign-in'; readonly pause?: number }
  | { readonly kind: 'failed'; readonly why: 'server'; readonly message: string; readonly pause?: number };

async function deliver(parts: readonly Part[], heldMs: number): Promise<Delivery> {
  const [only, ...others] = parts;
  if (only && others.length === 0) {
    const { thread, run, id } = only.address;
    const reply = await post<Answered>(api('answer', { thread, run, id }), { ...only.answer, key: only.key, heldMs });
    return reply.kind === 'ok'
      ? { kind: 'results', results: [{ kind: 'taken', answered: reply.value }] }
      : ofRefusal(reply);
  }
  const answers = parts.map(({ address, answer, key }) => ({ ...address, ...answer, key, heldMs }));
  const reply = await post<BulkAnswered>(api('answers'), { answers } satisfies BulkAnswering);
  if (reply.kind !== 'ok') return ofRefusal(reply, parts.length);
  const results = reply.value.results.map((result): Result =>
    'answered' in result
      ? { kind: 'taken', answered: result.answered }
      : { kind: 'refused', status: result.status, refused: result.refused },
  );
  return { kind: 'results', results };
}

function ofRefusal(reply: Exclude<Reply<unknown>, { kind: 'ok' }>, count = 1): Delivery {
  if (reply.kind === 'unreachable') return { kind: 'lost', why: 'connection' };
  const { status, refused, pause } = reply;
  const wait = pause === undefined ? {} : { pause };
  // Nobody can sign in for a link whose time has run out.
  if (status === 401 && !me.peek()?.only) return { kind: 'lost', why: 'sign-in' };
  if (isPassing(reply)) return { kind: 'failed', why: 'server', message: refused.message, ...wait };
  return { kind: 'results', results: Array.from({ length: count }, () => ({ kind: 'refused', status, refused })) };
}

function finish(outgoing: Outgoing, results: readonly Result[]): void {
  const said = new Map(refusals.value);
  for (const [index, result] of results.entries()) {
    const { address, title, answer } = outgoing.parts[index]!;
    if (result.kind === 'taken') drafts().remove(address);
    else {
      drafts().write({ address, title }, { sent: undefined });
      said.set(questionKey(address), { ...result, askedAt: answer.askedAt });
    }
  }
  refusals.value = said;
  change(outgoing.key, { kind: 'done', results });
  const failed = results.filter((result) => result.kind === 'refused').length;
  say(`${wordsOf(outgoing)}: ${failed === 0 ? 'sent' : 'not taken'}.`);
}

export function forgetRefusal(address: QuestionAddress): void {
  const rest = new Map(refusals.value);
  if (rest.delete(questionKey(address))) refusals.value = rest;
}

/**
 * Looks for what pages before this one had under way. What may have arrived is sent again with its key. What was still
 * counting is not: the person is told. A signed link answers its own question alone: the others wait for another page.
 */
export async function recover(): Promise<void> {
  const tabs = await openTabs();
  const only = me.peek()?.only;
  for (const { address, title, sent, tab } of drafts().all()) {
    if (!sent || outgoingOf(address) || (only && questionKey(only) !== questionKey(address))) continue;
    const isAlive = tab === TAB || tabs === undefined || tabs.has(tab);
    if (sent.stage === 'unsent' || (sent.stage === 'counting' && !isAlive)) {
      drafts().write({ address, title }, { sent: undefined });
      unsent.value = [...unsent.value, { address, title, summary: sent.summary }];
    } else if (sent.stage === 'interrupted' || !isAlive) {
      const { answer, key, summary } = sent;
      const outgoing: Outgoing = {
        key,
        summary,
        parts: [{ address, title, answer, key }],
        stage: { kind: 'counting' },
      };
      outbox.value = [...outbox.value, outgoing];
      void send(key);
    }
  }
  drafts().clean();
}

/** A page that is put away sends nothing that was still counting. The next page finds out in the drafts. */
export function putAway(): void {
  for (const outgoing of outbox.value) {
    clearTimeout(timers.get(outgoing.key));
    if (outgoing.stage.kind === 'counting') note(outgoing, 'unsent');
    else if (outgoing.stage.kind !== 'done') note(outgoing, 'interrupted');
  }
  outbox.value = outbox.value.filter((one) => one.stage.kind !== 'counting');
}
