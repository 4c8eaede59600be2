/** Parts of a preview: how they are joined, cut and put together again (P2), whatever the transport does to them (P1). */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  continued,
  endOf,
  isLater,
  joined,
  lastOf,
  partsAfter,
  sizeOf,
  type Preview,
  type PreviewPart,
} from '../../src/protocol/preview.ts';

const take = { call: 'play:1', scheduledMs: 1, attempt: 1, begin: 0 } as const;

function text(value: string): PreviewPart {
  return { kind: 'text', text: value };
}

function chunk(value: unknown): PreviewPart {
  return { kind: 'chunk', chunk: value };
}

function whole(parts: readonly PreviewPart[]): Preview {
  return { ...take, from: 0, parts };
}

test('P2: texts of one kind that follow one another are joined, and nothing else is', () => {
  const call = { kind: 'call', index: 0 } as const;
  const args = (index: number, value: string): PreviewPart => ({ kind: 'arguments', index, text: value });
  const parts = [
    text('a'),
    text('b'),
    { kind: 'reasoning', text: 'c' } as const,
    text('d'),
    call,
    call,
    args(0, '{'),
    args(0, '}'),
    args(1, '{'),
    chunk('e'),
    chunk('f'),
    chunk({ g: 1 }),
    chunk({ g: 1 }),
    chunk('h'),
  ];
  const together = joined([], parts);
  expect(together).toEqual([
    text('ab'),
    { kind: 'reasoning', text: 'c' },
    text('d'),
    call,
    call,
    args(0, '{}'),
    args(1, '{'),
    chunk('ef'),
    chunk({ g: 1 }),
    chunk({ g: 1 }),
    chunk('h'),
  ]);
  expect(sizeOf(together)).toBe(sizeOf(parts));
});

test('P2: a later take is of a later pass, or of a later attempt of the same pass', () => {
  const first = { scheduledMs: 1, attempt: 2 };
  expect(isLater({ scheduledMs: 1, attempt: 3 }, first)).toBe(true);
  expect(isLater({ scheduledMs: 2, attempt: 1 }, first)).toBe(true);
  expect(isLater(first, first)).toBe(false);
  expect(isLater({ scheduledMs: 0, attempt: 9 }, first)).toBe(false);
});

test('P2: what is kept of a long text is its end', () => {
  expect(lastOf(whole([text('abcdef')]), 4)).toEqual({ ...take, from: 2, parts: [text('cdef')] });
  expect(lastOf(whole([text('abc'), chunk('d'), text('ef')]), 84)).toEqual({
    ...take,
    from: 2,
    parts: [text('c'), chunk('d'), text('ef')],
  });
});

test('P1: many large values do not add up: the last ones are kept, by their length as JSON', () => {
  const large = chunk({ page: 'x'.repeat(400) });
  const kept = lastOf(whole([text('begin'), large, large, large]), 1_000);
  expect(kept).toEqual({ ...take, from: 6, parts: [large, large] });
  const short = Array.from({ length: 1_000 }, (_, i) => (i % 2 ? text('x') : chunk('y')));
  expect(JSON.stringify(lastOf(whole(short), 1_000).parts).length).toBeLessThan(1_000);
  // The last one is shown, however large it is.
  expect(lastOf(whole([text('begin'), large]), 100)).toEqual({ ...take, from: 5, parts: [large] });
});

test('P2: a piece of an earlier take, or of what is void, changes nothing', () => {
  const known: Preview = { ...take, attempt: 2, begin: 5, from: 5, parts: [text('new')] };
  expect(continued(known, whole([text('old')]))).toBe(known);
  expect(continued(known, { ...known, begin: 0, from: 0, parts: [text('void')] })).toBe(known);
});

test('P2: where a piece is lost, what follows it is shown nevertheless', () => {
  const piece: Preview = { ...take, from: 7, parts: [text('end')] };
  expect(continued(whole([text('abc')]), piece)).toEqual(piece);
});

/** Parts as a task writes them. */
const written = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('text' as const, 'reasoning' as const),
      text: fc.string({ minLength: 1, maxLength: 6 }),
    }),
    fc.record({ kind: fc.constant('arguments' as const), index: fc.nat(1), text: fc.string({ minLength: 1 }) }),
    fc.record({ kind: fc.constant('call' as const), index: fc.nat(1) }),
    fc.record({ kind: fc.constant('chunk' as const), chunk: fc.oneof(fc.string({ minLength: 1 }), fc.nat()) }),
  ),
  { minLength: 1, maxLength: 20 },
);

/** The part of a preview between two places. */
function between(preview: Preview, from: number, to: number): Preview {
  const after = partsAfter(preview, from);
  let left = to - from;
  const parts: PreviewPart[] = [];
  for (const part of after) {
    if (left <= 0) break;
    const size = sizeOf([part]);
    const isCut = size > left;
    const cut = (value: string): string => value.slice(0, left);
    if (!isCut) parts.push(part);
    else if (part.kind === 'chunk') parts.push({ ...part, chunk: cut(part.chunk as string) });
    else if (part.kind !== 'call') parts.push({ ...part, text: cut(part.text) });
    left -= size;
  }
  return { ...preview, from, parts };
}

/** All of a preview, and pieces of it as a transport gives them: in their order, with overlaps and repeats. */
const pieces = fc
  .tuple(written, fc.array(fc.tuple(fc.nat(200), fc.nat(200)), { maxLength: 20 }))
  .map(([parts, cuts]) => {
    const all = whole(joined([], parts));
    const end = endOf(all);
    let at = 0;
    const cut: Preview[] = [];
    for (const [back, on] of [...cuts, [0, Infinity] as const]) {
      const to = Math.min(end, at + on);
      cut.push(between(all, Math.max(0, at - back), to));
      at = Math.max(at, to);
    }
    return { all, cut };
  });

test('P2: however a preview is cut into pieces, with overlaps and repeats, it is put together the same', () => {
  fc.assert(
    fc.property(pieces, ({ all, cut }) => {
      expect(cut.reduce<Preview | undefined>(continued, undefined)).toEqual(all);
    }),
  );
});

test('P2: a reader that asks for the parts behind its place is shown each part once', () => {
  fc.assert(
    fc.property(pieces, ({ all, cut }) => {
      let known: Preview | undefined;
      let place = 0;
      const shown: PreviewPart[] = [];
      for (const piece of cut) {
        known = continued(known, piece);
        shown.push(...partsAfter(known, place));
        place = endOf(known);
      }
      expect(joined([], shown)).toEqual(all.parts);
    }),
  );
});

test('P2: a window has the end of the preview, and its places stay the same', () => {
  fc.assert(
    fc.property(written, fc.nat(60), (parts, max) => {
      const all = whole(joined([], parts));
      const kept = lastOf(all, max);
      expect(endOf(kept)).toBe(endOf(all));
      expect(kept.parts).toEqual(partsAfter(all, kept.from));
    }),
  );
});
