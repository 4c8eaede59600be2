/**
 * Bearer tokens from a file: each is the secret of one person (W3).
 *
 * A line of the file is a token, the name of a person, and the groups of that person, with spaces between them. `#` begins a
 * comment. Or the file is JSON: `{ "<token>": { "actor": "ann", "groups": ["finance"] } }`. In place of a token it may have
 * `sha256:` and the hash of the token as hex, so that the file is of no use to a thief.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { assertText } from '../protocol/refused-options.ts';
import { readActor, type Actor, type Peer, type Visitor } from './actor.ts';
import { SecretFile } from './secret-file.ts';

/** Somebody who has a token, and by which it is known. */
export type TokenOwner = Pick<Visitor, 'actor' | 'groups'> & {
  /** The hash of the token, as hex. */
  readonly hash: string;
};

/** An authentication by tokens. A person can sign in with one on the page. */
export interface TokenAuthenticate {
  (request: Request, peer?: Peer): Actor | undefined;
  readonly how: 'token';
  /** Who has a token. */
  readonly owner: (token: string) => TokenOwner | undefined;
  /** Who has the token with this hash, as long as the file has it. */
  readonly ownerOfHash: (hash: string) => TokenOwner | undefined;
}

/** Shorter tokens can be guessed. */
const MIN_TOKEN = 20;
const MAX_TOKEN = 1_000;

/**
 * Authenticates by the header `Authorization: Bearer <token>`, and lets people sign in with their tokens on the page. A change
 * of the file counts at once.
 *
 * @param file The path of the file. Nobody but its owner and its group may have access to it.
 * @throws `TypeError` if the file cannot be used.
 */
export function bearerTokens(file: string): TokenAuthenticate {
  assertText('the file of tokens', file);
  const owners = new SecretFile(file, parseTokens);
  const ownerOfHash = (hash: string): TokenOwner | undefined => find(owners.content, hash);
  const owner = (token: string): TokenOwner | undefined =>
    token.length > MAX_TOKEN ? undefined : ownerOfHash(sha256(token));
  const authenticate = (request: Request): Actor | undefined => {
    const [, token] = /^Bearer +([^\s]+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    const found = token === undefined ? undefined : owner(token);
    return found && { actor: found.actor, groups: found.groups };
  };
  return Object.assign(authenticate, { how: 'token', owner, ownerOfHash } as const);
}

/** Compares with each of them, and takes as long whichever it is. */
function find(owners: readonly TokenOwner[], hash: string): TokenOwner | undefined {
  const wanted = Buffer.from(hash, 'hex');
  let found: TokenOwner | undefined;
  for (const owner of owners) {
    const own = Buffer.from(owner.hash, 'hex');
    if (own.length === wanted.length && timingSafeEqual(own, wanted)) found = owner;
  }
  return found;
}

function parseTokens(text: string): readonly TokenOwner[] {
  const isJson = text.trimStart().startsWith('{');
  const owners = isJson ? readJson(text) : text.split('\n').flatMap((line, i) => readLine(line, `line ${i + 1}`));
  const hashes = new Set(owners.map(({ hash }) => hash));
  if (hashes.size < owners.length) throw new Error('a token is in it twice');
  return owners;
}

function readJson(text: string): readonly TokenOwner[] {
  // What an error of the parser says may have a token in it.
  let entries: readonly (readonly [string, unknown])[];
  try {
    entries = Object.entries(JSON.parse(text) as object);
  } catch {
    throw new Error('it is not JSON');
  }
  return entries.map(([token, given], i) => readOwner(token, given, `entry ${i + 1}`));
}

function readLine(line: string, where: string): readonly TokenOwner[] {
  const [token, actor, ...groups] = line
    .replace(/(?:^|\s)#.*$/, '')
    .split(/\s+/)
    .filter(Boolean);
  return token === undefined ? [] : [readOwner(token, { actor, groups }, where)];
}

function readOwner(token: string, given: unknown, where: string): TokenOwner {
  const actor = readActor(given);
  if (!actor) throw new Error(`${where} has no name of a person, or a wrong one`);
  const [, hash] = /^sha256:([\da-f]{64})$/i.exec(token) ?? [];
  if (hash === undefined && (token.length < MIN_TOKEN || token.length > MAX_TOKEN))
    throw new Error(
      `the token of ${where} must have from ${MIN_TOKEN} to ${MAX_TOKEN} characters: make one with \`openssl rand -hex 32\``,
    );
  return { ...actor, hash: hash?.toLowerCase() ?? sha256(token) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
