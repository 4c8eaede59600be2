/**
 * Who sends a request: a person and their groups, as the server knows them and never as the page says (W3).
 */
import { userInfo } from 'node:os';
import { MAX_ASSIGNEE_CHARACTERS } from '../protocol/limits.ts';
import { isAmong } from '../protocol/who-may-answer.ts';
import type { Me, QuestionAddress } from './api.ts';

/** A person who uses the inbox. */
export interface Actor {
  /** The name of the person, as assignees have it and as answers record it. */
  readonly actor: string;
  /** The names of the person's groups, without `group:`. */
  readonly groups?: readonly string[] | undefined;
}

/** Where a request comes from, as the web server that took it knows. */
export interface Peer {
  /** The address of the other end of the connection. */
  readonly address?: string | undefined;
}

/** Says who sends a request. Anything but an actor is nobody. */
export type Authenticate = (request: Request, peer: Peer) => Actor | undefined | Promise<Actor | undefined>;

/** What a signed link says. */
export interface LinkClaims extends QuestionAddress {
  readonly actor: string;
  readonly groups: readonly string[];
  /** The digest of the assignees when it was made. */
  readonly assignees: string;
}

/** A person who uses the inbox, and how the server knows. */
export interface Visitor {
  readonly actor: string;
  readonly groups: readonly string[];
  readonly how: Me['how'];
  /** The one question that the person may see and answer. */
  readonly only?: QuestionAddress;
  /** What the signed link says with which the person came. */
  readonly link?: LinkClaims;
}

/** Reads what an authentication returned. `undefined` for anything but an actor: the `undefined` of a forgotten `return`, a `Response`. */
export function readActor(given: unknown): Pick<Visitor, 'actor' | 'groups'> | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { actor, groups = [] } = given as { readonly actor?: unknown; readonly groups?: unknown };
  if (!isName(actor) || !Array.isArray(groups) || !groups.every(isName)) return undefined;
  return { actor, groups };
}

/** Whether a value can be the name of a person or of a group. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ASSIGNEE_CHARACTERS && value.isWellFormed();
}

/** The user of this machine: who acts, where nobody else is named. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    // The user of a container may have no name.
    return process.env['USER'] || 'unknown';
  }
}

/** Whether a question is for a person. */
export function isFor(person: Pick<Visitor, 'actor' | 'groups'>, assignees: readonly string[] = []): boolean {
  return assignees.length === 0 || isAmong(assignees, person);
}
