/**
 * Answers: sent for the person who is signed in, and what became of them, as a status (W2).
 *
 * The thread is asked first whether the question is open, whose it is, and whether it is the one that the person saw. An
 * answer that was sent before with the same key is the same answer: it counts once. If it counted, it gets the same status,
 * whatever has become of the question since.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ListedInterrupt, ResumeResult } from '../client/tools.ts';
import { questionKey } from '../protocol/question-key.ts';
import { UNDO_MS } from '../protocol/limits.ts';
import type { JsonObject } from '../protocol/json-object.ts';
import { assertAnswerCount, idIn, listIn, objectIn, textIn } from '../web/body.ts';
import type { Interrupt, Problem } from '../protocol/shapes.ts';
import { defined } from '../protocol/defined.ts';
import { votesOf } from '../protocol/votes.ts';
import { badRequest, badValue, HttpProblem, problemOf, type Notice } from '../web/problem.ts';
import type { LinkClaims, Visitor } from './actor.ts';
import { problemsInDecisions, valueOf } from './adapters/adapters.ts';
import type { Answered, Ending, QuestionAddress } from './api.ts';
import { endingOf, saysIsOver } from './ending.ts';
import {
  endedProblem,
  findQuestion,
  goneProblem,
  notYours,
  runToRead,
  unlessMissing,
  voteByLink,
  type ConfirmedQuestion,
  type InboxContext,
} from './item.ts';
import { addressOf } from './items.ts';
import { readLinkAnswer, type LinkAnswer } from './link-answer.ts';
import { secondAnswerText, WAIT_MS, whyItIsQueued } from './waiting.ts';

/** An answer, as a page sent it: the value itself, or decisions that make it. */
export interface PageAnswer {
  readonly key: string;
  readonly askedAt: string | undefined;
  /** How long the page has held it back. */
  readonly heldMs: number;
  readonly given: { readonly value: unknown } | { readonly decisions: unknown };
}

/** A status of 200 or 202, and its body. */
export interface AnsweredStatus {
  readonly status: 200 | 202;
  readonly answered: Answered;
}

/** @throws `HttpProblem` 400 if the body is not an answer. */
export function readAnswering(body: JsonObject): PageAnswer {
  const key = idIn('key', body['key']);
  const { value, decisions } = body;
  if (Object.hasOwn(body, 'value') === Object.hasOwn(body, 'decisions'))
    throw badRequest('Expected `value`, the answer as JSON, or `decisions`, and not both.');
  const askedAt = body['askedAt'] === undefined ? undefined : textIn('askedAt', body['askedAt']);
  const heldMs = readHeldMs(body['heldMs']);
  return { key, askedAt, heldMs, given: Object.hasOwn(body, 'value') ? { value } : { decisions } };
}

/**
 * Several answers, with their addresses.
 *
 * @throws `HttpProblem` 400 if one is wrong, or two are for the same question: chance would decide which one counts.
 */
export function readAnswers(
  body: JsonObject,
): readonly { readonly address: QuestionAddress; readonly given: PageAnswer }[] {
  const answers = listIn('answers', body['answers']);
  assertAnswerCount(answers);
  const seen = new Set<string>();
  return answers.map((one, i) => {
    const answer = objectIn(`answers[${i}]`, one);
    const [thread, run, id] = ['thread', 'run', 'id'].map((name) => idIn(`answers[${i}].${name}`, answer[name]));
    const address = { thread: thread!, run: run!, id: id! };
    if (seen.has(questionKey(address)))
      throw badRequest(`Expected one answer to each question, got two to \`${address.id}\`.`);
    seen.add(questionKey(address));
    return { address, given: readAnswering(answer) };
  });
}

/** Nobody decides earlier by more than the time in which an answer can be taken back. */
function readHeldMs(given: unknown = 0): number {
  if (typeof given !== 'number' || !Number.isFinite(given)) throw badValue('`heldMs`', 'a number', given);
  return Math.min(Math.max(given, 0), UNDO_MS);
}

/**
 * Sends an answer.
 *
 * @throws `HttpProblem`: 403 not yours, 409 answered before, 410 over, 422 wrong.
 */
