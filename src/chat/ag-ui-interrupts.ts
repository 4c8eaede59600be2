/**
 * Questions as AG-UI's interrupts, and the answers of a page to them.
 *
 * The id of an interrupt has the run of its question. So the answer of an old page cannot reach a newer question with the
 * same id.
 */
import { decisionsOf } from '../protocol/approval.ts';
import { defined } from '../protocol/defined.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import type { AgUiInterrupt } from './ag-ui-events.ts';
import type { ResumeEntry } from './ag-ui-input.ts';
import { badValue, ChatProblem } from './problem.ts';

/** The address of a question. */
export interface QuestionAddress {
  readonly run: string;
  readonly id: string;
}

/** The answer to a question. */
export interface EntryAnswer extends QuestionAddress {
  readonly interruptId: string;
  readonly value: unknown;
  /** The page would not answer. */
  readonly isCancelled: boolean;
}

/** A question as `RUN_FINISHED` has it. */
export function interruptOf(question: Interrupt): AgUiInterrupt {
  const { run, id, title, schema, expiresAt, value } = question;
  const { call } = (value ?? {}) as { readonly call?: unknown };
  const toolCallId = decisionsOf(question) && typeof call === 'string' ? call : undefined;
  return {
    id: interruptIdOf({ run, id }),
    reason: toolCallId === undefined ? 'input_required' : 'tool_call',
    ...defined({ message: title, toolCallId, responseSchema: schema, expiresAt }),
    metadata: { question },
  };
}

function interruptIdOf({ run, id }: QuestionAddress): string {
  return `${run}/${id}`;
}

/** @throws `ChatProblem` 400 if it is no id of an interrupt. */
export function addressOf(interruptId: string): QuestionAddress {
  const at = interruptId.indexOf('/');
  const [run, id] = [interruptId.slice(0, Math.max(at, 0)), interruptId.slice(at + 1)];
  if (run === '' || id === '') throw badValue('`interruptId`', 'the id of an interrupt of `RUN_FINISHED`', interruptId);
  return { run, id };
}

/**
 * The answer in an entry; `undefined` for a cancelled entry whose question is not open: there is nothing left to answer.
 *
 * A cancelled entry rejects what was to be approved.
 *
 * @param open The question, if it is open.
 * @throws `ChatProblem` 422 if the question cannot be rejected.
 */
export function answerIn({ interruptId, status, payload }: ResumeEntry, open?: Interrupt): EntryAnswer | undefined {
  const address = addressOf(interruptId);
  if (status === 'resolved') return { ...address, interruptId, value: payload, isCancelled: false };
  if (!open) return undefined;
  if (decisionsOf(open)?.includes('reject'))
    return { ...address, interruptId, value: { type: 'reject' }, isCancelled: true };
  const message = `Question \`${open.id}\` is about no approval that can be rejected, so it cannot be cancelled: answer it.`;
  throw new ChatProblem(422, { error: 'InvalidAnswer', message, problems: [{ path: '', message }] });
}
