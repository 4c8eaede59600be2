/**
 * One question, confirmed with its thread (W1): what a page shows of it, and how it ended.
 */
import {
  digestOf,
  type AnswerBefore,
  type ListedInterrupt,
  type ThreadDescription,
  type Tools,
} from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { hasCode } from '../protocol/errors.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { forbidden, HttpProblem } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import { viewOf } from './adapters/adapters.ts';
import type { Ending, Item, QuestionAddress, Refused } from './api.ts';
import { endingOf, withAnswer } from './ending.ts';
import type { Hub } from './hub.ts';
import { lineOf } from './items.ts';
import type { QueuedAnswers } from './queued.ts';
import type { ReadSettings } from './options.ts';
import { resumeCommand } from './shell.ts';
import { secondAnswerText, whyItWaits } from './waiting.ts';
import { webUiLink } from './web-ui.ts';

/** A history that is read for longer says nothing. */
const HISTORY_MS = 3_000;

/** What is needed to look a question up. */
export interface InboxContext {
  readonly settings: ReadSettings;
  readonly hub: Hub;
  readonly queued: QueuedAnswers;
}

/** A question as its thread has it now. */
export interface ConfirmedQuestion {
  /** The question, whole. */
  readonly question: ListedInterrupt;
  /** The same, as lists have it: it may be cut. */
  readonly listed: ListedInterrupt;
  readonly description: ThreadDescription;
}

/** @returns `undefined` if the question is not open, or there is no such thread. */
export async function findQuestion(
  { settings: { tools } }: InboxContext,
  { thread, run, id }: QuestionAddress,
): Promise<ConfirmedQuestion | undefined> {
  const description = await unlessMissing(tools.describe(thread));
  const found = description?.isRunning
    ? description.interrupts.find((one) => one.id === id && one.run === run)
    : undefined;
  if (!description || !found) return undefined;
  const { entrypoint } = description;
  const question = { ...(await tools.wholeQuestion(thread, description, found)), thread, entrypoint };
  return { question, listed: { ...found, thread, entrypoint }, description };
}

/** The item for a person. @throws `HttpProblem`: 403 if it is not for the person, 409 and 410 with how it ended. */
export async function readItem(context: InboxContext, address: QuestionAddress, visitor: Visitor): Promise<Item> {
  const confirmed = await findQuestion(context, address);
  if (!confirmed) throw await goneProblem(context, address, visitor);
  const { question } = confirmed;
  if (!(await context.settings.permits(visitor, question, 'see'))) throw notYours();
  const vote = voteByLink(question, visitor);
  if (vote) throw endedProblem(vote);
  return itemOf(context, confirmed, visitor);
}

/** The same, for whoever may see it. */
export async function itemOf(
  { settings, queued }: InboxContext,
  confirmed: ConfirmedQuestion,
  visitor: Visitor,
): Promise<Item> {
  const { question, description } = confirmed;
  const { tools, permits, webUi, adapters } = settings;
  const { thread, entrypoint: _entrypoint, ...interrupt } = question;
  const [line, before, mayReassign, obstacle] = await Promise.all([
    lineOf(question, visitor, settings),
    answerBefore(tools, confirmed),
    permits(visitor, question, 'reassign'),
    tools.obstacleAhead(thread, description),
  ]);
  const first = queued.firstOf(confirmed);
  return {
    ...line,
    question: interrupt,
    digest: digestOf(interrupt),
    mayReassign,
    command: resumeCommand(question, { ...settings, visitor }),
    ...defined({
      before,
      approval: viewOf(interrupt, adapters),
      webUi: webUi === undefined ? undefined : webUiLink(webUi, tools, { thread, runId: description.runId }),
      obstacle: first === undefined ? obstacle && whyItWaits(obstacle, 'answer') : secondAnswerText(first),
    }),
  };
}

/**
 * What was answered before the question was asked again (A5). It is the same question, so whoever may see it may see that:
 * those who have it now, too.
 */
async function answerBefore(
  tools: Tools,
  { question, description }: ConfirmedQuestion,
): Promise<AnswerBefore | undefined> {
  if (!question.problems?.length) return undefined;
  // Without it, the question can be answered all the same.
  return tools.answerBefore(question.thread, description, question).catch(() => undefined);
}

