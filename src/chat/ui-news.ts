/**
 * What a page does not have yet: the answer to stream to it, now or once there is one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TalkEvent, ThreadDescription, Tools } from '../client/tools.ts';
import { unlessSilent } from '../web/silence.ts';
import { describeOwn, type ChatSettings } from './options.ts';
import { replyId } from './ui-conversation.ts';
import { isBeyond } from './ui-stream.ts';
import { UiTurn } from './ui-turn.ts';

/** What a page has, and how long it waits for more. */
export interface NewsPlace {
  readonly thread: string;
  /** The id of the last message that it has. */
  readonly after: string | undefined;
  /** Up to where that message shows the thread. */
  readonly seen: string | undefined;
  readonly waitMs: number;
  /** Aborts when the page leaves. */
  readonly signal: AbortSignal;
}

/** A thread that does not run is looked up as often. */
const LOOK_MS = 1_000;

/** The id of the answer to the current or last input. */
export function idOf({ turn, key }: ThreadDescription): string {
  return replyId(turn?.key ?? key ?? '');
}

/**
 * The thread, if the answer to its current or last input is to be streamed. `undefined` if the page has all there is, and
 * nothing has come while it waited.
 */
export async function findNews(
  settings: Pick<ChatSettings, 'tools' | 'entrypoint'>,
  place: NewsPlace,
): Promise<ThreadDescription | undefined> {
  const { tools } = settings;
  const { thread, after, seen, waitMs } = place;
  const signal = AbortSignal.any([place.signal, AbortSignal.timeout(waitMs)]);
  try {
    for (let isFirst = true; ; isFirst = false) {
      const description = await describeOwn(settings, thread);
      if (description) {
        const id = idOf(description);
        const isOpen = isAtWork(description);
        const isNew = after === undefined ? isOpen : after !== id;
        if (isNew || (isOpen && (seen === undefined || waitMs === 0))) return description;
        // The page may lack the end of a turn that has ended.
        const isCut = isFirst && !isOpen && after === id && seen !== undefined;
        if (isCut && (await change(tools, { thread, id, seen, signal: place.signal })) === 'news') return description;
        if (waitMs === 0) return undefined;
        const reading = { thread, id, seen, signal, live: true };
        const found = description.isRunning ? await change(tools, reading) : 'nothing';
        if (found === 'news') return description;
        if (found === 'turn') continue;
      }
      if (waitMs === 0) return undefined;
      await sleep(LOOK_MS, undefined, { signal });
    }
  } catch (error) {
    // Only the end of the waiting is nothing. What else may fail, such as an unreachable server, the page must learn.
    if (signal.aborted && isAbort(error, signal)) return undefined;
    throw error;
  }
}

/** Whether a turn is at work, or waits for answers. */
function isAtWork({ isRunning, turn }: ThreadDescription): boolean {
  return isRunning && (turn === undefined || turn.status === 'running');
}

/** Whether the error says that the signal has aborted: `node:timers` wraps its reason. */
function isAbort(error: unknown, { reason }: AbortSignal): boolean {
  return error === reason || (error as Partial<Error> | undefined)?.name === 'AbortError';
}

interface Watched extends Pick<NewsPlace, 'thread' | 'seen' | 'signal'> {
  /** The id of the answer to the last input. */
  readonly id: string;
  /** Stays for what is to come. @default false */
  readonly live?: boolean;
}

/** Reads on until something is beyond what the page has, or another turn has begun. */
async function change(tools: Tools, { thread, id, seen, signal, live }: Watched): Promise<'news' | 'turn' | 'nothing'> {
  const read = new UiTurn();
  let over = signal;
  const talk = (own: AbortSignal): AsyncIterable<TalkEvent> => {
    over = own;
    return tools.talk(thread, { live, signal: own });
  };
  try {
    // What is to come may come late.
    for await (const event of live ? talk(signal) : unlessSilent(talk, signal)) {
      const { turn, end } = event;
      if (turn?.key !== undefined && replyId(turn.key) !== id) return 'turn';
      const isShown = read.read(event).length > 0 || end !== undefined;
      if (isShown && seen !== undefined && isBeyond(event, seen)) return 'news';
    }
  } catch (error) {
    // A run that has failed ends with its error, which is no news.
    if (over.aborted) throw error;
  }
  return 'nothing';
}
