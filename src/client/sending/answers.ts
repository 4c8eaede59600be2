/**
 * Several answers at once: the thread is looked up once, the answers are sent together, and each has a result of its own.
 *
 * An answer that is refused or cannot be sent stops no other (A4). The address of each is completed from the same look at
 * the thread, so an answer survives a reset where its question was open (A10).
 */
import { defined } from '../../protocol/defined.ts';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { assertOptions, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import type { AnswerAddress } from '../../protocol/shapes.ts';
import type { ThreadDescription } from '../server/description.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { ADDRESS_NAMES, assertAddress } from './address.ts';
import { sendDescribed, type ResumeResult } from './answer.ts';

/** One of several answers: the answer as `value`, and its address. */
export interface AddressedAnswer extends AnswerAddress {
  /** The answer: any JSON value. */
  readonly value: unknown;
  /** The question that is answered. */
  readonly id: string;
}

/** The options of `thread.resumeAll`. */
export interface ResumeAllOptions {
  /** How long to wait for a worker to take the answers: milliseconds, or text such as '10s'; 0 only sends. @default 5000 */
  readonly wait?: Duration | undefined;
}

/** What became of one of several answers. */
export type AnswerOutcome =
  | ResumeResult
  | {
      /** It was refused, or could not be sent. Nothing has changed by it. */
      readonly outcome: 'failed';
      /** The question that it was for. */
      readonly id: string;
      /** What `resume` would have thrown: recognise it with `hasCode`. */
      readonly error: Error;
    };

const NAMES: OptionNames<AddressedAnswer> = { ...ADDRESS_NAMES, value: true };
const OPTION_NAMES: OptionNames<ResumeAllOptions> = { wait: true };

/** @throws `TypeError` when an address or an option is wrong. Nothing has been sent then. */
export function assertAnswers(answers: readonly AddressedAnswer[], options: ResumeAllOptions): void {
  if (!Array.isArray(answers)) throw refusedOption('the answers of `resumeAll`', 'a list', answers);
  const ids = new Set<string>();
  for (const answer of answers as readonly AddressedAnswer[]) {
    assertAddress(answer, '`resumeAll`', NAMES, { isRequired: true });
    const { id } = answer;
    if (id === undefined) throw refusedOption('`id`', 'a non-empty string', id);
    // Sent together, it would be left to chance which one counts.
    if (ids.has(id)) throw new TypeError(`Expected each answer to have an \`id\` of its own, got \`${id}\` twice`);
    ids.add(id);
  }
  assertOptions(options, '`resumeAll`', OPTION_NAMES);
  if (options.wait !== undefined) durationMs(options.wait, 'wait');
}

/** @throws `ThreadNotFound`, `NoServer`: nothing has been sent then. */
export async function answerAll(
  thread: ThreadHandle,
  answers: readonly AddressedAnswer[],
  { wait }: ResumeAllOptions,
): Promise<readonly AnswerOutcome[]> {
  const description = await thread.describe();
  return Promise.all(answers.map((answer) => outcomeOf(thread, description, { ...answer, wait })));
}

async function outcomeOf(
  thread: ThreadHandle,
  description: ThreadDescription,
  { value, id, run, actor, groups, key, wait }: AddressedAnswer & ResumeAllOptions,
): Promise<AnswerOutcome> {
  try {
    // The value of the answer must not be taken for the value of the question.
    return await sendDescribed(thread, value, { description, id, ...defined({ run, actor, groups, key, wait }) });
  } catch (error) {
    return { outcome: 'failed', id, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
