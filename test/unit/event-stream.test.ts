/** Responses of server-sent events, and pages that leave (C4). */
import { expect, test } from 'vitest';
import { eventStream, type SentEvent } from '../../src/web/event-stream.ts';
import { refusing } from '../../src/web/problem.ts';

/** A response whose generator says what has become of it. */
function streamed(signal: AbortSignal): { readonly response: Response; readonly happened: readonly string[] } {
  const happened: string[] = [];
  async function* events(over: AbortSignal): AsyncGenerator<SentEvent> {
    happened.push('begun');
    try {
      yield { id: '1', data: 'first' };
      await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
    } finally {
      happened.push('ended');
    }
  }
  const held = { [Symbol.dispose]: () => void happened.push('let go') };
  const request = new Request('http://localhost/', { signal });
  return { response: eventStream({ request, keepAliveMs: 60_000, held, events }), happened };
}

test('a page that has left before the response begins costs nothing: nothing is read, and all is let go (C4)', async () => {
  const { response, happened } = streamed(AbortSignal.abort());
  expect(await response.text()).toBe('');
  expect(happened).toEqual(['let go']);
});

test('a page that leaves while the response waits ends it, also if nobody cancels the body (C4)', async () => {
  const page = new AbortController();
  const { response, happened } = streamed(page.signal);
  const reader = response.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('id: 1\ndata: first\n\n');
  page.abort();
  expect((await reader.read()).done).toBe(true);
  expect(happened).toEqual(['begun', 'let go', 'ended']);
});

test('a page that cancels the body ends it (C4)', async () => {
  const { response, happened } = streamed(new AbortController().signal);
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  expect(happened).toEqual(['begun', 'let go', 'ended']);
});

test.each([
  ['the leaving of the page is no error', () => undefined, []],
  ['another error is told to whoever runs the handler, also if the page has left', () => new Error('lost'), ['lost']],
])('%s (C3)', async (_, fault, told) => {
  const page = new AbortController();
  const notices: string[] = [];
  const respond = refusing(
    async ({ signal }) => {
      page.abort();
      throw fault() ?? signal.reason;
    },
    (error) => notices.push((error as Error).message),
  );
  const response = await respond(new Request('http://localhost/', { signal: page.signal }));
  expect([response.status, notices]).toEqual([500, told]);
});

test.each(['NoServer', 'NoWorker', 'TooLarge'])(
  'what the client says of its server with %s is for the owner alone (C3, W5)',
  async (code) => {
    const notices: unknown[] = [];
    const error = Object.assign(new Error('queue `billing` at 10.0.0.7:7233'), { code });
    const respond = refusing(
      () => Promise.reject(error),
      (cause) => notices.push(cause),
    );
    const text = await (await respond(new Request('http://localhost/'))).text();
    expect(JSON.parse(text)).toMatchObject({ error: code });
    expect(text).not.toMatch(/billing|7233/);
    expect(notices).toEqual([error]);
  },
);
