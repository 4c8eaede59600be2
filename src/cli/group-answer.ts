/**
 * One answer to all open questions of a group, for `holdpoint resume --group`: a line for what became of each.
 *
 * The answers are independent (A4). The questions are those that were open when the command began, by id and run (A1).
 */
import { nothingAsked, type AnswerOutcome, type Obstacle } from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { holdpointCommand } from './command-line.ts';
import type { Context } from './context.ts';
import { errorDocument, Exit, exitCodeOf, UsageError } from './failure.ts';
import { inertLine } from './inert.ts';
import { obstacleSentence } from './obstacle.ts';
import { askedLines, votedText } from './question.ts';
import { readerOf } from './schema-reader.ts';
import { assertReadable } from './unreadable.ts';
import { parseValue } from './value.ts';

/** The options of the command that matter here. */
interface GroupOptions {
  readonly text?: boolean;
  readonly id?: string;
  readonly run?: string;
  readonly memberOf?: readonly string[];
  readonly key?: string;
}

export interface GroupAnswer {
  readonly group: string;
  /** What the command was given as the value; without it, the terminal asks. */
  readonly given: string | undefined;
  readonly actor: string;
  readonly wait: number;
}

export async function answerGroup(
  context: Context<GroupOptions>,
  { group, given, actor, wait }: GroupAnswer,
): Promise<void> {
  const { args, options, out } = context;
  const [thread = ''] = args;
  for (const name of ['id', 'key'] as const)
    if (options[name] !== undefined)
      throw new UsageError(`\`--${name}\` is for one answer and does not work with \`--group\`.`);
  const questions = await findQuestions(context, group);
  const value =
    given === undefined
      ? await askOnce(context, questions)
      : parseValue(given, { reader: readerOf(questions[0]), isText: options.text });
  const tools = await context.tools();
  const { memberOf: groups } = options;
  const answers = questions.map(({ id, run }) => ({
    value,
    id,
    run: options.run ?? run,
    actor,
    ...defined({ groups }),
  }));
  const outcomes = await tools.thread(thread).resumeAll(answers, { wait });
  const isLate = outcomes.some(({ outcome }) => outcome === 'queued') && wait > 0;
  const obstacle = isLate ? await tools.obstacle(thread).catch(() => undefined) : undefined;
  out.document(
    { thread, group, actor, answers: outcomes.map(outcomeDocument), ...(obstacle ? { obstacle } : {}) },
    () => [
      ...outcomes.map((outcome) => outcomeLine(context, outcome)),
      ...(isLate ? queuedLines(thread, obstacle) : []),
    ],
  );
  const failed = outcomes.find((one) => one.outcome === 'failed');
  if (failed) throw new Exit(exitCodeOf(failed.error));
}

/** The open questions of the group, whole. */
async function findQuestions(context: Context<GroupOptions>, group: string): Promise<readonly Interrupt[]> {
  const [thread = ''] = context.args;
  const tools = await context.tools();
  const description = await tools.describe(thread);
  // The group of a question that cannot be read is unknown.
  for (const one of description.interrupts) assertReadable(one);
  const ofGroup = description.isRunning ? description.interrupts.filter((one) => one.group === group) : [];
  if (ofGroup.length === 0) throw nothingAsked(thread, description, { group });
  const questions: Interrupt[] = [];
  for (const one of ofGroup) questions.push(await tools.wholeQuestion(thread, description, one));
  return questions;
}

/** Shows all questions, and asks for the one answer. */
async function askOnce({ out }: Context, questions: readonly Interrupt[]): Promise<unknown> {
  for (const line of questions.flatMap((one) => [...askedLines(one, out), ''])) process.stdout.write(`${line}\n`);
  const { AnswerForm } = await import('./ask.ts');
  return new AnswerForm(questions).ask();
}

function outcomeDocument(outcome: AnswerOutcome): unknown {
  if (outcome.outcome !== 'failed') return outcome;
  const { id, error } = outcome;
  return { outcome: 'failed', id, ...errorDocument(error) };
}

function outcomeLine({ out }: Context, outcome: AnswerOutcome): string {
  const answer = `the answer to ${inertLine(outcome.id)}`;
  switch (outcome.outcome) {
    case 'accepted':
      return `${out.paint('green', 'Accepted')}: ${answer}.`;
    case 'voted':
      return `${out.paint('green', 'Voted')}: ${votedText(outcome)}.`;
    case 'queued':
      return `${out.paint('yellow', 'Queued')}: ${answer}.`;
    case 'failed':
      return `${out.paint('red', 'Failed')}: ${answer}: ${inertLine(outcome.error.message)}`;
    default:
      return outcome satisfies never;
  }
}

function queuedLines(thread: string, obstacle: Obstacle | undefined): string[] {
  return [
    'The server has the queued answers, but no worker has handled them yet. They are safe; do not send them again.',
    ...(obstacle ? [inertLine(obstacleSentence(obstacle, thread))] : []),
    `To see later whether they count: ${holdpointCommand('show', thread)}`,
  ];
}
