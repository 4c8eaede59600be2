/**
 * The decision about an answer: which question it is for, and whether it counts. Changes nothing.
 *
 * A1. An answer without an id is for the one open question. With none open, or several, it is refused.
 * A2. The first answer to a question stands.
 * A3. Any JSON value is an answer. The address has a place of its own, and is never guessed from the answer.
 * A5. An answer has to fit the question's schema.
 * A11. Its sender has to be one whose answer counts. With a quorum, it may be a vote.
 */
import { defined } from '../../protocol/defined.ts';
import { MAX_REFUSED_CHARACTERS, MAX_VOTES_BYTES, utf8Bytes } from '../../protocol/limits.ts';
import { describeProblems } from '../../protocol/schema.ts';
import type { Interrupt, Problem, RefusalCode, ResumeAddress, SentAddress } from '../../protocol/shapes.ts';
import { shortened } from '../../protocol/text.ts';
import { whyNotAllowed } from '../../protocol/who-may-answer.ts';
import type { OpenQuestion } from '../questions/question.ts';
import type { Questions } from '../questions/questions.ts';
import { weigh, withVote, type Weight } from './answered-by.ts';
import type { SentAnswer } from './sent-answer.ts';

export type Decision =
  /** `value` is the answer as the code gets it. */
  ({ readonly id: string; readonly value: unknown } & Weight) | RefusedAnswer;

/** Why an answer does not count. */
export interface RefusedAnswer {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly message: string;
  /** The question that the answer was for, if that is known. */
  readonly id?: string;
  readonly problems?: readonly Problem[];
}

/** What a decision depends on. */
export interface DecisionSettings {
  readonly questions: Pick<Questions, 'find' | 'kind' | 'open'>;
  /** The id of this run, which answers may be addressed with. */
  readonly run: string;
  /** Whether the option `by` of a question counts. It is called only if there is one. */
  readonly obeysBy: () => boolean;
}

export function decide(answer: SentAnswer, settings: DecisionSettings): Decision {
  const { value, address, malformed } = answer;
  const { questions, run } = settings;
  const { id } = address;
  if (malformed !== undefined) return refused('InvalidAnswer', malformed, id);
  // A binary payload is not JSON.
  if (value === undefined || ArrayBuffer.isView(value)) {
    const message =
      'Expected the answer as the first argument of the signal, as JSON. `null` is an answer, a missing argument is not.';
    return refused('InvalidAnswer', message);
  }
  const found = findAddressed(address, questions, { run, what: 'The answer' });
  if (typeof found !== 'string') return found;
  const question = questions.find(found);
  return question ? check(question, answer, settings) : notPending(found, questions);
}

interface Finding {
  /** The id of this run. */
  readonly run: string;
  /** What is addressed, in the words of a refusal. */
  readonly what: 'The answer' | 'The reassignment';
}

type Asked = DecisionSettings['questions'];

/** The id of the open question with this address, or why there is none. */
export function findAddressed(
  { id, run: addressed }: ResumeAddress,
  questions: Asked,
  { run, what }: Finding,
): string | RefusedAnswer {
  if (addressed !== undefined && addressed !== run) {
    const message = `${what} is for run ${addressed}, which has ended; this is run ${run}. Look at the open questions again.`;
    return refused('NotPending', message, id);
  }
  return id === undefined ? findOnlyOpen(questions) : findById(id, questions);
}

function findOnlyOpen(questions: Asked): string | RefusedAnswer {
  const open = questions.open();
  const [only] = open;
  if (!only) return refused('NotPending', 'No question is open. An answer is never kept for a later question.');
  if (open.length === 1) return only.id;
  const message = `${open.length} questions are open: ${openIds(questions)}. Say which one with \`id\`.`;
  return refused('AmbiguousAnswer', message);
}

function findById(id: string, questions: Asked): string | RefusedAnswer {
  const kind = questions.kind(id);
  switch (kind) {
    case 'open':
      return id;
    case 'answered':
      return refused('AlreadyAnswered', `Question \`${id}\` was already answered. The first answer stands.`, id);
    case 'expired':
      return refused('InterruptExpired', `Question \`${id}\` was not answered in time.`, id);
    case 'withdrawn': {
      const message = `Question \`${id}\` was withdrawn: the code that asked it no longer waits.`;
      return refused('InterruptWithdrawn', message, id);
    }
    case undefined:
      return notPending(id, questions);
    default:
      return kind satisfies never;
  }
}

function notPending(id: string, questions: Asked): RefusedAnswer {
  return refused('NotPending', `No question \`${id}\` is open. Open: ${openIds(questions)}.`, id);
}

function check(
  { interrupt, check: checkAnswer }: OpenQuestion,
  { value: sent, address }: SentAnswer,
  { obeysBy }: DecisionSettings,
): Decision {
  const { id } = interrupt;
  const isOpenToAll = interrupt.by === undefined || !obeysBy();
  const notAllowed = isOpenToAll ? undefined : whyNotAllowed(interrupt, address);
  if (notAllowed !== undefined) return refused('NotAllowed', notAllowed, id);
  const checked = checkAnswer(sent);
  if ('value' in checked) {
    const weight: Weight = isOpenToAll ? { kind: 'accepted' } : weigh(interrupt, sent, address);
    const isTooMuch = weight.kind === 'voted' && !fitsVotes(interrupt, sent, address);
    return isTooMuch ? refused('InvalidAnswer', tooManyVotes(id), id) : { id, value: checked.value, ...weight };
  }
  const { problems } = checked;
  const message = `The answer to \`${id}\` does not fit its schema: ${describeProblems(problems)}. The question stays open.`;
  return { ...refused('InvalidAnswer', message, id), problems };
}

/** Whether the question can keep one more vote. Anybody may vote under any number of names. */
function fitsVotes({ votes = [] }: Interrupt, value: unknown, { actor = '', sentAt = '' }: SentAddress): boolean {
  return utf8Bytes(JSON.stringify(withVote(votes, { actor, at: sentAt, value }))) <= MAX_VOTES_BYTES;
}

function tooManyVotes(id: string): string {
  return `The votes of \`${id}\` would be longer than ${MAX_VOTES_BYTES / 1024} KB together. A refusal still closes it.`;
}

/** The refusal of what was held: an answer, or a reassignment. */
export function refusedAfterReset(
  id: string,
  question: 'changed' | 'not asked',
  what: 'answer' | 'reassignment',
): RefusedAnswer {
  const done = what === 'answer' ? 'answered' : 'reassigned';
  const why =
    question === 'changed'
      ? `and now asks something else: the ${what} is not used`
      : 'and the question was not asked again';
  return refused('NotPending', `Question \`${id}\` was ${done} before the thread was reset, ${why}.`, id);
}

export function refused(code: RefusalCode, message: string, id?: string): RefusedAnswer {
  const isLong = id !== undefined && id.length > MAX_REFUSED_CHARACTERS;
  return {
    kind: 'refused',
    code,
    message: shortened(message, MAX_REFUSED_CHARACTERS),
    ...defined({ id: isLong ? undefined : id }),
  };
}

function openIds(questions: Asked): string {
  const ids = questions.open().map(({ id }) => `\`${id}\``);
  return ids.join(', ') || 'none';
}