export async function answerQuestion(
  context: InboxContext,
  address: QuestionAddress,
  { given, askedAt, heldMs, visitor, ...sent }: PageAnswer & { readonly visitor: Visitor },
): Promise<AnsweredStatus> {
  const { permits } = context.settings;
  const { link } = visitor;
  const confirmed = await findQuestion(context, address);
  const linked = link && (await unlessMissing(linkAnswer(context, link, confirmed)));
  const key = linked?.key ?? keyOfAnswer(address, visitor, sent.key);
  // With a link, another answer has the same key.
  const isOther = linked !== undefined && !isSent(context, linked, given);
  if (!confirmed) {
    const before = isOther ? undefined : await acceptedBefore(context, address, key);
    if (before) return before;
    throw await goneProblem(context, address, visitor);
  }
  const { question } = confirmed;
  if (!(await permits(visitor, question, 'answer'))) {
    const before = isOther ? undefined : await countedBefore(context, address, key);
    if (before) return before;
    throw notYours();
  }
  if (askedAt !== undefined && askedAt !== question.askedAt) throw askedAnew();
  const value = valueIn(context, question, given);
  const vote = voteByLink(question, visitor);
  if (vote) return again(question, vote, value);
  if (linked) assertSame(linked, value);
  return send(context, confirmed, { value, key, heldMs, visitor, isDecided: 'decisions' in given });
}

/** An answer that is ready to be sent. */
interface CheckedAnswer {
  readonly value: unknown;
  readonly key: string;
  readonly heldMs: number;
  readonly visitor: Visitor;
  /** Whether it was made of decisions: problems are then those of the decisions. */
  readonly isDecided: boolean;
}

async function send(
  context: InboxContext,
  confirmed: ConfirmedQuestion,
  { value, key, heldMs, visitor, isDecided }: CheckedAnswer,
): Promise<AnsweredStatus> {
  const { tools } = context.settings;
  const { question, description } = confirmed;
  const { actor, groups, link } = visitor;
  const first = context.queued.firstOf(confirmed);
  const sentAt = new Date(Date.now() - heldMs).toISOString();
  const given = { answer: value, actor, groups, key, sentAt, wait: WAIT_MS };
  const result = await tools.answer(question, description, given).catch(async (error: unknown) => {
    throw await problemOfRefusal(context, question, { error, visitor, isDecided });
  });
  // Another request may have come first with the link.
  if (link) assertSame(await linkAnswer(context, link, confirmed), value);
  return statusOf(context, question, { result, first, ending: { how: 'answered', actor, at: sentAt, answer: value } });
}

/** What was answered with the link. @throws `ThreadNotFound` where the server does not know any more. */
async function linkAnswer(
  { settings: { tools } }: InboxContext,
  link: LinkClaims,
  confirmed: ConfirmedQuestion | undefined,
): Promise<LinkAnswer> {
  const description = confirmed?.description ?? (await tools.describe(link.thread));
  return readLinkAnswer(tools, link, runToRead(description, link));
}

/** Whether an answer is the one that was sent with the link. */
function isSent(context: InboxContext, { sent, question }: LinkAnswer, given: PageAnswer['given']): boolean {
  try {
    return (
      sent !== undefined && question !== undefined && isDeepStrictEqual(sent.answer, valueIn(context, question, given))
    );
  } catch {
    // Its decisions do not fit what was asked.
    return false;
  }
}

/** @throws `HttpProblem` 409 if another answer was sent with the link. */
function assertSame({ sent }: LinkAnswer, value: unknown): void {
  if (sent && !isDeepStrictEqual(sent.answer, value)) throw endedProblem(sent);
}

/** A reset thread asks again under the same address, and perhaps something else. */
function askedAnew(): HttpProblem {
  const message = 'This was asked anew while you had it open, and may be another question now. Look at it again.';
  return new HttpProblem(409, { error: 'InterruptChanged', message });
}

/** The answer. @throws `HttpProblem` 422 if the decisions do not fit what was shown. */
function valueIn({ settings: { adapters } }: InboxContext, question: Interrupt, given: PageAnswer['given']): unknown {
  if ('value' in given) return given.value;
  const checked = valueOf(question, given.decisions, adapters);
  if ('value' in checked) return checked.value;
  throw invalid(checked.problems);
}

function invalid(problems: readonly Problem[]): HttpProblem {
  const message = problems.map((one) => one.message).join(' ') || 'The answer is wrong.';
  return new HttpProblem(422, { error: 'InvalidAnswer', message, problems });
}