/** A link answers once (W4): it is over once the person has given an answer, though the question waits for more. */
export function voteByLink({ votes = [] }: ListedInterrupt, { actor, link }: Visitor): Ending | undefined {
  const vote = link && votes.find((one) => one.actor === actor);
  return vote && { how: 'answered', actor, at: vote.at, ...('value' in vote ? { answer: vote.value } : {}) };
}

/** The problem of a question that is not for the person. It does not say whether the question or its thread exists. */
export function notYours(): HttpProblem {
  return forbidden('This question is for others, or does not exist.');
}

/** What was read; `undefined` if there is no such thread. */
export async function unlessMissing<Read>(reading: Promise<Read>): Promise<Read | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    throw error;
  }
}

/**
 * The problem of a question that is not open: 409 if it was answered, else 410. For whoever may not see it, it is the same
 * as that of a question that is open.
 */
export async function goneProblem(
  context: InboxContext,
  address: QuestionAddress,
  visitor: Visitor,
): Promise<HttpProblem> {
  const { tools } = context.settings;
  if (!(await maySeeClosed(context, address, visitor))) return notYours();
  const known = context.hub.findClosed(address);
  const found = known?.ending ??
    (await endingOf(tools, address).catch(unlessAway)) ?? { how: 'unknown', at: new Date().toISOString() };
  const { how, at, actor, answer } = await withAnswer(tools, address, found, known?.question);
  return endedProblem({ how, at, ...defined({ actor, answer }) });
}

/** Whoever asks may have given any text as the run, and the server may have deleted that run: nobody knows how it ended. */
function unlessAway(error: unknown): undefined {
  if (hasCode(error, 'NoServer')) throw error;
}

/**
 * The hub knows a question that has just closed. For an older one, the history says who was asked. Only a person who may read
 * the audit learns that a question never existed.
 */
async function maySeeClosed(
  { settings, hub }: InboxContext,
  address: QuestionAddress,
  visitor: Visitor,
): Promise<boolean> {
  const { tools, permits } = settings;
  const known = hub.findClosed(address)?.question;
  if (known) return permits(visitor, known, 'see');
  const { thread } = address;
  const description = await unlessMissing(tools.describe(thread));
  if (!description) return false;
  const { entrypoint } = description;
  const asked = await askedQuestion(tools, address, runToRead(description, address)).catch(() => undefined);
  return asked
    ? permits(visitor, { ...asked, thread, entrypoint }, 'see')
    : permits(visitor, { thread, entrypoint }, 'audit');
}

/** A run whose audit has the question. The server may have deleted the first run of a chain that goes on. */
export function runToRead({ run: current, runId }: ThreadDescription, { run }: QuestionAddress): string {
  return run === current ? runId : run;
}

/** A question that was asked, with those whom it had last. */
async function askedQuestion(
  tools: Tools,
  { thread, id }: QuestionAddress,
  from: string,
): Promise<Interrupt | undefined> {
  const entries = tools.thread(thread).audit({ run: from, signal: AbortSignal.timeout(HISTORY_MS) });
  let question: Interrupt | undefined;
  for await (const entry of entries) {
    if (entry.kind === 'asked' && entry.id === id) question = entry.question;
    if (entry.kind === 'reassigned' && entry.id === id && question)
      question = { ...question, assignees: entry.assignees };
  }
  return question;
}

/** The problem of an answer to a question that has ended. */
export function endedProblem(ending: Ending): HttpProblem {
  const by = ending.actor === undefined ? '' : ` by ${ending.actor}`;
  switch (ending.how) {
    case 'answered':
      return problem(409, { error: 'AlreadyAnswered', message: `This question was answered before${by}.`, ending });
    case 'default':
    case 'expired':
      return problem(410, { error: 'InterruptExpired', message: 'The time of this question has run out.', ending });
    case 'withdrawn':
      return problem(410, { error: 'InterruptWithdrawn', message: 'Nobody waits for this answer any more.', ending });
    case 'passed on':
    case 'unknown':
      return problem(410, { error: 'NotPending', message: 'This question is not open.', ending });
    default:
      return ending.how satisfies never;
  }
}

function problem(status: number, body: Refused & ConstructorParameters<typeof HttpProblem>[1]): HttpProblem {
  return new HttpProblem(status, body);
}
