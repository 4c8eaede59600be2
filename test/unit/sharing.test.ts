/** What a call shares with the history, and how it is put together again: without a server (V1 V2). */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownRuns, type KnownRun } from '../../src/activities/sharing/known-calls.ts';
import { decodePlain, decodeShared } from '../../src/protocol/envelopes.ts';
import { joined, Piece } from '../../src/protocol/json-piece.ts';
import { Sharing } from '../../src/workflows/sharing/sharing.ts';
import { TaskArguments } from '../../src/workflows/tasks/task-arguments.ts';

const text = (n: number): string => `${n} `.padEnd(400, 'lorem ipsum ');

/** A sandbox and a worker that see the same calls. */
class Both {
  readonly sharing = new Sharing(true);
  readonly run: KnownRun = new KnownRuns().of('run');
  #calls = 0;

  /** Sends arguments as they would be in the history, and gives what the task would see. */
  call(...args: readonly unknown[]): { readonly sent: readonly unknown[]; readonly seen: readonly unknown[] } {
    const id = `call:${++this.#calls}`;
    const shared = this.sharing.share(args, Infinity);
    // What goes over the wire is JSON of this moment.
    const sent = JSON.parse(JSON.stringify(shared.args)) as unknown[];
    this.sharing.scheduled(id, shared);
    const pieces = sent.map((argument) => this.run.inPieces(argument));
    this.run.add(id, { args: pieces });
    const seen = sent.map((argument, i) => {
      const how = decodeShared(argument);
      return how && !('plain' in how) ? (JSON.parse(joined(pieces[i]!)) as unknown) : decodePlain(argument);
    });
    return { sent, seen };
  }
}

test('V1: a list that grows is one slice of the last call, and its new elements', () => {
  const both = new Both();
  const list = [text(1), text(2), text(3)];
  both.call(list);
  for (let n = 4; n < 50; n++) {
    list.push(text(n));
    const { sent, seen } = both.call(list);
    expect(sent).toMatchObject([
      {
        'holdpoint/shared': {
          list: [{ call: `call:${n - 3}`, argument: 0, from: 0, to: n - 1 }, { items: [text(n)] }],
        },
      },
    ]);
    expect(seen).toEqual([list]);
  }
});

test('V1: a list of equal elements is one slice too', () => {
  const both = new Both();
  const pair = [
    { role: 'assistant', content: text(1) },
    { role: 'tool', content: text(2) },
  ];
  const list = [...pair, ...pair, ...pair, ...pair];
  both.call(list);
  list.push(...pair);
  both.call(list);
  const { sent, seen } = both.call([...list, ...pair]);
  expect((sent[0] as { 'holdpoint/shared': { list: unknown[] } })['holdpoint/shared'].list.length).toBeLessThan(3);
  expect(seen).toEqual([[...list, ...pair]]);
});

test('V1: a result is a reference where it is passed, as an argument and as an element', () => {
  const both = new Both();
  const value = { content: text(1), deep: [{ n: 1 }] };
  both.sharing.returned('produce:1', value);
  both.run.add('produce:1', { result: new Piece(JSON.stringify(value)) });
  const { sent, seen } = both.call(structuredClone(value), [text(2), value, text(3)]);
  expect(sent).toMatchObject([
    { 'holdpoint/shared': { value: { call: 'produce:1' } } },
    { 'holdpoint/shared': { list: [{ items: [text(2)] }, { call: 'produce:1' }, { items: [text(3)] }] } },
  ]);
  expect(seen).toEqual([value, [text(2), value, text(3)]]);
});

test('V1: arguments that are short in all are sent as they are', () => {
  const both = new Both();
  both.call(['a'.repeat(500)]);
  expect(both.call(['a'.repeat(500)]).sent).toEqual([['a'.repeat(500)]]);
});

test('V1: a list that was changed in place is sent as it is now', () => {
  const both = new Both();
  const list = [
    { n: 1, text: text(1) },
    { n: 2, text: text(2) },
  ];
  both.call(list);
  list[1]!.n = 3;
  expect(both.call(list).seen).toEqual([
    [
      { n: 1, text: text(1) },
      { n: 3, text: text(2) },
    ],
  ]);
});

test('V1: a list with holes, and one that is very long, arrive as JSON has them', () => {
  const both = new Both();
  const holes: unknown[] = [text(1), text(2), text(3)];
  holes[5] = text(4);
  const long = [text(1), text(2), text(3), ...Array.from({ length: 130_000 }, () => 1)];
  for (const list of [holes, holes, long, long])
    expect(JSON.stringify(both.call(list).seen)).toBe(JSON.stringify([list]));
});

test('V2: what was sent in full, because it was not where it was known to be, is referred to there', () => {
  const { sharing } = new Both();
  const settings = { prompt: text(1).repeat(3) };
  const send = (n: number): [call: TaskArguments, sent: unknown[]] => {
    const call = new TaskArguments({ call: `see:${n}`, task: 'see', args: [settings], sharing });
    const sent = call.encode([]);
    call.scheduled();
    return [call, sent];
  };
  const sharedWith = (call: string): unknown => [{ 'holdpoint/shared': { value: { call, argument: 0 } } }];
  expect(send(1)[1]).toEqual([settings]);
  const [second, sent] = send(2);
  expect(sent).toMatchObject(sharedWith('see:1') as object);
  expect(second.sendInFull()).toBe(true);
  expect(second.encode([])).toEqual([settings]);
  expect(send(3)[1]).toMatchObject(sharedWith('see:2') as object);
});

