/**
 * Questions as AG-UI's interrupts, and the answers of a page to them.
 */
import { decisionsOf } from '../protocol/approval.ts';
import { defined } from '../protocol/defined.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import type { AgUiInterrupt } from './ag-ui-events.ts';
import type { ResumeEntry } from './ag-ui-input.ts';
import { badValue, HttpProblem } from '../web/problem.ts';
import { addressOf, approvedCall, readAddress, type QuestionAddress } from './questions.ts';

/** The answer to a question. */
export interface EntryAnswer extends QuestionAddress {
  readonly interruptId: string;
  readonly value: unknown;
  /** The page would not answer. */
  readonly isCancelled: boolean;
}

/** A question as `RUN_FINISHED` has it. */
export function interruptOf(question: Interrupt): AgUiInterrupt {
  const { title, schema, expiresAt } = question;
  const toolCallId = approvedCall(question);
  return {
    id: addressOf(question),
    reason: toolCallId === undefined ? 'input_required' : 'tool_call',
    ...defined({ message: title, toolCallId, responseSchema: schema, expiresAt }),
    metadata: { question },
  };
}

/** @throws `HttpProblem` 400 if it is no id of an interrupt. */
export function questionIn(interruptId: string): QuestionAddress {
  const address = readAddress(interruptId);
  if (!address) throw badValue('`interruptId`', 'the id of an interrupt of `RUN_FINISHED`', interruptId);
  return address;
}

/**
 * The answer in an entry; `undefined` for a cancelled entry whose question is not open: there is nothing left to answer.
 *
 * A cancelled entry rejects what was to be approved.
 *
 * @param open The question, if it is open.
 * @throws `HttpProblem` 422 if the question cannot be rejected.
 */
export function answerIn({ interruptId, status, payload }: ResumeEntry, open?: Interrupt): EntryAnswer | undefined {
  const address = questionIn(interruptId);
  if (status === 'resolved') return { ...address, interruptId, value: payload, isCancelled: false };
  if (!open) return undefined;
  if (decisionsOf(open)?.includes('reject'))
    return { ...address, interruptId, value: { type: 'reject' }, isCancelled: true };
  const message = `Question \`${open.id}\` is about no approval that can be rejected, so it cannot be cancelled: answer it.`;
  throw new HttpProblem(422, { error: 'InvalidAnswer', message, problems: [{ path: '', message }] });
}
