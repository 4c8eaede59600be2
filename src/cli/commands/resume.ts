/**
 * `holdpoint resume`: answers a question. Without a value, it shows the question on the terminal and asks for the answer.
 *
 * The answer is addressed to the question that was open when the command began, by id and run (A1).
 */
import { nothingAsked, type Obstacle, type ResumeResult, type ThreadDescription } from '../../client/tools.ts';
import { localUser } from '../../inbox/actor.ts';
import { defined } from '../../protocol/defined.ts';
import { hasCode } from '../../protocol/errors.ts';
import type { Interrupt, Problem } from '../../protocol/shapes.ts';
import { readDuration } from '../ages.ts';
import type { Context } from '../context.ts';
import { holdpointCommand } from '../command-line.ts';
import { UsageError } from '../failure.ts';
import { answerGroup } from '../group-answer.ts';
import { inertLine } from '../inert.ts';
import { obstacleSentence } from '../obstacle.ts';
import { askedLines, headline, votedText } from '../question.ts';
import { readerOf } from '../schema-reader.ts';
import { assertReadable } from '../unreadable.ts';
import { parseValue, readValue } from '../value.ts';

interface ResumeOptions {
  readonly text?: boolean;
  readonly id?: string;
  readonly group?: string;
  readonly run?: string;
  readonly actor?: string;
  readonly memberOf?: readonly string[];
  readonly key?: string;
  /** `false` with `--no-wait`. */
  readonly wait: string | false;
}

export async function run(context: Context<ResumeOptions>): Promise<void> {
  const { args, options, out } = context;
  const [id = '', value] = args;
  const wait = options.wait === false ? 0 : readDuration(options.wait, '--wait');
  if (value === undefined && !context.isInteractive) {
    throw new UsageError('Expected a value: JSON, text, @file, or - for stdin. Only a terminal asks for it.');
  }
  // Read before the thread is looked up, because a pipe may take long and the thread may change meanwhile.
  const given = value === undefined ? undefined : await readValue(value);
  const { group, actor = localUser() } = options;
  if (group !== undefined) return answerGroup(context, { group, given, actor, wait });
  const tools = await context.tools();
  const thread = await tools.describe(id);
  const question = await findQuestion(context, thread);
  assertReadable(question);
  const send = (answer: unknown): Promise<ResumeResult> => sendAnswer(context, answer, { actor, wait, question });
  const result =
    given === undefined
      ? await askAndSend(context, question ?? refuseToAsk(id, thread, options), send)
      : await send(parseValue(given, { reader: readerOf(question), isText: options.text }));
  const isLate = result.outcome === 'queued' && wait > 0;
  const obstacle = isLate ? await tools.obstacle(id).catch(() => undefined) : undefined;
  out.document({ thread: id, ...result, actor, ...(obstacle ? { obstacle } : {}) }, () =>
    receiptLines(context, result, { obstacle, chain: options.run ?? question?.run ?? thread.run }),
  );
}

interface Sending {
  readonly actor: string;
  readonly wait: number;
  readonly question: Interrupt | undefined;
}

async function sendAnswer(
  context: Context<ResumeOptions>,
  answer: unknown,
  { actor, wait, question }: Sending,
): Promise<ResumeResult> {
  const [id = ''] = context.args;
  const { memberOf: groups, key } = context.options;
  return (await context.tools()).thread(id).resume(answer, {
    actor,
    wait,
    ...defined({ groups, key }),
    ...address(context.options, question),
  });
}

/** Asks until the answer is accepted. If the question's own code refuses a field, asks for that field again. */
async function askAndSend(
  { out, options }: Context<ResumeOptions>,
  question: Interrupt,
  send: (answer: unknown) => Promise<ResumeResult>,
): Promise<ResumeResult> {
  for (const line of askedLines(question, out)) process.stdout.write(`${line}\n`);
  const { AnswerForm } = await import('../ask.ts');
  const form = new AnswerForm([question]);
  for (;;) {
    const answer = await form.ask();
    try {
      return await send(answer);
    } catch (error) {
      const { problems = [] } = error as { readonly problems?: readonly Problem[] };
      // A key is one answer: with the operator's own key, a corrected answer would get the receipt of the first one.
      if (!hasCode(error, 'InvalidAnswer') || problems.length === 0 || options.key !== undefined) throw error;
      form.refuse(problems);
    }
  }
}

