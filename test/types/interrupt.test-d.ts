/** `interrupt`, in a task and in the body of an entrypoint. */
import { interrupt as interruptInTask, type Recorded } from 'holdpoint/activity';
import { interrupt } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';

test('the caller names the type of the answer; unnamed it is unknown', () => {
  expectTypeOf(interrupt<string>('ok?')).toEqualTypeOf<Promise<string>>();
  expectTypeOf(interrupt('ok?')).toEqualTypeOf<Promise<unknown>>();
  expectTypeOf(interruptInTask<{ ok: boolean }>({ draft: 1 })).toEqualTypeOf<Promise<{ ok: boolean }>>();
  expectTypeOf(interruptInTask('ok?')).toEqualTypeOf<Promise<unknown>>();
});

test('options are checked', () => {
  void interrupt('ok?', { title: 'OK?', description: '**really**', assignees: ['ann', 'group:finance'] });
  void interruptInTask('ok?', { title: 'OK?', description: '**really**', assignees: ['ann', 'group:finance'] });
  // @ts-expect-error there is no such option
  void interrupt('ok?', { titel: 'OK?' });
  // @ts-expect-error there is no such option
  void interruptInTask('ok?', { titel: 'OK?' });
  // @ts-expect-error a list of names
  void interrupt('ok?', { assignees: 'ann' });
});

test('with a Standard Schema the answer is what the schema makes of it, and the default is what it takes', () => {
  const schema = z.object({ n: z.number(), unit: z.string().default('kg') });
  for (const asks of [interrupt, interruptInTask]) {
    expectTypeOf(asks('q', { schema })).toEqualTypeOf<Promise<{ n: number; unit: string }>>();
    expectTypeOf(asks('q', { schema, timeout: '1 day', default: { n: 1 } })).toEqualTypeOf<
      Promise<{ n: number; unit: string }>
    >();
    expectTypeOf(asks.record('q', { schema })).toEqualTypeOf<Promise<Recorded<{ n: number; unit: string }>>>();
    expectTypeOf(asks('q', { schema: z.string().transform((text) => text.length) })).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error the default does not fit the schema
    void asks('q', { schema, timeout: '1 day', default: { n: 'one' } });
    // @ts-expect-error no unit
    void asks('q', { timeout: '3 fortnights' });
  }
});

test('with a JSON Schema the caller names the answer, and the default does not', () => {
  for (const asks of [interrupt, interruptInTask]) {
    const schema = { type: 'integer' } as const;
    expectTypeOf(asks<number>('q', { schema, timeout: new Date(), default: 1 })).toEqualTypeOf<Promise<number>>();
    expectTypeOf(asks('q', { schema, timeout: 1000, default: 1 })).toEqualTypeOf<Promise<unknown>>();
    // @ts-expect-error the default has another type
    void asks<number>('q', { timeout: '1s', default: 'one' });
  }
});
