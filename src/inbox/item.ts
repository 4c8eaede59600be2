/**
 * One question, confirmed with its thread (W1): what a page shows of it, and how it ended.
 */
import { digestOf, type ListedInterrupt, type ThreadDescription, type Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
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
import { isSecond, whyItWaits } from './waiting.ts';
import { webUiLink } from './web-ui.ts';

/** A history that is read for longer says nothing. */
const HISTORY_MS = 3_000;

/** What is needed to look a question up. */
export interface Desk {
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

/** @returns `undefined` if the question is not open. @throws `ThreadNotFound`. */
export async function findQuestion(
  { settings: { tools } }: Desk,
  { thread, run, id }: QuestionAddress,
): Promise<ConfirmedQuestion | undefined> {
  const description = await tools.describe(thread);
  const found = description.isRunning
    ? description.interrupts.find((one) => one.id === id && one.run === run)
    : undefined;
  if (!found) return undefined;
  const { entrypoint } = description;
  const question = { ...(await tools.wholeQuestion(thread, description, found)), thread, entrypoint };
  return { question, listed: { ...found, thread, entrypoint }, description };
}

/** The item for a person. @throws `HttpProblem`: 403 if it is not for the person, 409 and 410 with how it ended. */
export async function readItem(desk: Desk, address: QuestionAddress, visitor: Visitor): Promise<Item> {
  const confirmed = await findQuestion(desk, address);
  if (!confirmed) throw await goneProblem(desk, address, visitor);
  const { question } = confirmed;
  if (!(await desk.settings.permits(visitor, question, 'see'))) throw notYours();
  const vote = voteByLink(question, visitor);
  if (vote) throw endedProblem(vote);
  return itemOf(desk, confirmed, visitor);
}

/** The same, for whoever may see it. */
export async function itemOf(
  { settings, queued }: Desk,
  confirmed: ConfirmedQuestion,
  visitor: Visitor,
): Promise<Item> {
  const { question, description } = confirmed;
  const { tools, permits, webUi, adapters } = settings;
  const { thread, entrypoint: _entrypoint, ...interrupt } = question;
  const [line, mayReassign, obstacle] = await Promise.all([
    lineOf(question, visitor, settings),
    permits(visitor, question, 'reassign'),
    tools.obstacleAhead(thread, description),
  ]);
  const first = queued.firstOf(confirmed);
  return {
    ...line,
    question: interrupt,
    digest: digestOf(interrupt),
    mayReassign,
    command: resumeCommand(question, settings),
    ...defined({
      approval: viewOf(interrupt, adapters),
      webUi: webUi === undefined ? undefined : webUiLink(webUi, tools, { thread, runId: description.runId }),
      obstacle: first === undefined ? obstacle && whyItWaits(obstacle, 'answer') : isSecond(first),
    }),
  };
}

/** A link answers once (W4): it is over once the person has given an answer, though the question waits for more. */
export function voteByLink({ votes = [] }: ListedInterrupt, { actor, link }: Visitor): Ending | undefined {
  const vote = link && votes.find((one) => one.actor === actor);
  return vote && { how: 'answered', actor, at: vote.at, ...('value' in vote ? { answer: vote.value } : {}) };
}

/** The problem of a question that is not for the person, whether it exists or not. */
export function notYours(): HttpProblem {
  return forbidden('This question is for others.');
}

/**
 * The problem of a question that is not open: 409 if it was answered, else 410. Who may not see the question learns only that
 * it is over.
 */
export async function goneProblem(desk: Desk, address: QuestionAddress, visitor: Visitor): Promise<HttpProblem> {
  const { tools } = desk.settings;
  const known = desk.hub.findClosed(address);
  const found = known?.ending ?? (await endingOf(tools, address)) ?? { how: 'unknown', at: new Date().toISOString() };
  if (!(await maySeeClosed(desk, address, visitor))) return endedProblem({ how: found.how, at: found.at });
  const { how, at, actor, answer } = await withAnswer(tools, address, found, known?.question);
  return endedProblem({ how, at, ...defined({ actor, answer }) });
}

/** A question that has closed since the server looks is known as it was. Whose an older one was, the history says. */
async function maySeeClosed({ settings, hub }: Desk, address: QuestionAddress, visitor: Visitor): Promise<boolean> {
  const { tools, permits } = settings;
  const known = hub.findClosed(address)?.question ?? (await askedQuestion(tools, address).catch(() => undefined));
  return known !== undefined && permits(visitor, known, 'see');
}

/** A question that was asked, with those whom it had last. */
async function askedQuestion(tools: Tools, { thread, run, id }: QuestionAddress): Promise<ListedInterrupt | undefined> {
  const { entrypoint } = await tools.describe(thread);
  const entries = tools.thread(thread).audit({ run, signal: AbortSignal.timeout(HISTORY_MS) });
  let question: ListedInterrupt | undefined;
  for await (const entry of entries) {
    if (entry.kind === 'asked' && entry.id === id) question = { ...entry.question, thread, entrypoint };
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
