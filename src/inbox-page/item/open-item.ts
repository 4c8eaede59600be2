/** The item that is open: read from its thread, and kept up to date (W1). */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Ending, InboxEvent, Item, QuestionAddress } from '../../inbox/api.ts';
import { questionKey } from '../../protocol/question-key.ts';
import { endingOf, held, sweep } from '../state/list.ts';
import { onEvent } from '../state/live.ts';
import { api, get, isPassing, post, troubleOf, type Reply } from '../state/requests.ts';
import { me, signedOut } from '../state/session.ts';
import { useStreamBegins } from './stream-begins.ts';

export type OpenItem =
  | { readonly kind: 'loading' }
  | { readonly kind: 'open'; readonly item: Item }
  /** With the item if it was open when the page was. */
  | { readonly kind: 'closed'; readonly item?: Item; readonly ending: Ending }
  | { readonly kind: 'failed'; readonly message: string; readonly isFinal: boolean };

const RETRY_MS = 3000;
/** Without a stream of events, which a signed link has not, the item is read again when somebody comes back to it. */
const LOOK_MS = 15_000;

const LOADING: OpenItem = { kind: 'loading' };

export function useItem(address: QuestionAddress): { readonly state: OpenItem; readonly reload: () => void } {
  const key = questionKey(address);
  const [{ of, state }, setState] = useState<{ of: string; state: OpenItem }>({ of: key, state: LOADING });
  const [round, setRound] = useState(0);
  const reload = (): void => setRound((before) => before + 1);
  const request = useRef<AbortController>(undefined);

  useEffect(() => {
    const stop = (request.current = new AbortController());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const { thread, run, id } = address;
    void get<Item>(api('item', { thread, run, id }), stop.signal).then((reply) => {
      if (stop.signal.aborted) return;
      setState((before) => ({ of: key, state: stateOf(reply, before.of === key ? before.state : undefined) }));
      if (isPassing(reply)) timer = setTimeout(reload, RETRY_MS);
    });
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, round, signedOut.value]);

  useEffect(() => {
    held.open = key;
    return () => {
      held.open = undefined;
      sweep();
    };
  }, [key]);

  useEffect(
    () =>
      onEvent((event) => {
        if (event.kind === 'reload') return reload();
        if (event.kind === 'server' || questionKey('item' in event ? event.item : event) !== key) return;
        // What has closed may open again: after a reset of its thread, or when it is passed back. A question that leaves the
        // inbox without an ending may be open.
        if (event.kind !== 'closed' || event.how === 'unknown') return reload();
        // A response that is on its way may be older than this.
        request.current?.abort();
        setState((before) => ({ of: key, state: over(before.of === key ? before.state : LOADING, event) }));
        // Only the thread knows the answer that somebody gave elsewhere.
        if (event.answer === undefined) reload();
      }),
    [key],
  );
  useStreamBegins(reload);
  useLook(me.value?.only !== undefined && state.kind === 'open', reload);
  return { state: of === key ? state : LOADING, reload };
}

function stateOf(reply: Reply<Item>, before: OpenItem | undefined): OpenItem {
  if (reply.kind === 'ok') return { kind: 'open', item: reply.value };
  const item = before && 'item' in before ? before.item : undefined;
  if (reply.kind === 'refused' && (reply.status === 410 || reply.status === 409)) {
    const ending = reply.refused.ending ?? { how: 'unknown', at: new Date().toISOString() };
    return { kind: 'closed', ending, ...(item && { item }) };
  }
  // The question is for others now, or gone.
  if (before?.kind === 'open' && reply.kind === 'refused' && (reply.status === 403 || reply.status === 404)) {
    const how = reply.status === 403 ? 'passed on' : 'unknown';
    return { kind: 'closed', item: before.item, ending: { how, at: new Date().toISOString() } };
  }
  // What is shown stays, while the connection is broken.
  if (before?.kind === 'open' || before?.kind === 'closed') return before;
  return { kind: 'failed', message: troubleOf(reply), isFinal: !isPassing(reply) };
}

function over(before: OpenItem, event: Extract<InboxEvent, { kind: 'closed' }>): OpenItem {
  if (before.kind === 'closed') return before;
  return { kind: 'closed', ending: endingOf(event), ...(before.kind === 'open' && { item: before.item }) };
}

function useLook(isNeeded: boolean, reload: () => void): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const look = (): void => {
      if (!document.hidden) reload();
    };
    const timer = setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [isNeeded]);
}

const reported = new Set<string>();

/** Says to the server that the person has seen the item, once it is on a page that is looked at. */
export function useShown(item: Item | undefined): void {
  // After a reset, the same may be asked again: it is another question.
  const name = item && questionKey(item) + item.askedAt + item.digest;
  useEffect(() => {
    if (!item || name === undefined) return undefined;
    const report = (): void => {
      if (document.hidden || reported.has(name)) return;
      reported.add(name);
      const { thread, run, id, digest } = item;
      // A report that is lost is no loss for the person, and is sent with the next look.
      void post(api('shown', { thread, run, id }), { digest }).then(
        (reply) => reply.kind === 'ok' || reported.delete(name),
      );
    };
    report();
    document.addEventListener('visibilitychange', report);
    return () => document.removeEventListener('visibilitychange', report);
  }, [name]);
}
