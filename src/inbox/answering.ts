/**
 * Answers: sent for the person who is signed in, and what became of them, as a status (W2).
 *
 * The thread is asked first whether the question is open, whose it is, and whether it is the one that the person saw. An answer that was sent before with the same key
 * is the same answer: it is not sent twice, and gets the same status.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AnswerOutcome, ListedInterrupt } from '../client/tools.ts';
import { hasCode } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { JsonObject } from '../protocol/json-object.ts';
import { idIn, textIn } from '../web/body.ts';
import type { Interrupt, Problem } from '../protocol/shapes.ts';
import { defined } from '../protocol/defined.ts';
import { votesOf } from '../protocol/votes.ts';
import { badRequest, HttpProblem, problemOf } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import { problemsInDecisions, valueOf } from './adapters/adapters.ts';
import type { Answered, Ending, QuestionAddress } from './api.ts';
import { endingOf } from './ending.ts';
import {
  endedProblem,
  findQuestion,
  goneProblem,
  notYours,
  obstacleText,
  voteByLink,
  type ConfirmedQuestion,
  type Desk,
} from './item.ts';
import { addressOf } from './items.ts';

/** How long a worker has to take an answer. After that it is queued: it counts once a worker is up. */
const WAIT_MS = 2_000;

/** An answer, as a page sent it: the value itself, or decisions that make it. */
export interface GivenAnswer {
  readonly key: string;
  readonly askedAt: string | undefined;
  readonly given: { readonly value: unknown } | { readonly decisions: unknown };
}

/** A status of 200 or 202, and its body. */
export interface AnsweredStatus {
  readonly status: 200 | 202;
  readonly answered: Answered;
}

/** @throws `HttpProblem` 400 if the body is not an answer. */
export function readAnswering(body: JsonObject): GivenAnswer {
  const key = idIn('key', body['key']);
  const { value, decisions } = body;
  if (Object.hasOwn(body, 'value') === Object.hasOwn(body, 'decisions'))
    throw badRequest('Expected `value`, the answer as JSON, or `decisions`, and not both.');
  const askedAt = body['askedAt'] === undefined ? undefined : textIn('askedAt', body['askedAt']);
  return { key, askedAt, given: Object.hasOwn(body, 'value') ? { value } : { decisions } };
}

/**
 * Sends an answer.
 *
 * @throws `HttpProblem`: 403 not yours, 409 answered before, 410 over, 422 wrong.
 */
export async function answerQuestion(
  desk: Desk,
  address: QuestionAddress,
  { given, askedAt, visitor, ...sent }: GivenAnswer & { readonly visitor: Visitor },
): Promise<AnsweredStatus> {
  const { tools, permits } = desk.settings;
  const key = keyOfAnswer(address, visitor, sent.key);
  const confirmed = await findQuestion(desk, address);
  if (!confirmed) return repeated(desk, address, { visitor, key });
  const { question } = confirmed;
  if (!(await permits(visitor, question, 'answer'))) throw notYours();
  if (askedAt !== undefined && askedAt !== question.askedAt) throw askedAnew();
  const value = valueIn(desk, question, given);
  const vote = voteByLink(question, visitor);
  if (vote) return again(question, vote, value);
  const { thread, run, id } = address;
  const { actor, groups } = visitor;
  const [outcome] = await tools.thread(thread).resumeAll([{ value, id, run, actor, groups, key }], { wait: WAIT_MS });
  return statusOf(desk, confirmed, { outcome: outcome!, visitor, value, isDecided: 'decisions' in given });
}

/** A reset thread asks again under the same address, and perhaps something else. */
function askedAnew(): HttpProblem {
  const message = 'This was asked anew while you had it open, and may be another question now. Look at it again.';
  return new HttpProblem(409, { error: 'InterruptChanged', message });
}

/** The answer. @throws `HttpProblem` 422 if the decisions do not fit what was shown. */
function valueIn({ settings: { adapters } }: Desk, question: Interrupt, given: GivenAnswer['given']): unknown {
  if ('value' in given) return given.value;
  const checked = valueOf(question, given.decisions, adapters);
  if ('value' in checked) return checked.value;
  throw invalid(checked.problems);
}

