/** The types of `entrypoint`: its arguments and its result. */
import { entrypoint, type Entrypoint } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import { graph, nightly, order } from './fixtures/workflows.ts';

test('an entrypoint knows its name, its input and its value', () => {
  expectTypeOf(graph).toEqualTypeOf<Entrypoint<'graph', string, string>>();
  expectTypeOf(graph.entrypointName).toEqualTypeOf<'graph'>();
  expectTypeOf(order).toEqualTypeOf<Entrypoint<'order', { item: string; count?: number }, { total: number }>>();
});

test('it is called from another one like the function that it is', () => {
  expectTypeOf(graph('x')).toEqualTypeOf<Promise<string>>();
  expectTypeOf(nightly()).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error the input has another type
  void graph(1);
  // @ts-expect-error the input is missing
  void graph();
});

test('a synchronous body and a second parameter are refused', () => {
  // @ts-expect-error an entrypoint is an async function
  entrypoint('sync', (input: string) => input);
  // @ts-expect-error a second parameter needs `memory`
  entrypoint('two', async (input: string, previous: number) => [input, previous]);
  // @ts-expect-error a second parameter needs `memory`
  entrypoint({ name: 'two' }, async (input: string, previous: number) => [input, previous]);
});

test('an optional second parameter is refused too: nothing would ever be passed', () => {
  // @ts-expect-error a second parameter needs `memory`
  entrypoint('two', async (input: string, previous?: number) => [input, previous]);
});

test('no entrypoint is named `__interrupt__`, which is the update of a question', () => {
  // @ts-expect-error the name is taken
  entrypoint('__interrupt__', async () => 1);
  // @ts-expect-error the name is taken
  entrypoint({ name: '__interrupt__' }, async () => 1);
});

test('an unknown option is refused', () => {
  // @ts-expect-error there is no such option
  entrypoint({ name: 'x', timeout: 1 }, async () => 1);
});

test('with memory it takes what its last turn saved, which is undefined on the first', () => {
  const chat = entrypoint({ name: 'chat', memory: {} }, async (input: string, previous?: string[]) => [
    ...(previous ?? []),
    input,
  ]);
  expectTypeOf(chat).toEqualTypeOf<Entrypoint<'chat', string, string[]>>();
  entrypoint(
    { name: 'byDefault', memory: { idleTimeout: '1 day' } },
    async (n: number, previous: number = 0) => n + previous,
  );
  entrypoint({ name: 'forgets', memory: { onBusy: 'replace' } }, async (n: number) => n);
  // @ts-expect-error `previous` is undefined on the first turn
  entrypoint({ name: 'first', memory: {} }, async (input: string, previous: string[]) => [...previous, input]);
  // @ts-expect-error the saved value must have the type of `previous`
  entrypoint({ name: 'saves', memory: {} }, async (input: string, previous?: number) => `${input}${previous}`);
  // @ts-expect-error an entrypoint is an async function
  entrypoint({ name: 'sync', memory: {} }, (input: string) => input);
  const three = async (input: string, previous?: string, more?: string): Promise<string> =>
    `${input}${previous}${more}`;
  // @ts-expect-error there is no third
  entrypoint({ name: 'three', memory: {} }, three);
  // @ts-expect-error there is no such way
  entrypoint({ name: 'busy', memory: { onBusy: 'wait' } }, async (n: number) => n);
});

test('`entrypoint.final` returns one thing and saves another', () => {
  const total = entrypoint({ name: 'total', memory: {} }, async (n: number, previous?: number) =>
    entrypoint.final({ value: `${n}`, save: n + (previous ?? 0) }),
  );
  expectTypeOf(total).toEqualTypeOf<Entrypoint<'total', number, string>>();
  // Some turns save something else.
  const some = entrypoint({ name: 'some', memory: {} }, async (n: number, previous?: number) =>
    n > 1 ? entrypoint.final({ value: `${n}`, save: n }) : (previous ?? 0),
  );
  expectTypeOf(some).toEqualTypeOf<Entrypoint<'some', number, string | number>>();
  // @ts-expect-error the saved value must have the type of `previous`
  entrypoint({ name: 'other', memory: {} }, async (n: number, previous?: string) =>
    entrypoint.final({ value: previous, save: n }),
  );
  // @ts-expect-error both are given
  entrypoint.final({ value: 1 });
});

test('an object that looks like `entrypoint.final` is a value like any other', () => {
  const plain = entrypoint('plain', async () => ({ value: 1, save: 'x', more: true }));
  expectTypeOf(plain()).resolves.toEqualTypeOf<{ value: number; save: string; more: boolean }>();
  const memory = entrypoint(
    { name: 'memory', memory: {} },
    async (n: number, previous?: { value: number; save: string }) => ({
      value: n,
      save: previous?.save ?? '',
    }),
  );
  expectTypeOf(memory(1)).resolves.toEqualTypeOf<{ value: number; save: string }>();
});

test('with `memory`: the saved value must have the type of `previous`', () => {
  const total = entrypoint({ name: 'total', memory: {} }, async (n: number, previous?: number) =>
    entrypoint.final({ value: String(n), save: n + (previous ?? 0) }),
  );
  expectTypeOf(total).toEqualTypeOf<Entrypoint<'total', number, string>>();
  // @ts-expect-error the first turn has no `previous`
  entrypoint({ name: 'x', memory: {} }, async (n: number, previous: number) => n + previous);
  // @ts-expect-error the saved value does not have the type of `previous`
  entrypoint({ name: 'x', memory: {} }, async (n: number, previous?: string) => n + (previous?.length ?? 0));
  entrypoint({ name: 'x', memory: {} }, async (input: string, previous: readonly string[] = []) => [
    ...previous,
    input,
  ]);
  entrypoint({ name: 'x', memory: {} }, async (input: { a: 1 } | undefined, previous?: unknown) => [input, previous]);
  entrypoint({ name: 'x', memory: {} }, async () => 1);
  // Both: some turns save something else.
  entrypoint({ name: 'x', memory: {} }, async (n: number, previous?: number) =>
    n > 1 ? entrypoint.final({ value: 'x', save: n }) : (previous ?? 0),
  );
  // A turn that saves nothing forgets.
  entrypoint({ name: 'x', memory: {} }, async (n: number, previous?: number) =>
    entrypoint.final({ value: previous, save: n > 1 ? n : undefined }),
  );
  // @ts-expect-error there is no such option
  entrypoint({ name: 'x', memory: { idle: 1 } }, async () => 1);
  // @ts-expect-error there is no such way
  entrypoint({ name: 'x', memory: { onBusy: 'drop' } }, async () => 1);
  // @ts-expect-error a synchronous body
  entrypoint({ name: 'x', memory: {} }, (n: number) => n);
});
