/**
 * The answers of an AG-UI page, on their way to the thread.
 *
 * A page must answer all questions of a run at once, and cannot go on before it has. So a request goes on if at least one of
 * its entries counts: the other ones are reported in the stream, and the questions that are still open come again at its end.
 */
import type { ThreadDescription, Tools } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { hashValue } from '../protocol/value-hash.ts';
import type { AgUiInput, ResumeEntry } from './ag-ui-input.ts';
import { answerIn, questionIn } from './ag-ui-interrupts.ts';
import { badRequest, type Notice, type ProblemBody } from '../web/problem.ts';
import type { Visitor } from './options.ts';
import { openQuestion, sendAnswers } from './questions.ts';
import { problemOfAnswer } from './refused-answer.ts';

/** An entry that does not count, in a request that goes on. */
export interface Refused extends ProblemBody {
  /** The interrupt that it was for. */
  readonly interruptId: string;
}

/** What to send, and where to. */
export interface AnswersSettings {
  readonly input: AgUiInput;
  readonly description: ThreadDescription;
  readonly visitor: Visitor;
  readonly notice: Notice;
}

/** @throws The problem of the first entry, if none of them counts. */
export async function answerResumed(tools: Tools, settings: AnswersSettings): Promise<readonly Refused[]> {
  const { input, description, visitor, notice } = settings;
  const { actor, groups } = visitor;
  const { threadId, resume } = input;
  if (resume.length === 0) return [];
  if (new Set(resume.map(({ interruptId }) => questionIn(interruptId).id)).size < resume.length)
    throw badRequest('Expected each entry of `resume` to be for another question.');
  const read = await Promise.all(resume.map(async (entry) => answerIn(entry, await cancelled(tools, settings, entry))));
  const answers = read.filter((answer) => answer !== undefined);
  // The same answer of the same person, sent twice, is one: a page whose connection was cut answers once more, in another run.
  const addressed = answers.map(({ interruptId, id, run, askedAt, value }) => ({
    id,
    run,
    askedAt,
    value,
    key: [interruptId, hashValue(value), actor].join(' '),
    ...defined({ actor, groups }),
  }));
  const outcomes = await sendAnswers(tools, { thread: threadId, description }, addressed);
  const failed = outcomes.flatMap((outcome, n) =>
    outcome.outcome === 'failed' ? [{ answer: answers[n]!, outcome }] : [],
  );
  const problems = await Promise.all(failed.map(({ outcome }) => problemOfAnswer(tools, threadId, outcome)));
  // A question that has just closed needs no cancelling.
  const isLost = failed.length === resume.length && failed.every(({ answer }) => !answer.isCancelled);
  for (const { cause } of problems) notice(cause);
  if (isLost) throw problems[0];
  return failed.map(({ answer: { interruptId } }, n) => ({ interruptId, ...problems[n]!.body }));
}

/** The question of a cancelled entry, whole, if it is open. */
async function cancelled(
  tools: Tools,
  { description, input }: AnswersSettings,
  { interruptId, status }: ResumeEntry,
): Promise<Interrupt | undefined> {
  const question = openQuestion(description, questionIn(interruptId));
  if (status === 'resolved' || !question?.truncated) return question;
  return tools.wholeQuestion(input.threadId, description, question);
}