function invalid(problems: readonly Problem[]): HttpProblem {
  const message = problems.map((one) => one.message).join(' ') || 'The answer is wrong.';
  return new HttpProblem(422, { error: 'InvalidAnswer', message, problems });
}

interface SentAnswer {
  readonly outcome: AnswerOutcome;
  readonly visitor: Visitor;
  readonly value: unknown;
  /** Whether it was made of decisions: problems are then those of the decisions. */
  readonly isDecided: boolean;
}

async function statusOf(
  desk: Desk,
  { question, description }: ConfirmedQuestion,
  { outcome, visitor, value, isDecided }: SentAnswer,
): Promise<AnsweredStatus> {
  switch (outcome.outcome) {
    case 'accepted': {
      const { actor } = visitor;
      desk.hub.close(question, { how: 'answered', actor, at: new Date().toISOString(), answer: value });
      return { status: 200, answered: { outcome: 'accepted' } };
    }
    case 'voted': {
      const { count, quorum } = outcome;
      const now = await findQuestion(desk, question);
      if (now) desk.hub.change(now.listed);
      return { status: 200, answered: { outcome: 'voted', votes: { count, quorum } } };
    }
    case 'queued': {
      const obstacle = await desk.settings.tools.obstacleAhead(question.thread, description).catch(() => undefined);
      const why = obstacle ? obstacleText(obstacle) : obstacleText({ kind: 'not taken', taskQueue: '', sinceMs: 0 });
      return { status: 202, answered: { outcome: 'queued', why } };
    }
    case 'failed':
      throw await problemOfRefusal(desk, question, { error: outcome.error, visitor, isDecided });
    default:
      return outcome satisfies never;
  }
}

/** A link that has been used answers with the same again, as after a broken connection, and with nothing else. */
function again(question: ListedInterrupt, vote: Ending, value: unknown): AnsweredStatus {
  if (!isDeepStrictEqual(vote.answer, value)) throw endedProblem(vote);
  return { status: 200, answered: { outcome: 'voted', ...defined({ votes: votesOf(question) }) } };
}

/** A question that has closed meanwhile says how; any other refusal says what is wrong. */
async function problemOfRefusal(
  desk: Desk,
  question: ListedInterrupt,
  { error, visitor, isDecided }: Pick<SentAnswer, 'visitor' | 'isDecided'> & { readonly error: Error },
): Promise<HttpProblem> {
  const isOver = hasCode(
    error,
    'AlreadyAnswered',
    'InterruptExpired',
    'InterruptWithdrawn',
    'NotPending',
    'ThreadClosed',
    'ThreadNotFound',
  );
  if (isOver) return goneProblem(desk, addressOf(question), visitor);
  const problem = problemOf(error);
  const { problems } = problem.body;
  if (!isDecided || !problems) return problem;
  const { adapters } = desk.settings;
  return new HttpProblem(problem.status, {
    ...problem.body,
    problems: problemsInDecisions(question, problems, adapters),
  });
}

/** The question is not open. If this answer closed it, it has been accepted. */
async function repeated(
  desk: Desk,
  address: QuestionAddress,
  { visitor, key }: { readonly visitor: Visitor; readonly key: string },
): Promise<AnsweredStatus> {
  const ending = await endingOf(desk.settings.tools, address);
  if (ending?.key === key) return { status: 200, answered: { outcome: 'accepted' } };
  throw await goneProblem(desk, address, visitor);
}

/** The key on the wire is of this person and this question: a key that is used again elsewhere is another one. */
function keyOfAnswer(address: QuestionAddress, { actor }: Visitor, given: string): string {
  const { thread, run, id } = address;
  const text = JSON.stringify([thread, run, id, actor, given]);
  return `inbox-${createHash('sha256').update(text).digest('base64url')}`;
}

/** What became of one of several answers, as the page is told. */
export async function outcomeOf<Address extends QuestionAddress>(
  address: Address,
  answering: Promise<AnsweredStatus>,
  notice: (error: unknown) => void,
): Promise<Address & (AnsweredStatus | { readonly status: number; readonly refused: HttpProblem['body'] })> {
  try {
    return { ...address, ...(await answering) };
  } catch (error) {
    const { status, body } = problemOf(error);
    if (body.error === 'Internal') notice(messageOf(error));
    return { ...address, status, refused: body };
  }
}
