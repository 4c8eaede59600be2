/**
 * What a page does not have yet: the answer to stream to it, now or once there is one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ThreadDescription, Tools } from '../client/tools.ts';
import { hasCode } from '../protocol/errors.ts';
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

/** The id of the answer to stream. `undefined` if the page has all there is, and nothing has come while it waited. */
export async function findNews(tools: Tools, place: NewsPlace): Promise<string | undefined> {
  const { thread, after, seen, waitMs } = place;
  const signal = AbortSignal.any([place.signal, AbortSignal.timeout(waitMs)]);
  try {
    for (let isFirst = true; ; isFirst = false) {
      const description = await tools.describe(thread).catch(unlessUnknown);
      if (description) {
        const id = idOf(description);
        const isOpen = isAtWork(description);
        const isNew = after === undefined ? isOpen : after !== id;
        if (isNew || (isOpen && (seen === undefined || waitMs === 0))) return id;
        // The page may lack the end of a turn that has ended.
        const isCut = isFirst && !isOpen && after === id && seen !== undefined;
        if (isCut && (await change(tools, { thread, id, seen, signal: place.signal })) === 'news') return id;
        if (waitMs === 0) return undefined;
        const reading = { thread, id, seen, signal, live: true };
        const found = description.isRunning ? await change(tools, reading) : 'nothing';
        if (found === 'news') return id;
        if (found === 'turn') continue;
      }
      if (waitMs === 0) return undefined;
      await sleep(LOOK_MS, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Whether a turn is at work, or waits for answers. */
function isAtWork({ isRunning, turn }: ThreadDescription): boolean {
  return isRunning && (turn === undefined || turn.status === 'running');
}

function unlessUnknown(error: unknown): undefined {
  if (!hasCode(error, 'ThreadNotFound')) throw error;
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
  try {
    for await (const event of tools.talk(thread, { live, signal })) {
      const { turn, end } = event;
      if (turn?.key !== undefined && replyId(turn.key) !== id) return 'turn';
      const isShown = read.read(event).length > 0 || end !== undefined;
      if (isShown && seen !== undefined && isBeyond(event, seen)) return 'news';
    }
  } catch (error) {
    // A run that has failed ends with its error, which is no news.
    if (signal.aborted) throw error;
  }
  return 'nothing';
}
