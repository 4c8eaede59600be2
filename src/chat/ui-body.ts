/**
 * What a page sends: the body of the AI SDK's default transport, read and checked.
 *
 * A page sends the whole conversation. Only its last message counts: the rest is in the thread.
 */
import { defined } from '../protocol/defined.ts';
import type { Content, ContentPart } from '../protocol/messages.ts';
import { isObject, type JsonObject } from '../protocol/json-object.ts';
import { assertAnswerCount, idIn, listIn, objectIn, textIn } from '../web/body.ts';
import { badRequest, badValue } from '../web/problem.ts';
import type { Visitor } from './options.ts';
import { readAddress, type PageAnswer, type QuestionAddress } from './questions.ts';

/** What a page has of the answer that it wants to go on. */
export interface Shown {
  /** The id of the message. */
  readonly id: string;
  /** Up to where it shows the thread. */
  readonly seen: string | undefined;
  /** How many steps of it have begun. */
  readonly steps: number;
}

/** What a page wants. */
export type UiRequest =
  | { readonly kind: 'say'; readonly id: string; readonly content: Content }
  | { readonly kind: 'answer'; readonly answers: readonly PageAnswer[]; readonly shown: Shown | undefined };

/**
 * @param visitor Who sends it.
 * @throws `HttpProblem` 400 if the body is not one of the protocol.
 */
export function readUiRequest(body: JsonObject, { actor, groups }: Visitor = {}): UiRequest {
  const { trigger, messages = [], answers = [] } = body;
  if (trigger === 'regenerate-message')
    throw badRequest(
      'A thread does not take back what it did, so no message can be regenerated. Say it again instead.',
    );
  const given = listIn('messages', messages);
  const place = `messages[${given.length - 1}]`;
  const message = given.length === 0 ? undefined : objectIn(place, given.at(-1));
  const role = message?.['role'];
  if (message && role !== 'user' && role !== 'assistant')
    throw badValue(`\`${place}.role\``, '`user` or `assistant`', role);
  const named = listIn('answers', answers).map((one, i) => readAnswer(`answers[${i}]`, one));
  const isReply = message !== undefined && role === 'assistant';
  const approvals = isReply ? readApprovals(place, message) : [];
  // The same decision of the same person, sent twice, is one.
  const keyed = approvals.map((one) => ({
    ...one,
    key: [one.run, one.askedAt, one.id, one.value.type, actor].join(' '),
  }));
  const byId = new Map([...keyed, ...named].map((one) => [one.id, { ...one, ...defined({ actor, groups }) }]));
  const all = [...byId.values()];
  assertAnswerCount(all);
  if (all.length > 0) return { kind: 'answer', answers: all, shown: isReply ? readShown(message) : undefined };
  if (message && role === 'user') return readSaid(place, message);
  throw badRequest(
    'Expected a last message of role `user`, an approval in the last message, or `answers`. Results of tools that the page runs are not taken.',
  );
}

type Approval = QuestionAddress & { readonly value: { readonly type: 'approve' | 'reject'; readonly reason?: string } };

/** An answer of our own field `answers`: `{ id, run?, value, key? }`, where an id may be that of an approval. */
function readAnswer(place: string, value: unknown): PageAnswer {
  const answer = objectIn(place, value);
  const id = textIn(`${place}.id`, answer['id']);
  const address = readAddress(id) ?? { id, run: textIn(`${place}.run`, answer['run']) };
  if (answer['value'] === undefined) throw badValue(`\`${place}.value\``, 'the answer', undefined);
  const key = answer['key'] === undefined ? undefined : textIn(`${place}.key`, answer['key']);
  return { ...address, value: answer['value'], ...defined({ key }) };
}

/** The approvals that a person has decided about. An approval that the thread has closed has metadata of ours. */
function readApprovals(place: string, message: JsonObject): readonly Approval[] {
  return listIn(`${place}.parts`, message['parts']).flatMap((value, i) => {
    const at = `${place}.parts[${i}]`;
    const part = objectIn(at, value);
    const metadata = part['callProviderMetadata'];
    const isNew = part['state'] === 'approval-responded' && !(isObject(metadata) && isObject(metadata['holdpoint']));
    return isNew ? [readApproval(`${at}.approval`, part['approval'])] : [];
  });
}

function readApproval(place: string, value: unknown): Approval {
  const { id, approved, reason } = objectIn(place, value);
  const address = readAddress(textIn(`${place}.id`, id));
  if (!address) throw badValue(`\`${place}.id\``, 'the id of a question of this thread', id);
  if (typeof approved !== 'boolean') throw badValue(`\`${place}.approved\``, 'a boolean', approved);
  if (approved) return { ...address, value: { type: 'approve' } };
  const why = reason === undefined || reason === '' ? undefined : textIn(`${place}.reason`, reason);
  return { ...address, value: { type: 'reject', ...defined({ reason: why }) } };
}

function readShown({ id, metadata, parts }: JsonObject): Shown | undefined {
  if (typeof id !== 'string' || !Array.isArray(parts)) return undefined;
  const { holdpoint } = (metadata ?? {}) as { readonly holdpoint?: { readonly seen?: unknown } | null };
  const seen = holdpoint?.seen;
  const isStep = (part: unknown): boolean => (part as JsonObject | null)?.['type'] === 'step-start';
  return { id, seen: typeof seen === 'string' ? seen : undefined, steps: parts.filter(isStep).length };
}

function readSaid(place: string, message: JsonObject): UiRequest {
  const id = idIn(`${place}.id`, message['id']);
  const parts = listIn(`${place}.parts`, message['parts']).flatMap((part, i) =>
    readPart(`${place}.parts[${i}]`, objectIn(`${place}.parts[${i}]`, part)),
  );
  const [first] = parts;
  if (!first) throw badValue(`\`${place}.parts\``, 'a list with a text or a file', message['parts']);
  const isText = parts.length === 1 && first.type === 'text';
  return { kind: 'say', id, content: isText ? String(first['text']) : parts };
}

/** Texts and files, as OpenAI's API takes them. Other parts are the page's own. */
function readPart(place: string, part: JsonObject): readonly ContentPart[] {
  const { type, text, url, mediaType, filename } = part;
  if (type === 'text') return text === '' ? [] : [{ type, text: textIn(`${place}.text`, text) }];
  if (type !== 'file') return [];
  const address = textIn(`${place}.url`, url);
  if (textIn(`${place}.mediaType`, mediaType).startsWith('image/'))
    return [{ type: 'image_url', image_url: { url: address } }];
  // A server of models does not fetch other files.
  if (!address.startsWith('data:')) throw badValue(`\`${place}.url\``, 'a data URL', address);
  const name = filename === undefined ? 'file' : textIn(`${place}.filename`, filename);
  return [{ type: 'file', file: { filename: name, file_data: address } }];
}