/** The question that was found, whole: its answer survives a reset (A10). `--id` and `--run` come first. */
function address(given: ResumeOptions, question: Interrupt | undefined): { id?: string; run?: string } {
  return {
    ...question,
    ...(given.id === undefined ? {} : { id: given.id }),
    ...(given.run === undefined ? {} : { run: given.run }),
  };
}

/** The question to answer, whole. `undefined` if none or several match: the thread's own refusal says more. */
async function findQuestion(
  context: Context<ResumeOptions>,
  thread: ThreadDescription,
): Promise<Interrupt | undefined> {
  const { isRunning, interrupts } = thread;
  if (!isRunning) return undefined;
  const { options } = context;
  const wanted = interrupts.filter(
    ({ id, run: chain }) => (options.id ?? id) === id && (options.run ?? chain) === chain,
  );
  const hasToChoose = wanted.length > 1 && context.args[1] === undefined;
  const chosen = hasToChoose ? await choose(wanted) : wanted.length === 1 ? wanted[0] : undefined;
  if (!chosen) return undefined;
  return (await context.tools()).wholeQuestion(context.args[0] ?? '', thread, chosen);
}

async function choose(interrupts: readonly Interrupt[]): Promise<Interrupt | undefined> {
  const { choose: chooseOne } = await import('../ask.ts');
  return chooseOne(
    'Which question?',
    interrupts.map((one) => ({ value: one, label: `${inertLine(one.id)}  ${headline(one)}` })),
  );
}

/** Refuses to ask without a question on the screen: nobody has read one that opens a moment later. */
function refuseToAsk(thread: string, description: ThreadDescription, given: ResumeOptions): never {
  throw nothingAsked(thread, description, { id: given.id, run: given.run });
}

interface Receipt {
  readonly obstacle: Obstacle | undefined;
  /** The run that has asked. */
  readonly chain: string;
}

function receiptLines(
  { out, args, options }: Context<ResumeOptions>,
  result: ResumeResult,
  { obstacle, chain }: Receipt,
): string[] {
  const [thread = ''] = args;
  const { outcome, id, key } = result;
  if (outcome === 'accepted') return [`${out.paint('green', 'Accepted')}: the answer to ${inertLine(id)}.`];
  if (outcome === 'voted') return [`${out.paint('green', 'Voted')}: ${votedText(result)}.`];
  return [
    `${out.paint('yellow', 'Queued')}: the server has the answer to ${inertLine(id)}, but no worker has handled it yet. The answer is safe; do not send it again.`,
    ...(obstacle ? [inertLine(obstacleSentence(obstacle, thread))] : []),
    `To see later whether it counts: ${repeated(args, { id, chain, key, actor: options.actor, groups: options.memberOf, isText: options.text ?? false })}`,
  ];
}

const MAX_REPEATED = 200;

interface Repeated {
  readonly id: string;
  /** The same thread may be started again, and ask something else under the same id (A1). */
  readonly chain: string;
  readonly key: string;
  /** As it was given: should the first answer be lost, the repeated one has the same. */
  readonly actor: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly isText: boolean;
}

/**
 * The command that reports what became of the answer: the same call with its key. If the value is too long to repeat, or
 * came from stdin, `holdpoint show`.
 */
function repeated([thread = '', value]: readonly string[], given: Repeated): string {
  const { id, chain, key, actor, groups = [], isText } = given;
  const isRepeatable = value !== undefined && value !== '-' && value.length <= MAX_REPEATED && !value.includes('\n');
  if (!isRepeatable) return holdpointCommand('show', thread);
  const options = [
    '--id',
    id,
    '--run',
    chain,
    '--key',
    key,
    ...(actor === undefined ? [] : ['--actor', actor]),
    ...groups.flatMap((group) => ['--member-of', group]),
    ...(isText ? ['--text'] : []),
  ];
  return holdpointCommand('resume', ...options, '--', thread, value);
}
