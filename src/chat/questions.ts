/**
 * The questions of a thread, as both handlers address them, and the way of answers to them.
 *
 * The address of a question has its run and when it was asked: ids repeat in the runs of a thread and after a reset, and what
 * an old page shows may not be what is asked now (A1).
 */
import type { AddressedAnswer, AnswerOutcome, ThreadDescription, Tools } from '../client/tools.ts';
import { decisionsOf } from '../protocol/approval.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { HttpProblem } from '../web/problem.ts';

/** Which question it is. */
export interface QuestionAddress {
  readonly id: string;
  readonly run: string;
  /** When it was asked. Missing, if a page names the question by its id and run alone. */
  readonly askedAt?: string | undefined;
}

/** The address of a question as one text. */
export function addressOf({ id, run, askedAt }: Pick<Interrupt, 'id' | 'run' | 'askedAt'>): string {
  return `${run}/${Date.parse(askedAt)}/${id}`;
}

/** The reverse of {@link addressOf}. `undefined` for any other text. */
export function readAddress(address: string): Required<QuestionAddress> | undefined {
  const [, run, asked, id] = /^([^/]+)\/(\d{1,15})\/(.+)$/s.exec(address) ?? [];
  return run && id ? { run, id, askedAt: new Date(Number(asked)).toISOString() } : undefined;
}

/** The tool call that a question is about. `undefined` if it is no approval: `{ tool, args, call }`. */
export function approvedCall(question: Interrupt): string | undefined {
  const { call } = (question.value ?? {}) as { readonly call?: unknown };
  return decisionsOf(question) && typeof call === 'string' ? call : undefined;
}

/** An answer to a question that a page shows. */
export type PageAnswer = AddressedAnswer & QuestionAddress;

/** Where answers are sent. */
export interface AnsweredThread {
  readonly thread: string;
  readonly description: ThreadDescription;
}

/**
 * Sends answers, and returns what became of each (A4). After a reset, a question may be asked anew with another value: an
 * answer to the one before is not sent.
 */
export async function sendAnswers(
  tools: Tools,
  { thread, description }: AnsweredThread,
  answers: readonly PageAnswer[],
): Promise<readonly AnswerOutcome[]> {
  const isStale = (answer: PageAnswer): boolean => {
    const { askedAt = answer.askedAt } = openQuestion(description, { ...answer, askedAt: undefined }) ?? {};
    return answer.askedAt !== undefined && askedAt !== answer.askedAt;
  };
  const sent = [...(await tools.thread(thread).resumeAll(answers.filter((one) => !isStale(one))))];
  return answers.map((answer) => (isStale(answer) ? askedAnew(answer) : sent.shift()!));
}

/** The question, if it is open. */
export function openQuestion(
  { interrupts }: Pick<ThreadDescription, 'interrupts'>,
  { id, run, askedAt }: QuestionAddress,
): Interrupt | undefined {
  return interrupts.find((one) => one.id === id && one.run === run && (askedAt ?? one.askedAt) === one.askedAt);
}

function askedAnew({ id }: PageAnswer): AnswerOutcome {
  const message = `Question \`${id}\` was asked anew, and may be another one. Look at the open questions again.`;
  return { outcome: 'failed', id, error: new HttpProblem(410, { error: 'NotPending', message }) };
}
