/**
 * A response of server-sent events, made of the texts that a generator yields.
 *
 * C4. The thread is read only while the page reads. When the page leaves, the signal aborts, also while the thread is waited
 *     for.
 */
import { setInterval, clearInterval } from 'node:timers';

/** What a response is made of. */
export interface EventStreamSettings {
  /** Yields the data of one event after the other, until the signal aborts. */
  readonly events: (signal: AbortSignal) => AsyncGenerator<string>;
  /** Its signal aborts when the page leaves, too. */
  readonly request: Request;
  /** The pause between two comments, in milliseconds. */
  readonly keepAliveMs: number;
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx would collect the events.
  'x-accel-buffering': 'no',
};

/** The response. The generator must turn its own errors into events: one that it throws breaks the connection. */
export function eventStream({ events, request, keepAliveMs, headers }: EventStreamSettings): Response {
  const encoder = new TextEncoder();
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, request.signal]);
  const reading = events(signal);
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    left.abort();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const comment = (): void => controller.enqueue(encoder.encode(': keep-alive\n\n'));
      timer = setInterval(comment, keepAliveMs);
      timer.unref();
    },
    async pull(controller) {
      try {
        const { done, value } = await reading.next();
        // The page has left: nobody takes what comes, and the stream may be closed.
        if (left.signal.aborted) return;
        if (!done) return controller.enqueue(encoder.encode(`data: ${value}\n\n`));
        stop();
        controller.close();
      } catch (error) {
        if (left.signal.aborted) return;
        stop();
        controller.error(error);
      }
    },
    async cancel() {
      stop();
      await reading.return(undefined).catch(() => undefined);
    },
  });
  return new Response(body, { headers: { ...HEADERS, ...headers } });
}
