/**
 * The events of the inbox, as they happen. Tabs of one browser share one stream: a browser opens only six connections to a
 * server, and each tab would hold one of them.
 */
import { signal } from '@preact/signals';
import type { InboxEvent } from '../../inbox/api.ts';
import { BASE } from '../route.ts';
import { EventReader } from './event-reader.ts';
import { applyEvent, position } from './list.ts';
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
  | { readonly kind: 'hello' };

type Listener = (event: InboxEvent) => void;
const listeners = new Set<Listener>();

/** Calls back with each event, after the list has taken it. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function take(event: InboxEvent, at: string | undefined): void {
  if (at !== undefined) position.at = at;
  if (event.kind === 'server') isServerAway.value = event.isAway;
  applyEvent(event);
  for (const listener of listeners) listener(event);
}

let channel: BroadcastChannel | undefined;
let isReader = false;

function tell(message: Relayed): void {
  // A channel has no target: it ends at this origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  channel?.postMessage(message);
}

function become(state: Connection): void {
  connection.value = state;
  tell({ kind: 'connection', state, isAway: isServerAway.peek() });
}

/** Starts to follow. The list must be loaded: the stream goes on where it ends. */
export function startLive(): void {
  // People who share a browser see different lists.
  const name = `holdpoint-inbox:${JSON.stringify([BASE, me.peek()?.actor])}`;
  const locks = globalThis.navigator.locks;
  if (!locks || typeof BroadcastChannel === 'undefined') return void follow();
  channel = new BroadcastChannel(name);
  channel.addEventListener('message', ({ data }: MessageEvent<Relayed>) => {
    if (data.kind === 'event') take(data.event, data.at);
    else if (data.kind === 'hello') {
      if (isReader) become(connection.peek());
    } else if (!isReader) {
      connection.value = data.state;
      isServerAway.value = data.isAway;
    }
  });
  tell({ kind: 'hello' });
  void locks.request(name, async () => {
    isReader = true;
    await follow();
  });
}

/** Reads the stream, and begins again where it ended, for as long as the page is there. */
async function follow(): Promise<never> {
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    // One stream after the other.
    // The server ends each stream after a while. Only one that cannot begin again is broken.
    if (await readStream()) pause = FIRST_PAUSE_MS;
    else become('broken');
    await (signedOut.peek() === undefined ? restored(pause) : signedInAgain());
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Whether the stream began. It ends when the connection does. */
async function readStream(): Promise<boolean> {
  const stop = new AbortController();
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
  }
  return hasBegun;
}

/** After a pause that differs between pages, or when the browser is online again, or when somebody looks. */
function restored(pause: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener('online', done);
      document.removeEventListener('visibilitychange', done);
      resolve();
    };
    const timer = setTimeout(done, pause * (0.75 + Math.random() / 2));
    addEventListener('online', done);
    document.addEventListener('visibilitychange', done);
  });
}
