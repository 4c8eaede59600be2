/**
 * `holdpoint resume`: answers a question. Without a value, on a terminal, it shows the question and asks for one.
 *
 * The answer goes to the question that was open when the command began, by id and run, and to no other (A1).
 */
import { HoldpointError } from '../../client/errors.ts';
import { wholeInterrupts } from '../../client/open-interrupts.ts';
import type { Described, Target } from '../../client/target.ts';
import type { ResumeResult } from '../../client/resume.ts';
import type { Interrupt } from '../../protocol/shapes.ts';
import { readDuration } from '../ages.ts';
import { defaultActor, type Context } from '../context.ts';
import { UsageError } from '../failure.ts';
import { inertLine } from '../inert.ts';
import { askedLines, headline, shellWord } from '../question.ts';
import { isUnreadable } from '../unreadable.ts';
import { parseValue, readValue } from '../value.ts';

interface ResumeOptions {
  readonly id?: string;
  readonly run?: string;
  readonly actor?: string;
  readonly key?: string;
  /** `false` with `--no-wait`. */
  readonly wait: string | false;
}

export async function run(context: Context<ResumeOptions>): Promise<void> {
  const { args, options, out } = context;
  const [id = '', value] = args;
  const wait = options.wait === false ? 0 : readDuration(options.wait, '--wait');
  if (value === undefined && !context.isInteractive) {
    throw new UsageError('Expected a value: JSON or text, @file, or - for stdin. Only on a terminal it is asked for.');
  }
  // Before the thread is looked at: a pipe may take its time.
  const given = value === undefined ? undefined : await readValue(value);
  const target = await context.target(id);
  const thread = await target.describe();
  const question = await findQuestion(context, target, thread);
  if (isUnreadable(question?.value)) {
    throw new UsageError(
      'The question cannot be read, and the answer would be sent as it is: give `--data-converter`.',
    );
  }
  const answer =
    given === undefined
      ? await ask(context, question ?? refuseToAsk(target, thread, options.id))
      : await parseValue(given, question?.schema);
  const { actor = defaultActor(), key } = options;
  const result = await (await context.client()).thread(id).resume(answer, {
    actor,
    wait,
    ...(key === undefined ? {} : { key }),
    ...address(options, question),
  });
  out.document({ thread: id, ...result, actor }, () => receiptLines(context, id, result));
}

/** What is asked for is the question that is shown; what is given goes where it says, or to the open one. */
function address(given: ResumeOptions, question: Interrupt | undefined): { id?: string; run?: string } {
  const addressed = question ? { id: question.id, run: question.run } : {};
  return {
    ...addressed,
    ...(given.id === undefined ? {} : { id: given.id }),
    ...(given.run === undefined ? {} : { run: given.run }),
  };
}

/** The question that is meant, whole. `undefined` where there is none or more: the thread refuses that better. */
async function findQuestion(
  context: Context<ResumeOptions>,
  target: Target,
  thread: Described,
): Promise<Interrupt | undefined> {
  const { status, interrupts } = thread;
  if (status !== 'RUNNING') return undefined;
  const { id } = context.options;
  const wanted = id === undefined ? interrupts : interrupts.filter((one) => one.id === id);
  const hasToChoose = wanted.length > 1 && context.args[1] === undefined;
  const chosen = hasToChoose ? await choose(wanted) : wanted.length === 1 ? wanted[0] : undefined;
  if (!chosen) return undefined;
  const [whole] = await wholeInterrupts(target, thread, { of: [chosen] });
  return whole;
}

async function choose(interrupts: readonly Interrupt[]): Promise<Interrupt | undefined> {
  const { choose: chooseOne } = await import('../ask.ts');
  return chooseOne(
    'Which question?',
    interrupts.map((one) => ({ value: one, label: `${inertLine(one.id)}  ${headline(one)}` })),
  );
}

async function ask({ out }: Context<ResumeOptions>, question: Interrupt): Promise<unknown> {
  for (const line of askedLines(question, out)) process.stdout.write(`${line}\n`);
  const { askAnswer } = await import('../ask.ts');
  return askAnswer(question);
}

/** Nothing can be shown, so nothing is asked: one that opens a moment later has not been read. */
function refuseToAsk(target: Target, { status }: Described, id: string | undefined): never {
  if (status !== 'RUNNING') throw target.closed(status);
  const what = id === undefined ? 'asks nothing' : `does not ask \`${id}\``;
  throw new HoldpointError('NotPending', `Thread \`${target.id}\` ${what} at the moment.`);
}

function receiptLines({ out }: Context, thread: string, { outcome, id, key }: ResumeResult): string[] {
  if (outcome === 'accepted') return [`${out.paint('green', 'Accepted')}: the answer to ${inertLine(id)}.`];
  return [
    `${out.paint('yellow', 'Queued')}: the server has the answer to ${inertLine(id)}, and no worker has handled it yet.`,
    `Whether it counts, later: holdpoint resume ${shellWord(thread)} … --id ${shellWord(id)} --key ${shellWord(key)}`,
  ];
}
