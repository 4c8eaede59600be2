/**
 * Answers: sent for the person who is signed in, and what became of them, as a status (W2).
 *
 * The thread is asked first whether the question is open, and whose it is. An answer that was sent before with the same key
 * is the same answer: it is not sent twice, and gets the same status.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AnswerOutcome, ListedInterrupt } from '../client/tools.ts';
import { hasCode } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import { idIn, type JsonObject } from '../web/body.ts';
import { badRequest, problemOf, type HttpProblem } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
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

/** An answer, as a page sent it. */
export interface GivenAnswer {
  readonly value: unknown;
  readonly key: string;
}

/** A status of 200 or 202, and its body. */
export interface AnsweredStatus {
  readonly status: 200 | 202;
  readonly answered: Answered;
}

/** @throws `HttpProblem` 400 if the body is not an answer. */
export function readAnswering(body: JsonObject): GivenAnswer {
  const key = idIn('key', body['key']);
  if (!Object.hasOwn(body, 'value')) throw badRequest('Expected `value`: the answer, as JSON.');
  return { key, value: body['value'] };
}

/**
 * Sends an answer.
 *
 * @throws `HttpProblem`: 403 not yours, 409 answered before, 410 over, 422 wrong.
 */
export async function answerQuestion(
  desk: Desk,
  address: QuestionAddress,
  { value, key: given, visitor }: GivenAnswer & { readonly visitor: Visitor },
): Promise<AnsweredStatus> {
  const { tools, permits } = desk.settings;
  const key = keyOfAnswer(address, visitor, given);
  const confirmed = await findQuestion(desk, address);
  if (!confirmed) return repeated(desk, address, { visitor, key });
  const { question } = confirmed;
  if (!(await permits(visitor, question, 'answer'))) throw notYours();
  const vote = voteByLink(question, visitor);
  if (vote) return again(question, vote, value);
  const { thread, run, id } = address;
  const { actor } = visitor;
  const [outcome] = await tools.thread(thread).resumeAll([{ value, id, run, actor, key }], { wait: WAIT_MS });
  return statusOf(desk, confirmed, { outcome: outcome!, visitor, value });
}

interface SentAnswer {
  readonly outcome: AnswerOutcome;
  readonly visitor: Visitor;
  readonly value: unknown;
}

async function statusOf(
  desk: Desk,
  { question, description }: ConfirmedQuestion,
  { outcome, visitor, value }: SentAnswer,
): Promise<AnsweredStatus> {
  switch (outcome.outcome) {
    case 'accepted': {
      const { actor } = visitor;
      desk.hub.close(question, { how: 'answered', actor, at: new Date().toISOString(), answer: value });
      return { status: 200, answered: { outcome: 'accepted' } };
    }
    case 'queued': {
      const obstacle = await desk.settings.tools.obstacleAhead(question.thread, description).catch(() => undefined);
      const why = obstacle ? obstacleText(obstacle) : obstacleText({ kind: 'not taken', taskQueue: '', sinceMs: 0 });
      return { status: 202, answered: { outcome: 'queued', why } };
    }
    case 'failed':
      throw await problemOfRefusal(desk, question, { error: outcome.error, visitor });
    default:
      return outcome satisfies never;
  }
}

/** A link that has been used answers with the same again, as after a broken connection, and with nothing else. */
function again({ votes = [], by }: ListedInterrupt, vote: Ending, value: unknown): AnsweredStatus {
  if (!isDeepStrictEqual(vote.answer, value)) throw endedProblem(vote);
  return { status: 200, answered: { outcome: 'voted', votes: { count: votes.length, quorum: by?.quorum ?? 1 } } };
}

/** A question that has closed meanwhile says how; any other refusal says what is wrong. */
async function problemOfRefusal(
  desk: Desk,
  question: QuestionAddress,
  { error, visitor }: { readonly error: Error; readonly visitor: Visitor },
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
  return isOver ? goneProblem(desk, addressOf(question), visitor) : problemOf(error);
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
