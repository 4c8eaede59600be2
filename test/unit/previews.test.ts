/** What a reader is shown of a call, however the transport cuts it (P2). */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Previews } from '../../src/client/reading/previews.ts';
import type { PreviewPlace } from '../../src/client/reading/cursor.ts';
import type { PreviewUpdate } from '../../src/client/reading/stream-modes.ts';
import type { ThreadHandle } from '../../src/client/server/thread-handle.ts';
import type { PreviewTransport } from '../../src/previews/transport.ts';
import { endOf, withoutHalf, type Preview } from '../../src/protocol/preview.ts';

const CALL = 'play:1';

/** A thread whose transport has these pieces. */
function threadWith(pieces: readonly Preview[]): ThreadHandle {
  const previews: PreviewTransport = {
    everyMs: 1,
    usesHeartbeats: false,
    open: () => undefined,
    async *read({ signal }) {
      for (const piece of pieces) yield [piece];
      // Pieces may be repeated.
      yield pieces;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
  const connection = { withAbortSignal: (_signal: AbortSignal, call: () => unknown) => call() };
  const client = { options: { namespace: 'default' }, connection };
  const thread: Partial<ThreadHandle> = {
    id: 't',
    settings: { previews, notify: () => undefined } as unknown as ThreadHandle['settings'],
  };
  // The rest of a thread is not read.
  return Object.assign(thread, { client }) as ThreadHandle;
}

/** Reads until the place; the text that was shown, in which a line begins with each reset. */
async function read(
  pieces: readonly Preview[],
  last: Preview,
  places?: readonly PreviewPlace[],
): Promise<{ readonly text: string; readonly places: readonly PreviewPlace[] }> {
  const previews = new Previews(threadWith(pieces), places);
  const history = Promise.withResolvers<void>();
  const end = endOf({ ...last, parts: withoutHalf(last.parts) });
  const isThere = (): boolean =>
    end === 0 || previews.places().some(({ place, attempt }) => place >= end && attempt === last.attempt);
  let text = '';
  if (isThere()) history.resolve();
  for await (const update of previews.until(history.promise, 'run', [CALL])) {
    text += textOf(update);
    if (isThere()) history.resolve();
  }
  previews.close();
  return { text, places: previews.places() };
}

function textOf({ item }: PreviewUpdate): string {
  if (item.kind === 'reset') return '\n';
  const text = 'text' in item ? item.text : '';
  // A piece that is printed must not break an emoji.
  expect(text.isWellFormed()).toBe(true);
  return text;
}

/** Two attempts that show texts, and pieces of them in their order, which overlap. */
const streams = fc
  .array(
    fc.tuple(
      fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.replaceAll('\n', ' ')),
      fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 8 }),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((attempts) => {
    const pieces = attempts.flatMap(([text, cuts], i) => cut(text, cuts, i + 1));
    return { texts: attempts.map(([text]) => text), pieces };
  });

function cut(text: string, cuts: readonly (readonly [number, number])[], attempt: number): Preview[] {
  let at = 0;
  return [...cuts, [9, Infinity] as const].map(([back, on]) => {
    const from = Math.max(0, at - back);
    at = Math.min(text.length, at + on);
    const parts = from < at ? [{ kind: 'text' as const, text: text.slice(from, at) }] : [];
    return { call: CALL, scheduledMs: 1, attempt, begin: 0, from, parts };
  });
}

test('P2: any cutting of a preview into pieces, with repeats and overlaps, shows the same text once', async () => {
  await fc.assert(
    fc.asyncProperty(streams, async ({ texts, pieces }) => {
      const { text } = await read(pieces, pieces.at(-1)!);
      const shown = text.split('\n');
      // A reader may be too late for an earlier attempt, or for its end.
      expect(shown.at(-1)).toBe(texts.at(-1));
      expect(shown.length).toBeLessThanOrEqual(texts.length);
    }),
  );
});

test('P2: two readers, of which one goes on with the cursor of the other, are shown together what one is shown', async () => {
  await fc.assert(
    fc.asyncProperty(streams, fc.nat(), async ({ texts, pieces }, n) => {
      // Up to a piece that shows something: behind an attempt that has shown nothing, a reader may be too late for that.
      const end = pieces.slice(0, 1 + (n % pieces.length)).findLastIndex(({ parts }) => parts.length > 0);
      const before = end < 0 ? { text: '', places: [] } : await read(pieces.slice(0, end + 1), pieces[end]!);
      const after = await read(pieces, pieces.at(-1)!, before.places);
      expect((before.text + after.text).split('\n').at(-1)).toBe(texts.at(-1));
    }),
  );
});
