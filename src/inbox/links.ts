/**
 * Signed links: each opens one question for one person until a time, and answers it once (W4).
 *
 * The token of a link is in its fragment, which reaches no server, no log and no Referer. It has the question, the person and
 * the deadline, and the signature of a key. The server keeps nothing about it: a link is dead once the question has closed, the
 * person has voted, or the question is no more for the person.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { resolveDeadline, type Duration } from '../protocol/duration.ts';
import { isObject } from '../protocol/json-object.ts';
import { assertOptions, assertText, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import type { InterruptEvent } from '../protocol/shapes.ts';
import { isFor, isName, readActor, type Actor, type LinkClaims } from './actor.ts';

/** A key that signs links. */
export interface LinkKey {
  /** The name of the key. It is in the link. */
  readonly id: string;
  /** At least 32 bytes, of a random generator: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/** Options of {@link signedLinks}. */
export interface SignedLinksOptions {
  /** The address of the inbox: `https://inbox.example.com`. */
  readonly url: string;
  /** The keys. The first one signs; links of the others are still taken. */
  readonly keys: readonly LinkKey[];
}

/** Options of a link. */
export interface LinkOptions extends Actor {
  /** Until when it can be used: a time from now, such as '2 days', or a date. */
  readonly expires: Duration | Date;
}

/** A question that a link can be made for: the event of a `notify` task is one. */
export type LinkedQuestion = Pick<InterruptEvent, 'thread' | 'run' | 'id' | 'assignees'>;

/** Makes a link for a person. */
export type MakeLink = (question: LinkedQuestion, options: LinkOptions) => string;

const NAMES: OptionNames<SignedLinksOptions> = { url: true, keys: true };
const LINK_NAMES: OptionNames<LinkOptions> = { actor: true, groups: true, expires: true };
const MIN_SECRET_BYTES = 32;
/** A name of what is signed: the same key signs nothing else that could be taken for a link. */
const PURPOSE = 'holdpoint inbox link 1';
const MAX_TOKEN = 8_000;

/**
 * Makes links without a server: in a `notify` task, for instance.
 *
 * @example
 * const link = signedLinks({ url: 'https://inbox.example.com', keys });
 * const href = link(event, { actor: 'ann', expires: '2 days' });
 *
 * @throws `TypeError` if an option is wrong, or a key is too short.
 */
export function signedLinks(options: SignedLinksOptions): MakeLink {
  // It may be the keys, and a message would show them.
  if (!isObject(options))
    throw new TypeError('Expected the options of `signedLinks` to be an object with `url` and `keys`');
  assertOptions(options, '`signedLinks`', NAMES, { isRequired: true });
  const { url } = options;
  const keys = readLinkKeys(options.keys);
  const base = URL.canParse(url) && /^https?:[^?#]*$/.test(url) ? url.replace(/\/*$/, '') : undefined;
  if (base === undefined) throw refusedOption('`url`', 'an address such as https://inbox.example.com', url);
  return (question, given) => `${base}/link#${makeToken(keys, question, given)}`;
}

/** The keys, or a function that says which they are now. */
export type LinkKeys = readonly LinkKey[] | (() => readonly LinkKey[]);

/** The keys as they are now. Without any, no link is taken. @throws `TypeError` if they are wrong at the start. */
export function resolveLinkKeys(keys: LinkKeys): () => ReadLinkKeys {
  const read = readLinkKeys(typeof keys === 'function' ? keys() : keys);
  if (typeof keys !== 'function') return () => read;
  return () => {
    const now = keys();
    return now.length === 0 ? [] : readLinkKeys(now);
  };
}

/** The keys, once they are read. */
export type ReadLinkKeys = readonly { readonly id: string; readonly secret: Buffer }[];

/** @throws `TypeError` if they are wrong. A secret is in no message, also where it was given as the id. */
export function readLinkKeys(keys: readonly LinkKey[]): ReadLinkKeys {
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TypeError('Expected `keys`, or `linkKeys` of an inbox, to be a list of keys that sign links');
  const read = (keys as readonly LinkKey[]).map(({ id, secret }, i) => {
    if (typeof id !== 'string' || !/^[\w.-]{1,100}$/.test(id))
      throw new TypeError(`Expected the \`id\` of key ${i + 1} to be a short name of letters and digits`);
    const bytes = typeof secret === 'string' || secret instanceof Uint8Array ? Buffer.from(secret) : Buffer.alloc(0);
    if (bytes.length < MIN_SECRET_BYTES)
      throw new TypeError(
        `Expected the secret of key ${i + 1} to have at least ${MIN_SECRET_BYTES} bytes: make one with \`openssl rand -base64 32\``,
      );
    return { id, secret: bytes };
  });
  if (new Set(read.map(({ id }) => id)).size < read.length)
    throw new TypeError('Expected each key to have an `id` of its own');
  return read;
}

function makeToken(keys: ReadLinkKeys, question: LinkedQuestion, given: LinkOptions): string {
  assertOptions(given, 'a link', LINK_NAMES, { isRequired: true });
  const actor = readActor(given);
  if (!actor) throw refusedOption('`actor` and `groups` of a link', 'the names of a person and of groups', given.actor);
  const { thread, run, id, assignees } = question;
  for (const [name, value] of Object.entries({ thread, run, id })) {
    if (value === undefined) throw refusedOption(`\`${name}\` of the question`, 'a non-empty string', value);
    assertText(`\`${name}\` of the question`, value);
  }
  if (given.expires === undefined)
    throw refusedOption('`expires`', "a time such as '2 days', or a date", given.expires);
  const expires = resolveDeadline(given.expires, 'expires');
  const untilMs = typeof expires === 'number' ? Date.now() + expires : Date.parse(expires);
  const [key] = keys;
  const claims = [
    thread,
    run,
    id,
    actor.actor,
    actor.groups,
    Math.floor(untilMs / 1_000),
    digestOfAssignees(assignees),
  ];
  const body = `${key!.id}~${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const token = `${body}~${signature(key!.secret, body).toString('base64url')}`;
  if (token.length > MAX_TOKEN)
    throw new TypeError(
      `Expected the link to have at most ${MAX_TOKEN} characters, got ${token.length}: give fewer \`groups\``,
    );
  return token;
}

/** What a token says, if a key has signed it, and its time has not run out. */
export function readLink(keys: ReadLinkKeys, token: string): LinkClaims | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const [id = '', text = '', signed = '', ...more] = token.split('~');
  const key = keys.find((one) => one.id === id);
  if (!key || more.length > 0) return undefined;
  const expected = signature(key.secret, `${id}~${text}`);
  const given = Buffer.from(signed, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  // It was signed, so it is what `makeToken` wrote.
  const [thread, run, question, actor, groups, until, assignees] = JSON.parse(
    Buffer.from(text, 'base64url').toString(),
  ) as [string, string, string, string, readonly string[], number, string];
  if (!isName(actor) || Date.now() >= until * 1_000) return undefined;
  return { thread, run, id: question, actor, groups, assignees };
}

/** Whether the question is still for the person: it was not given to others since the link was made. */
export function isStillFor({ actor, groups, assignees }: LinkClaims, now: readonly string[] | undefined): boolean {
  return digestOfAssignees(now) === assignees || isFor({ actor, groups }, now);
}

function signature(secret: Buffer, body: string): Buffer {
  return createHmac('sha256', secret).update(`${PURPOSE}\n${body}`).digest();
}

function digestOfAssignees(assignees: readonly string[] = []): string {
  return createHash('sha256').update(JSON.stringify(assignees.toSorted())).digest('base64url').slice(0, 16);
}
