/**
 * A message of a scripted model as a stream: the chunks of chat completions, in the way in which OpenAI's server cuts them.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs, type Duration } from '../protocol/duration.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';

/** How a message is streamed. Without any of it, it is streamed whole, in short pieces and without pauses. */
export interface ScriptedStream {
  /**
   * How texts are cut: the number of characters in a piece, or the pieces of `content` themselves.
   *
   * @default 5
   */
  readonly pieces?: number | readonly string[];
  /** The pause before each piece: milliseconds, or text such as '0.1s'. @default 0 */
  readonly delay?: Duration;
  /** The connection breaks after half of the pieces. */
  readonly breaks?: true;
  /** After half of the pieces nothing comes, until the caller hangs up. */
  readonly hangs?: true;
}

const DEFAULT_SIZE = 5;

const NAMES: OptionNames<ScriptedStream> = { pieces: true, delay: true, breaks: true, hangs: true };

/** @throws `TypeError` if the options of a message with this content are wrong. */
export function assertStream(stream: ScriptedStream | undefined, content: unknown): void {
  assertOptions(stream, '`stream` of a scripted turn', NAMES);
  const { pieces, delay = 0 } = stream ?? {};
  durationMs(delay, 'delay');
  const isList = Array.isArray(pieces) && pieces.every((piece) => typeof piece === 'string');
  const isSize = Number.isInteger(pieces) && Number(pieces) > 0;
  if (pieces !== undefined && !isList && !isSize)
    throw refusedOption('`pieces`', 'a number of characters from 1, or a list of texts', pieces);
  if (isList && pieces.join('') !== content) throw refusedOption('`pieces`', 'the pieces of `content`', pieces);
}

/** A completion that is sent whole or as a stream. */
export interface Completion {
  readonly object: 'chat.completion';
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    { readonly index: 0; readonly message: Fields; readonly finish_reason: string; readonly logprobs: null },
  ];
  readonly usage: object;
}

type Fields = Readonly<Record<string, unknown>>;

interface StreamSettings extends ScriptedStream {
  readonly stream_options?: { readonly include_usage?: boolean };
  /** Aborts if the caller disconnects. */
  readonly signal: AbortSignal;
}

/** Sends a completion as a stream. It rejects if the caller disconnects. */
export async function sendStream(
  response: ServerResponse,
  { id, created, model, choices, usage }: Completion,
  { stream_options, signal, pieces = DEFAULT_SIZE, delay = 0, breaks, hangs }: StreamSettings,
): Promise<void> {
  const head = { id, object: 'chat.completion.chunk', created, model };
  const [{ message, finish_reason }] = choices;
  const deltas = deltasOf(message, pieces);
  const sent = breaks || hangs ? deltas.slice(0, Math.ceil(deltas.length / 2)) : deltas;
  const pauseMs = durationMs(delay, 'delay');
  const send = (chunk: object): void => {
    response.write(`data: ${JSON.stringify({ ...head, ...chunk })}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const delta of sent) {
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });
    send({ choices: [{ index: 0, delta, finish_reason: null }] });
  }
  if (hangs && !signal.aborted) await once(signal, 'abort');
  // What was written is sent first, so that the caller sees the pieces.
  if (breaks) response.write('', () => response.destroy());
  if (breaks || hangs) return;
  send({ choices: [{ index: 0, delta: {}, finish_reason }] });
  if (stream_options?.include_usage) send({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** The texts that are cut. */
const TEXTS: readonly string[] = ['content', 'reasoning_content', 'reasoning', 'refusal'];

/** The deltas of a message: at first the role and what is empty, then the fields, the text, and the calls. */
function deltasOf(
  { role, content, tool_calls, ...fields }: Fields,
  pieces: number | readonly string[],
): readonly object[] {
  const size = typeof pieces === 'number' ? pieces : DEFAULT_SIZE;
  const entries = Object.entries({ ...fields, content });
  const empty = entries.filter(([, value]) => value === null);
  const texts = entries.flatMap(([name, value]) => fieldDeltas(name, value, name === 'content' ? pieces : size));
  const calls = Array.isArray(tool_calls) ? tool_calls.flatMap((call, index) => callDeltas(call, index, size)) : [];
  return [{ role, ...Object.fromEntries(empty) }, ...texts, ...calls];
}

function fieldDeltas(name: string, value: unknown, pieces: number | readonly string[]): readonly object[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'string' || !TEXTS.includes(name)) return [{ [name]: value }];
  return cut(value, pieces).map((piece) => ({ [name]: piece }));
}

function cut(text: string, pieces: number | readonly string[]): readonly string[] {
  if (typeof pieces !== 'number') return pieces;
  if (text === '') return [text];
  // Whole characters, also where they are two in a string.
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / pieces) }, (_, n) =>
    characters.slice(n * pieces, (n + 1) * pieces).join(''),
  );
}

interface SentCall {
  readonly function?: { readonly arguments?: unknown };
}

/** The deltas of one call: at first its name, then the arguments. */
function callDeltas(call: unknown, index: number, size: number): readonly object[] {
  const delta = (fragment: object): object => ({ tool_calls: [{ index, ...fragment }] });
  const called = (call as SentCall | null)?.function;
  const args = called?.arguments;
  if (typeof args !== 'string') return [delta(call as object)];
  const begin = delta({ ...(call as object), function: { ...called, arguments: '' } });
  return [begin, ...cut(args, size).map((piece) => delta({ function: { arguments: piece } }))];
}
