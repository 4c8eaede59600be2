/**
 * The address of an answer, as a caller gives it (A1, A7, A8).
 *
 * A wrong address is refused before anything is sent (R10). The workflow would refuse it too, but a signal has no reply.
 */
import {
  assertOptions,
  assertText,
  refusedOption,
  type OptionNames,
  type OptionRules,
} from '../../protocol/refused-options.ts';
import type { AnswerAddress, Interrupt } from '../../protocol/shapes.ts';

/** The names of an address's fields. */
export const ADDRESS_NAMES: OptionNames<AnswerAddress> = { id: true, run: true, actor: true, key: true };

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
  askedAt: true,
  expiresAt: true,
  problems: true,
  truncated: true,
};

/** @throws `TypeError` when it is not an object, has an unknown name, or has a field that is not a string. */
export function assertAddress(address: AnswerAddress, of: string, names: object, rules: OptionRules = {}): void {
  assertOptions(address, of, names, { ...rules, ignores: QUESTION_NAMES });
  for (const name of ['id', 'run', 'key'] as const) assertText(`\`${name}\``, address[name]);
  const { actor } = address;
  if (actor !== undefined && typeof actor !== 'string') throw refusedOption('`actor`', 'a string', actor);
}
