/**
 * A request of an AG-UI page (`RunAgentInput`), checked. What the handler does not use is let through: `tools`, `state`,
 * `context` and `forwardedProps`.
 */
import type { ContentPart, UserMessage } from '../protocol/messages.ts';
import type { AgUiMessage } from './ag-ui-events.ts';
import { isObject, type JsonObject } from '../protocol/json-object.ts';
import { assertAnswerCount, idIn, listIn, objectIn, textIn } from '../web/body.ts';
import { badValue } from '../web/problem.ts';

/** A request. */
export interface AgUiInput {
  /** The thread. */
  readonly threadId: string;
  /** The page's id of the run. */
  readonly runId: string;
  /** The messages that the page shows. */
  readonly messages: readonly AgUiMessage[];
  /** Answers to the questions of an earlier run. */
  readonly resume: readonly ResumeEntry[];
}

/** An answer to one question. */
export interface ResumeEntry {
  /** The id that `RUN_FINISHED` had. */
  readonly interruptId: string;
  /** Whether there is an answer. */
  readonly status: 'resolved' | 'cancelled';
  /** The answer. */
  readonly payload: unknown;
}

const ROLES: readonly unknown[] = ['developer', 'system', 'assistant', 'user', 'tool', 'activity', 'reasoning'];

/** @throws `HttpProblem` 400 if it is not what AG-UI says. */
export function readInput({ threadId, runId, messages, resume }: JsonObject): AgUiInput {
  const entries = listIn('resume', resume ?? []).map((entry, index) => readEntry(entry, `resume[${index}]`));
  assertAnswerCount(entries);
  return {
    threadId: idIn('threadId', threadId),
    runId: idIn('runId', runId),
    messages: listIn('messages', messages)
      .map((message, index) => readMessage(message, `messages[${index}]`))
      // The page shows it, and nobody else has it.
      .filter(({ role }) => (role as string) !== 'activity'),
    resume: entries,
  };
}

/** The message of the person, if it is the last one. @throws `HttpProblem` 400 if its id can be no key. */
export function lastUserMessage({ messages }: AgUiInput): (AgUiMessage & { readonly role: 'user' }) | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'user') return undefined;
  idIn('id of the last message', last.id);
  return last;
}

/** What the person says, as models take it. @throws `HttpProblem` 400 if it has a part that they do not take. */
export function contentOf({ content }: AgUiMessage & { readonly role: 'user' }): UserMessage['content'] {
  if (typeof content === 'string') return content;
  return content.map((part, index) => readPart(part, `content[${index}] of the last message`));
}

function readMessage(value: unknown, name: string): AgUiMessage {
  const message = objectIn(name, value);
  const { id, role, content, toolCalls, toolCallId } = message;
  textIn(`${name}.id`, id);
  if (!ROLES.includes(role)) throw badValue(`\`${name}.role\``, `one of ${ROLES.join(', ')}`, role);
  const isList = Array.isArray(content) && (role === 'user' || role === 'tool') && content.every(isObject);
  const isMissing = (content === undefined || content === null) && role === 'assistant';
  if (typeof content !== 'string' && !isList && !isMissing && role !== 'activity')
    throw badValue(`\`${name}.content\``, 'a text', content);
  if (role === 'tool') textIn(`${name}.toolCallId`, toolCallId);
  if (role !== 'assistant') return message as unknown as AgUiMessage;
  const calls = listIn(`${name}.toolCalls`, toolCalls ?? []).map((call, index) =>
    readCall(call, `${name}.toolCalls[${index}]`),
  );
  const { content: _content, toolCalls: _toolCalls, ...rest } = message;
  // The fields that the page reads are checked. The others go back to the page, which sent them.
  return {
    ...rest,
    ...(isMissing ? {} : { content }),
    ...(calls.length > 0 ? { toolCalls: calls } : {}),
  } as unknown as AgUiMessage;
}

function readCall(value: unknown, name: string): JsonObject {
  const call = objectIn(name, value);
  const called = objectIn(`${name}.function`, call['function']);
  textIn(`${name}.id`, call['id']);
  textIn(`${name}.function.name`, called['name']);
  if (typeof called['arguments'] !== 'string')
    throw badValue(`\`${name}.function.arguments\``, 'a text', called['arguments']);
  return call;
}

function readEntry(value: unknown, name: string): ResumeEntry {
  const { interruptId, status, payload } = objectIn(name, value);
  if (status !== 'resolved' && status !== 'cancelled')
    throw badValue(`\`${name}.status\``, 'resolved or cancelled', status);
  if (status === 'resolved' && payload === undefined)
    throw badValue(`\`${name}.payload\``, 'the answer; `null` is one', payload);
  return { interruptId: textIn(`${name}.interruptId`, interruptId), status, payload };
}

const AUDIO_FORMATS: ReadonlyMap<string | undefined, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
]);

/** A part as OpenAI's chat completions define it. */
function readPart(value: unknown, name: string): ContentPart {
  const part = objectIn(name, value);
  const { type } = part;
  if (type === 'text') return { type, text: textIn(`${name}.text`, part['text']) };
  const source = objectIn(`${name}.source`, part['source']);
  const content = textIn(`${name}.source.value`, source['value']);
  const mimeType = source['type'] === 'data' ? textIn(`${name}.source.mimeType`, source['mimeType']) : undefined;
  if (mimeType === undefined && source['type'] !== 'url')
    throw badValue(`\`${name}.source.type\``, 'data or url', source['type']);
  const url = mimeType === undefined ? content : `data:${mimeType};base64,${content}`;
  if (type === 'image') return { type: 'image_url', image_url: { url } };
  if (type === 'document' && mimeType !== undefined) return { type: 'file', file: { file_data: url } };
  const format = AUDIO_FORMATS.get(mimeType);
  if (type === 'audio' && format !== undefined) return { type: 'input_audio', input_audio: { data: content, format } };
  throw badValue(`\`${name}\``, 'a text, an image, or a document or WAV or MP3 audio as data', part);
}
