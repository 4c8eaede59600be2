/**
 * What was sent to a thread, as its history has it: inputs, answers, showings of questions, and what ends or changes the
 * thread (A13). Whoever may signal may have sent anything: what is not of the right shape is left out.
 */
import { defined } from '../../protocol/defined.ts';
import {
  ANSWER_SIGNAL,
  CANCEL_TURN_SIGNAL,
  CLOSE_SIGNAL,
  FORGET_SIGNAL,
  INVOKE_UPDATE,
  REASSIGN_SIGNAL,
  RESUME_SIGNAL,
  SHOWN_SIGNAL,
} from '../../protocol/names.ts';
import type { SentAddress } from '../../protocol/shapes.ts';
import type { HistoryEvent } from '../server/events.ts';
import { readKey } from '../server/memo.ts';
import type { Decode } from '../server/payloads.ts';
import type { AnswerSent } from './audit-answers.ts';
import type { AuditedCommand, AuditedInput, AuditedShowing, AuditedStart } from './audit-entries.ts';
import { digestOfJson } from './digest.ts';

/** Something that was sent: a fact, or an answer whose fate is not known yet. */
export type SentFact =
  | { readonly fact: AuditedStart | AuditedInput | AuditedShowing | AuditedCommand }
  | { readonly answer: AnswerSent };

/** How it is read. */
export interface SentSettings {
  readonly decode: Decode;
  /** With inputs. */
  readonly payloads: boolean;
  /** A reset has delivered it again. */
  readonly isRepeated: true | undefined;
}

const COMMANDS: Readonly<Record<string, AuditedCommand['name']>> = {
  [CANCEL_TURN_SIGNAL]: 'cancelTurn',
  [CLOSE_SIGNAL]: 'close',
  [FORGET_SIGNAL]: 'forget',
  [REASSIGN_SIGNAL]: 'reassign',
};

/** What was sent with this event; `undefined` where it is nothing that an audit knows. */
export async function readSent(event: HistoryEvent, settings: SentSettings): Promise<SentFact | undefined> {
  switch (event.attributes) {
    case 'workflowExecutionStartedEventAttributes':
      return { fact: await readStart(event, settings) };
    case 'workflowExecutionUpdateAcceptedEventAttributes':
      return readInput(event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest, settings);
    // A reset delivers an input again. When the workflow accepts it then, the event does not have the input.
    case 'workflowExecutionUpdateAdmittedEventAttributes':
      return readInput(event.workflowExecutionUpdateAdmittedEventAttributes?.request, settings);
    case 'workflowExecutionSignaledEventAttributes':
      return readSignal(event, settings);
    case 'workflowExecutionCancelRequestedEventAttributes': {
      const { cause, identity } = event.workflowExecutionCancelRequestedEventAttributes ?? {};
      const { isRepeated } = settings;
      const sent = defined({ reason: cause || undefined, sender: identity || undefined, isRepeated });
      return { fact: { kind: 'command', name: 'cancel', ...sent } };
    }
    default:
      return undefined;
  }
}

async function readStart(event: HistoryEvent, { decode, payloads }: SentSettings): Promise<AuditedStart> {
  const started = event.workflowExecutionStartedEventAttributes;
  const key = readKey(await decode.map(started?.memo?.fields));
  const all = started?.input?.payloads ?? [];
  // A thread with memory that continues as new has two arguments, which are our own.
  const [input] = all.length > 1 ? [] : await decode.list(all);
  return {
    kind: 'started',
    entrypoint: started?.workflowType?.name ?? '',
    ...defined({
      key,
      digest: digestOfJson(input),
      input: payloads ? input : undefined,
      continues: started?.continuedExecutionRunId || undefined,
      sender: started?.identity || undefined,
    }),
  };
}

type UpdateRequest = NonNullable<HistoryEvent['workflowExecutionUpdateAdmittedEventAttributes']>['request'];

async function readInput(
  request: UpdateRequest,
  { decode, payloads, isRepeated }: SentSettings,
): Promise<SentFact | undefined> {
  const { meta, input } = request ?? {};
  if (!meta?.updateId || input?.name !== INVOKE_UPDATE) return undefined;
  const [value] = await decode.list(input.args?.payloads?.slice(0, 1));
  const about = defined({
    digest: digestOfJson(value),
    input: payloads ? value : undefined,
    sender: meta.identity || undefined,
    isRepeated,
  });
  return { fact: { kind: 'input', key: meta.updateId, ...about } };
}

async function readSignal(event: HistoryEvent, { decode, isRepeated }: SentSettings): Promise<SentFact | undefined> {
  const { signalName = '', input, identity } = event.workflowExecutionSignaledEventAttributes ?? {};
  const sent = defined({ sender: identity || undefined, isRepeated });
  const name = COMMANDS[signalName ?? ''];
  const isAnswer = signalName === RESUME_SIGNAL || signalName === ANSWER_SIGNAL;
  if (!name && !isAnswer && signalName !== SHOWN_SIGNAL) return undefined;
  const [first, second] = await decode.list(input?.payloads);
  if (signalName === ANSWER_SIGNAL)
    return { answer: { value: fieldOf(first, 'value'), address: readAddress(first), ...sent } };
  if (signalName === RESUME_SIGNAL) return { answer: { value: first, address: readAddress(second), ...sent } };
  const { id, actor, reason, run, at, digest } = textsOf(first);
  if (name)
    return {
      fact: {
        kind: 'command',
        name,
        ...defined({ actor, reason, id, assignees: textListIn(first, 'assignees') }),
        ...sent,
      },
    };
  if (id === undefined || run === undefined || actor === undefined || at === undefined) return undefined;
  return { fact: { kind: 'shown', id, actor, shownAt: at, ...defined({ digest }), ...sent } };
}

function readAddress(address: unknown): SentAddress {
  const { id, run, actor, key, sentAt, hash } = textsOf(address);
  return { id, run, actor, groups: textListIn(address, 'groups'), key, sentAt, hash };
}

/** The fields of an object that are texts. */
function textsOf(value: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function textListIn(value: unknown, name: string): readonly string[] | undefined {
  const list = fieldOf(value, name);
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
}
