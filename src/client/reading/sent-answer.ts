/**
 * An answer that was sent to a thread, as its history has it: a signal. Whether it counted is another matter.
 */
import { defined } from '../../protocol/defined.ts';
import { REASSIGN_SIGNAL, RESUME_SIGNAL } from '../../protocol/names.ts';
import type { ResumeAddress } from '../../protocol/shapes.ts';
import { eventTime, type HistoryEvent } from '../server/events.ts';
import type { Decode } from '../server/payloads.ts';

/** An answer in the history. Only the workflow knows whether it counted. */
export interface SentAnswer {
  /** When the server got it: ISO 8601 in UTC. */
  readonly at: string;
  /** The question that it is addressed to; missing where it is for the one open question. */
  readonly id?: string;
  /** Who answers, as the sender claims. */
  readonly actor?: string;
  /** The key of the answer. */
  readonly key?: string;
}

/** The answer that this event is; `undefined` for any other event. */
export async function readSentAnswer(event: HistoryEvent, decode: Decode): Promise<SentAnswer | undefined> {
  const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
  if (signalName !== RESUME_SIGNAL) return undefined;
  // Only the address is decoded: the answer may be large. Whoever may signal may have sent anything as the address.
  const [address] = (await decode.list(input?.payloads?.slice(1, 2))) as [ResumeAddress | null | undefined];
  const { id, actor, key } = address ?? {};
  return { at: eventTime(event), ...defined({ id, actor, key }) };
}

/** The key of an answer or of a reassignment (A12); `undefined` for any other event, or without a key. */
export async function readSentKey(event: HistoryEvent, decode: Decode): Promise<string | undefined> {
  const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
  if (signalName !== REASSIGN_SIGNAL) return (await readSentAnswer(event, decode))?.key;
  const [about] = (await decode.list(input?.payloads?.slice(0, 1))) as [ResumeAddress | null | undefined];
  return about?.key;
}
