/**
 * A response of server-sent events, made of the texts that a generator yields.
 *
 * C4. The thread is read only while the page reads. When the page leaves, the signal aborts, also while the thread is waited
 *     for.
 */
import { setInterval, clearInterval } from 'node:timers';

/** An event: its data, or its data and the id with which a page that comes back goes on. */
export type SentEvent = string | { readonly id: string; readonly data: string };

/** What a response is made of. */
export interface EventStreamSettings {
  /** Yields one event after the other, until the signal aborts. */
  readonly events: (signal: AbortSignal) => AsyncGenerator<SentEvent>;
  /** Its signal aborts when the page leaves, too. */
  readonly request: Request;
  /** The pause between two comments, in milliseconds. */
  readonly keepAliveMs: number;
  /** What the response holds while it is open. Disposed of when it ends, however it ends. */
  readonly held?: Disposable;
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would collect the events.
  'x-accel-buffering': 'no',
};

/** The response. The generator must turn its own errors into events: one that it throws breaks the connection. */
export function eventStream({ events, request, keepAliveMs, held, headers }: EventStreamSettings): Response {
  const encoder = new TextEncoder();
  const over = new AbortController();
  const reading = events(AbortSignal.any([over.signal, request.signal]));
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearInterval(timer);
    over.abort();
    void reading.return(undefined).catch(() => undefined);
    held?.[Symbol.dispose]();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Some servers do not cancel the body when the page leaves.
      const leave = (): void => {
        if (over.signal.aborted) return;
        end();
        controller.close();
      };
      // An abort event is not sent again to a late listener.
      if (request.signal.aborted) return leave();
      request.signal.addEventListener('abort', leave, { once: true });
      const comment = (): void => {
        // A page that does not keep up has enough to read.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': keep-alive\n\n'));
      };
      timer = setInterval(comment, keepAliveMs);
      timer.unref();
    },
    async pull(controller) {
      try {
        const { done, value } = await reading.next();
        // The page has left: nobody takes what comes, and the stream may be closed.
        if (over.signal.aborted) return;
        if (!done) return controller.enqueue(encoder.encode(linesOf(value)));
        end();
        controller.close();
      } catch (error) {
        if (over.signal.aborted) return;
        end();
        controller.error(error);
      }
    },
    cancel: end,
  });
  return new Response(body, { headers: { ...HEADERS, ...headers } });
}

function linesOf(event: SentEvent): string {
  return typeof event === 'string' ? `data: ${event}\n\n` : `id: ${event.id}\ndata: ${event.data}\n\n`;
}
