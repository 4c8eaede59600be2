/**
 * The address of an answer: as a caller gives it (A1, A7, A8), and completed from the thread.
 *
 * A wrong address is refused before anything is sent (R10). The workflow would refuse it too, but a signal has no reply.
 */
import { defined } from '../../protocol/defined.ts';
import {
  assertOptions,
  assertText,
  refusedOption,
  type OptionNames,
  type OptionRules,
} from '../../protocol/refused-options.ts';
import type { AnswerAddress, Interrupt, SentAddress } from '../../protocol/shapes.ts';
import { hashValue } from '../../protocol/value-hash.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError, threadClosed } from '../server/errors.ts';

/** The names of an address's fields. */
export const ADDRESS_NAMES: OptionNames<AnswerAddress> = {
  id: true,
  run: true,
  actor: true,
  groups: true,
  key: true,
};

/** A question may be given as the address of its answer, so its other fields are allowed beside `id` and `run`. */
const QUESTION_NAMES: OptionNames<Interrupt & { readonly thread: string; readonly entrypoint: string }> = {
  id: true,
  run: true,
  thread: true,
  entrypoint: true,
  task: true,
  value: true,
  title: true,
  description: true,
  assignees: true,
  schema: true,
  group: true,
  confirm: true,
  askedAt: true,
  expiresAt: true,
  dueAt: true,
  default: true,
  tags: true,
  priority: true,
  by: true,
  votes: true,
  problems: true,
  truncated: true,
};

/** @throws `TypeError` when it is not an object, has an unknown name, or has a field of another type. */
export function assertAddress(address: AnswerAddress, of: string, names: object, rules: OptionRules = {}): void {
  assertOptions(address, of, names, { ...rules, ignores: QUESTION_NAMES });
  for (const name of ['id', 'run', 'key'] as const) assertText(`\`${name}\``, address[name]);
  const { actor, groups } = address;
  if (groups !== undefined && (!Array.isArray(groups) || !groups.every((name) => typeof name === 'string')))
    throw refusedOption('`groups`', 'a list of strings', groups);
  if (actor !== undefined && typeof actor !== 'string') throw refusedOption('`actor`', 'a string', actor);
}

/** An address. Of a question that was given as one, its value too. */
export interface GivenAddress extends AnswerAddress {
  readonly value?: unknown;
  readonly truncated?: boolean | undefined;
}

/** The question that an answer is sent to. It always has an id and a run, so the answer counts for no other question (A1). */
export interface SentTo extends Pick<SentAddress, 'hash'> {
  readonly id: string;
  readonly run: string;
}

/** The question that an answer is for: the one that was given, or else the open one. */
export function fullAddress(
  thread: string,
  { isRunning, status, interrupts, run: current }: ThreadDescription,
  given: GivenAddress,
): SentTo | HoldpointError {
  if (!isRunning) return threadClosed(thread, status);
  const { id, run } = given;
  if (id !== undefined) {
    const asked = interrupts.find((one) => one.id === id && !one.truncated);
    return { id, run: run ?? current, ...defined({ hash: hashOf(asked ?? given) }) };
  }
  const [only] = interrupts;
  if (!only) {
    return new HoldpointError(
      'NotPending',
      `Thread \`${thread}\` asks nothing at the moment. An answer is never kept for a later question.`,
    );
  }
  if (interrupts.length === 1) return { id: only.id, run: run ?? only.run, ...defined({ hash: hashOf(only) }) };
  const ids = interrupts.map((one) => `\`${one.id}\``).join(', ');
  return new HoldpointError(
    'AmbiguousAnswer',
    `Thread \`${thread}\` asks ${interrupts.length} questions: ${ids}. Say which one with \`id\`.`,
  );
}

/** The hash of a question's value, if all of it is known: after a reset, the value may be another one (A10). */
export function hashOf({ value, truncated }: Pick<GivenAddress, 'value' | 'truncated'>): string | undefined {
  return value === undefined || truncated ? undefined : hashValue(value);
}
