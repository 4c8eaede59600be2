/**
 * An answer that was sent to a thread, as its history has it: one of two signals. Whether it counted is another matter.
 */
import { defined } from '../../protocol/defined.ts';
import { ANSWER_SIGNAL, REASSIGN_SIGNAL, RESUME_SIGNAL } from '../../protocol/names.ts';
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
  const address = addressPlace(event);
  if (address === undefined) return undefined;
  const { payloads } = event.workflowExecutionSignaledEventAttributes?.input ?? {};
  // Only the address of `resume` is decoded: the answer may be large.
  const [about] = (await decode.list(payloads?.slice(address, address + 1))) as [Address];
  const { id, actor, key } = about ?? {};
  return { at: eventTime(event), ...defined({ id, actor, key }) };
}

/** The same with the answer; `undefined` for any other event. */
export async function readWholeAnswer(
  event: HistoryEvent,
  decode: Decode,
): Promise<{ readonly value: unknown; readonly id?: string; readonly key?: string } | undefined> {
  const address = addressPlace(event);
  if (address === undefined) return undefined;
  const sent = await decode.list(event.workflowExecutionSignaledEventAttributes?.input?.payloads);
  const about = sent[address] as Address & { readonly value?: unknown };
  const { id, key } = about ?? {};
  return { value: address === 0 ? about?.value : sent[0], ...defined({ id, key }) };
}

/** The key of an answer or of a reassignment (A12); `undefined` for any other event, or without a key. */
export async function readSentKey(event: HistoryEvent, decode: Decode): Promise<string | undefined> {
  const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
  if (signalName !== REASSIGN_SIGNAL) return (await readSentAnswer(event, decode))?.key;
  const [about] = (await decode.list(input?.payloads?.slice(0, 1))) as [Address];
  return about?.key;
}

/** Whoever may signal may have sent anything as the address. */
type Address = ResumeAddress | null | undefined;

/** Which argument has the address; `undefined` for any other event. */
function addressPlace(event: HistoryEvent): 0 | 1 | undefined {
  switch (event.workflowExecutionSignaledEventAttributes?.signalName) {
    case RESUME_SIGNAL:
      return 1;
    case ANSWER_SIGNAL:
      return 0;
    default:
      return undefined;
  }
}