/** An answer that the thread has not refused. */
interface Delivered {
  readonly result: ResumeResult;
  /** How the question has ended if the answer was accepted. */
  readonly ending: Ending & { readonly actor: string };
  /** Whose answer waited when it was sent. */
  readonly first: string | undefined;
}

async function statusOf(
  context: InboxContext,
  question: ListedInterrupt,
  { result, ending, first }: Delivered,
): Promise<AnsweredStatus> {
  switch (result.outcome) {
    case 'accepted': {
      context.hub.close(question, ending);
      return { status: 200, answered: { outcome: 'accepted' } };
    }
    case 'voted': {
      const { count, quorum } = result;
      const now = await findQuestion(context, question);
      if (now) context.hub.change(now.listed);
      return { status: 200, answered: { outcome: 'voted', votes: { count, quorum } } };
    }
    case 'queued': {
      context.queued.add(question, ending.actor);
      const isFirst = first === undefined || first === ending.actor;
      const why = isFirst
        ? await whyItIsQueued(context.settings.tools, question.thread, 'answer')
        : secondAnswerText(first);
      return { status: 202, answered: { outcome: 'queued', why } };
    }
    default:
      return result satisfies never;
  }
}

/** A link that has been used answers with the same again, as after a broken connection, and with nothing else. */
function again(question: ListedInterrupt, vote: Ending, value: unknown): AnsweredStatus {
  if (!isDeepStrictEqual(vote.answer, value)) throw endedProblem(vote);
  return { status: 200, answered: { outcome: 'voted', ...defined({ votes: votesOf(question) }) } };
}

interface RefusedAnswer extends Pick<CheckedAnswer, 'visitor' | 'isDecided'> {
  readonly error: unknown;
}

/** A question that has closed meanwhile says how; any other refusal says what is wrong. */
async function problemOfRefusal(
  context: InboxContext,
  question: ListedInterrupt,
  { error, visitor, isDecided }: RefusedAnswer,
): Promise<HttpProblem> {
  if (saysIsOver(error))
    return (await findQuestion(context, question)) ? askedAnew() : goneProblem(context, addressOf(question), visitor);
  const problem = problemOf(error);
  const { problems } = problem.body;
  if (!isDecided || !problems) return problem;
  const { adapters } = context.settings;
  return new HttpProblem(problem.status, {
    ...problem.body,
    problems: problemsInDecisions(question, problems, adapters),
  });
}

/** What an answer with this key has come to that was sent before, if it counted. */
async function countedBefore(
  { settings: { tools } }: InboxContext,
  { thread }: QuestionAddress,
  key: string,
): Promise<AnsweredStatus | undefined> {
  const receipt = await unlessMissing(tools.receipt(thread, key));
  switch (receipt?.outcome) {
    case 'accepted':
      return { status: 200, answered: { outcome: 'accepted' } };
    case 'voted': {
      const { count, quorum } = receipt;
      return { status: 200, answered: { outcome: 'voted', votes: { count, quorum } } };
    }
    case 'refused':
    case 'reassigned':
    case undefined:
      return undefined;
    default:
      return receipt satisfies never;
  }
}

/** The same, of a question that is not open: the answer may be what has closed it, which needs no worker to be known. */
async function acceptedBefore(
  context: InboxContext,
  address: QuestionAddress,
  key: string,
): Promise<AnsweredStatus | undefined> {
  // Whoever answers may have given any text as the run. The receipt says the same.
  const ending = await endingOf(context.settings.tools, address).catch(() => undefined);
  if (ending?.key === key) return { status: 200, answered: { outcome: 'accepted' } };
  return countedBefore(context, address, key);
}

/** The key on the wire is of this person and this question: a key that is used again elsewhere is another one. */
function keyOfAnswer(address: QuestionAddress, { actor }: Visitor, given: string): string {
  const { thread, run, id } = address;
  const text = JSON.stringify([thread, run, id, actor, given]);
  return `inbox-${createHash('sha256').update(text).digest('base64url')}`;
}

/** What became of one of several answers, as the page is told. */
export async function resultOf<Address extends QuestionAddress>(
  address: Address,
  answering: Promise<AnsweredStatus>,
  notice: Notice,
): Promise<Address & (AnsweredStatus | { readonly status: number; readonly refused: HttpProblem['body'] })> {
  try {
    return { ...address, ...(await answering) };
  } catch (error) {
    const { status, body, cause } = problemOf(error);
    notice(cause);
    return { ...address, status, refused: body };
  }
}
