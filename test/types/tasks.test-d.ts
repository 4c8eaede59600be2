/** The types that `tasks` makes of a module's exports. */
import { tasks } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import type * as activities from './fixtures/activities.ts';

const made = tasks<typeof activities>();

test('a task keeps its signature, type parameters and optional parameters too', () => {
  expectTypeOf(made.step1).toEqualTypeOf<(input: string) => Promise<string>>();
  expectTypeOf(made.greet).toEqualTypeOf<(name: string, greeting?: string) => Promise<{ text: string }>>();
  expectTypeOf(made.nothing).toEqualTypeOf<() => Promise<void>>();
  expectTypeOf(made.pick([1, 2], 0)).toEqualTypeOf<Promise<number | undefined>>();
  expectTypeOf(made.pick(['a'], 0)).toEqualTypeOf<Promise<string | undefined>>();
  // @ts-expect-error the argument has another type
  void made.step1(1);
  // @ts-expect-error an argument is missing
  void made.step1();
});

test('a synchronous function and a value are refused when they are called (T1)', () => {
  // @ts-expect-error a task is an async function
  made.synchronous('x');
  // @ts-expect-error a task is a function
  made.limit();
  // @ts-expect-error there is no such export
  void made.missing();
});

test('no task is named `__interrupt__`, which is the update of a question', () => {
  // @ts-expect-error the name is taken
  void made.__interrupt__();
});

test("options are Temporal's and ours, for all tasks or for one", () => {
  tasks<typeof activities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 }, local: true });
  tasks<typeof activities>({ each: { step1: { heartbeatTimeout: '10 seconds' }, greet: { local: true } } });
  // @ts-expect-error there is no such option
  tasks<typeof activities>({ timeout: '1 minute' });
  // @ts-expect-error there is no such task
  tasks<typeof activities>({ each: { missing: { local: true } } });
  // @ts-expect-error there is no such option
  tasks<typeof activities>({ each: { step1: { timeout: '1 minute' } } });
});