test('V3: arguments that fit in full are sent in full where references to them do not fit', () => {
  const task = 'a'.repeat(300);
  const known = Array.from({ length: 7000 }, (_, n) => `${n} `.padEnd(120, '.'));
  const sharing = new Sharing(true);
  sharing.scheduled(`${task}:1`, sharing.share([known], Infinity));
  const args = [known.flatMap((one, n) => [one, n])];
  const call = new TaskArguments({ call: `${task}:2`, task, args, sharing });
  expect(call.encode([])[0]).toBe(args[0]);
});

test('V2: a value that is not the one that was meant is not used', () => {
  const { sharing, run } = new Both();
  const value = { content: text(1) };
  sharing.returned('produce:1', value);
  const { args } = sharing.share([value, [value, text(2), text(3)]], Infinity);
  run.add('produce:1', { result: new Piece(JSON.stringify({ content: text(9) })) });
  expect(args.map((argument) => run.inPieces(argument))).toEqual([undefined, undefined]);
});

test.each([
  [{ 'holdpoint/shared': { value: { call: 'x:1' }, fingerprint: '' } }],
  [{ 'holdpoint/shared': { plain: 1 } }],
  [[{ 'holdpoint/shared': { plain: 1 } }, text(1)]],
])('V1: a value that looks shared arrives as it is: %j', (value) => {
  const both = new Both();
  expect(both.call(value).seen).toEqual([value]);
  expect(both.call(value, text(1), text(2), text(3)).seen).toEqual([value, text(1), text(2), text(3)]);
  expect(both.call(value, text(1), text(2), text(3)).seen).toEqual([value, text(1), text(2), text(3)]);
});

/** One change of a pool of values. Numbers choose values of the pool. */
type Step =
  | { do: 'produce' | 'copy' | 'change' | 'reverse'; of: number }
  | { do: 'gather' | 'append' | 'pass'; of: number[] }
  | { do: 'cut'; of: number; from: number };

const of = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('produce', 'copy', 'change', 'reverse'), of }),
  fc.record({ do: fc.constantFrom('gather', 'append'), of: fc.array(of, { minLength: 1, maxLength: 5 }) }),
  {
    arbitrary: fc.record({ do: fc.constant('pass' as const), of: fc.array(of, { minLength: 1, maxLength: 3 }) }),
    weight: 3,
  },
  fc.record({ do: fc.constant('cut' as const), of, from: fc.nat({ max: 4 }) }),
);

test('V1: whatever is copied, cut, gathered and changed, a task sees what was passed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const both = new Both();
      const pool: unknown[] = [[]];
      for (const { do: what, of: chosen, ...rest } of steps) {
        const values = [chosen].flat().map((n) => pool[n % pool.length]);
        const [value] = values;
        if (what === 'produce') {
          const result = { id: chosen, text: text(chosen % 7) };
          both.sharing.returned(`produce:${pool.length}`, result);
          both.run.add(`produce:${pool.length}`, { result: new Piece(JSON.stringify(result)) });
          pool.push(result);
        } else if (what === 'copy') pool.push(structuredClone(value));
        else if (what === 'gather') pool.push(values.flat());
        else if (what === 'pass') {
          const before = JSON.stringify(values);
          expect(JSON.stringify(both.call(...values).seen)).toBe(before);
        } else if (Array.isArray(value)) {
          if (what === 'append') value.push(...values.slice(1).map((one) => structuredClone(one)));
          if (what === 'reverse') value.reverse();
          if (what === 'change' && value.length > 0) value[0] = { ...value[0], changed: pool.length };
          if (what === 'cut') pool.push(value.slice('from' in rest ? rest.from : 0));
        } else if (what === 'change') Object.assign(Object(value), { changed: pool.length });
      }
    }),
    { seed: 20_260_101, numRuns: 300 },
  );
});

test('V1: what is known of all runs is bounded, and the run in use stays', () => {
  const runs = new KnownRuns(4000);
  for (const id of ['a', 'b', 'c']) runs.of(id).add('call:1', { result: new Piece('x'.repeat(900)) });
  const isKnown = (id: string): boolean => runs.of(id).find({ call: 'call:1' }) !== undefined;
  expect(['c', 'b', 'a'].map(isKnown)).toEqual([true, true, false]);
  runs.of('big').add('call:1', { result: new Piece('x'.repeat(5000)) });
  expect(isKnown('big')).toBe(true);
  expect(isKnown('b')).toBe(false);
});

test('V1: runs of which nothing is known take their share of what is kept, and are forgotten too', () => {
  const runs = new KnownRuns(100_000);
  const first = runs.of('first');
  for (let n = 0; n < 1000; n++) runs.of(`empty ${n}`);
  expect(runs.of('first')).not.toBe(first);
});

test('V1: a run that was cleared does not count what it had', () => {
  const runs = new KnownRuns(100_000);
  const quiet = runs.of('quiet');
  const run = runs.of('run');
  for (let n = 0; n < 10; n++) {
    run.add('call:1', { result: new Piece('x'.repeat(50_000)) });
    run.clear();
  }
  expect(runs.of('quiet')).toBe(quiet);
});
