/** What `entrypoint` takes, and what it makes. */
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
