/**
 * The events of the inbox, as they happen. Tabs of one browser share one stream: a browser opens only six connections to a
 * server, and each tab would hold one of them.
 */
import { signal } from '@preact/signals';
import type { InboxEvent } from '../../inbox/api.ts';
import { BASE } from '../route.ts';
import { EventReader } from './event-reader.ts';
import { applyEvent, position } from './list.ts';
import { restored } from './pause.ts';
import { api, headersOf } from './requests.ts';
import { me, sessionOver, signedInAgain, signedOut } from './session.ts';

export type Connection = 'connecting' | 'live' | 'broken';

export const connection = signal<Connection>('connecting');
/** Whether the server of the threads is away: the inbox is there, and shows what it knew. */
export const isServerAway = signal(false);

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A stream without a sign of life for this long is taken for broken. */
const SILENCE_MS = 60_000;

/** What a tab that reads the stream tells the others. */
type Relayed =
  | { readonly kind: 'event'; readonly event: InboxEvent; readonly at: string | undefined }
  | { readonly kind: 'connection'; readonly state: Connection; readonly isAway: boolean }
  | { readonly kind: 'hello' }
  /** The person has signed out. */
  | { readonly kind: 'left' };

type Listener = (event: InboxEvent) => void;
const listeners = new Set<Listener>();

/** Calls back with each event, after the list has taken it. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function take(event: InboxEvent, at: string | undefined): void {
  // The next person at this computer is told nothing.
  if (signedOut.peek() !== undefined) return;
  if (at !== undefined) position.at = at;
  if (event.kind === 'server') isServerAway.value = event.isAway;
  applyEvent(event);
  for (const listener of listeners) listener(event);
}

let channel: BroadcastChannel | undefined;
let isReader = false;

function tell(message: Relayed): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A channel has no target: it ends at this origin.
  channel?.postMessage(message);
}

function become(state: Connection): void {
  connection.value = state;
  tell({ kind: 'connection', state, isAway: isServerAway.peek() });
}

/** People who share a browser see different lists. */
function channelName(): string {
  return `holdpoint-inbox:${JSON.stringify([BASE, me.peek()?.actor])}`;
}

/** Listens to the other tabs. It begins before the list is asked for, so that nothing is missed while that is on its way. */
export function joinTabs(): void {
  if (!globalThis.navigator.locks || typeof BroadcastChannel === 'undefined') return;
  channel = new BroadcastChannel(channelName());
  channel.addEventListener('message', ({ data }: MessageEvent<Relayed>) => {
    switch (data.kind) {
      case 'event':
        return take(data.event, data.at);
      case 'left':
        signedOut.value = 'token';
        return;
      case 'hello':
        if (isReader) become(connection.peek());
        return;
      default:
        data.kind satisfies 'connection';
        if (isReader) return;
        connection.value = data.state;
        isServerAway.value = data.isAway;
    }
  });
  tell({ kind: 'hello' });
}

let isFollowing = false;

/** Starts to follow, once. A list that is shown must be loaded: the stream goes on where it ends. */
export async function startLive(): Promise<void> {
  if (isFollowing) return;
  isFollowing = true;
  for (;;) {
    if (channel) {
      await globalThis.navigator.locks.request(channelName(), async () => {
        isReader = true;
        await follow();
        isReader = false;
      });
    } else await follow();
    await signedInAgain();
  }
}

/** Nobody is signed in any more, in no tab. */
export function leave(): void {
  tell({ kind: 'left' });
  signedOut.value = 'token';
}

/** Reads the stream, and begins again where it ended, for as long as somebody is signed in. */
async function follow(): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const hasBegun = await readStream();
    if (signedOut.peek() !== undefined) return;
    // The server ends each stream after a while. Only one that cannot begin again is broken.
    if (hasBegun) pause = FIRST_PAUSE_MS;
    else become('broken');
    // Pages do not come back all at once.
    await restored(pause * (0.75 + Math.random() / 2), 'online', 'visibilitychange');
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Whether the stream began. It ends when the connection does. */
async function readStream(): Promise<boolean> {
  const stop = new AbortController();
  const unwatch = signedOut.subscribe((way) => way !== undefined && stop.abort());
  let watch: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(watch);
    watch = setTimeout(() => stop.abort(), SILENCE_MS);
  };
  let hasBegun = false;
  try {
    alive();
    const headers = headersOf(position.at === undefined ? {} : { 'Last-Event-ID': position.at });
    const response = await fetch(api('events'), { headers, signal: stop.signal });
    if (response.status === 401) sessionOver(await response.json());
    if (!response.ok || !response.body) return false;
    hasBegun = true;
    become('live');
    const reader = new EventReader();
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      alive();
      for (const { id, data } of reader.read(piece)) {
        // The stream holds what api.ts says.
        const event = JSON.parse(data) as InboxEvent;
        take(event, id);
        tell({ kind: 'event', event, at: id });
      }
    }
  } catch {
    // The connection is gone. It is tried again.
  } finally {
    clearTimeout(watch);
    unwatch();
  }
  return hasBegun;
}
