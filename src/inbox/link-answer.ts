/**
 * The answer by a signed link: a link answers its question once (W4).
 *
 * Its key is made of the question and the person, and not of what the page sends. So the thread takes one answer, however
 * many are sent with the link, also while no worker is up. After a refusal the next answer has another key. The history says
 * what was sent, and whether it was refused: the server keeps nothing.
 */
import { createHash } from 'node:crypto';
import type { AuditedAnswer, Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { unlessSilent } from '../web/silence.ts';
import type { LinkClaims } from './actor.ts';
import type { Ending } from './api.ts';

/** What the history says of a link. */
export interface LinkAnswer {
  /** The key of its answer: of the one that was sent, or of the next. */
  readonly key: string;
  /** The answer that was sent, as the ending of the link. */
  readonly sent?: Ending;
  /** The question, as it was asked last. */
  readonly question?: Interrupt;
}

/**
 * Reads what was answered with a link.
 *
 * @param from A run of the chain that has asked. The server may have deleted the first one, which the link names.
 * @throws `ThreadNotFound` where the server does not have that run. `NoServer`.
 */
export async function readLinkAnswer(
  tools: Tools,
  { thread, run, id, actor }: LinkClaims,
  from: string,
): Promise<LinkAnswer> {
  const sent = new Map<string, AuditedAnswer>();
  const refused = new Set<string>();
  let question: Interrupt | undefined;
  for await (const entry of unlessSilent((signal) => tools.thread(thread).audit({ run: from, signal }))) {
    // What a reset has not delivered again does not count.
    if (entry.kind === 'reset') sent.clear();
    if (!('id' in entry) || entry.id !== id) continue;
    if (entry.kind === 'asked') question = entry.question;
    if (!isAnswer(entry) || entry.key === undefined) continue;
    if (entry.kind === 'refused') refused.add(entry.key);
    else if (!sent.has(entry.key)) sent.set(entry.key, { sentAt: entry.at, ...entry });
  }
  let tries = 0;
  const keyNow = (): string => keyOfTry([thread, run, id, actor], tries);
  while (refused.has(keyNow())) tries++;
  const key = keyNow();
  const own = sent.get(key);
  const ending = own && ({ how: 'answered', actor, at: own.sentAt ?? '', answer: own.value } as const);
  return { key, ...defined({ sent: ending, question }) };
}

function isAnswer<Entry extends { readonly kind: string }>(entry: Entry): entry is Entry & AuditedAnswer {
  return ['answered', 'voted', 'refused', 'sent'].includes(entry.kind);
}

/** @param tries How many answers by the link were refused before. */
function keyOfTry(of: readonly string[], tries: number): string {
  const text = JSON.stringify([...of, 'link', tries]);
  return `inbox-link-${createHash('sha256').update(text).digest('base64url')}`;
}
