/** Arriving values are typed as JSON delivers them, and types that JSON does not change stay the same (T7). */
import type { OpenAI } from 'openai';
import { interrupt as interruptInTask, type Recorded } from 'holdpoint/activity';
import type { Holdpoint } from 'holdpoint/client';
import type { Message } from 'holdpoint/agent';
import { entrypoint, interrupt, tasks, type Jsonified, type NotATask, type NotJson } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import type * as activities from './fixtures/json-activities.ts';
import type { Money, Order } from './fixtures/json-activities.ts';

declare module 'holdpoint/workflow' {
  interface CarriedTypes {
    money: Money;
  }
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type DatedJson = Date | DatedJson[] | { [key: string]: DatedJson };
interface Tree {
  value: string;
  parent?: Tree;
  children: Tree[];
}
interface DatedTree {
  at: Date;
  children: DatedTree[];
}
type Step = { kind: 'a'; x: number } | { kind: 'b'; readonly y?: string };
declare const brand: unique symbol;
type Id = string & { readonly [brand]: 'id' };
declare enum Color {
  Red,
  Blue,
}
interface Fluent {
  readonly n: number;
  add(n: number): this;
  toJSON(): Fluent;
}

test('what JSON does not change is the same type', () => {
  expectTypeOf<Jsonified<unknown>>().toEqualTypeOf<unknown>();
  expectTypeOf<Jsonified<never>>().toEqualTypeOf<never>();
  expectTypeOf<Jsonified<void>>().toEqualTypeOf<void>();
  expectTypeOf<Jsonified<undefined>>().toEqualTypeOf<undefined>();
  expectTypeOf<Jsonified<boolean>>().toEqualTypeOf<boolean>();
  expectTypeOf<Jsonified<object>>().toEqualTypeOf<object>();
  expectTypeOf<Jsonified<Color | 'x' | Id>>().toEqualTypeOf<Color | 'x' | Id>();
  expectTypeOf<Jsonified<Json>>().toEqualTypeOf<Json>();
  expectTypeOf<Jsonified<Tree>>().toEqualTypeOf<Tree>();
  expectTypeOf<Jsonified<Step>>().toEqualTypeOf<Step>();
  expectTypeOf<Jsonified<readonly Message[]>>().toEqualTypeOf<readonly Message[]>();
  expectTypeOf<Jsonified<OpenAI.ChatCompletionMessage>>().toEqualTypeOf<OpenAI.ChatCompletionMessage>();
  expectTypeOf<Jsonified<OpenAI.ChatCompletionMessageParam[]>>().toEqualTypeOf<OpenAI.ChatCompletionMessageParam[]>();
  expectTypeOf<Jsonified<Record<string, unknown>>>().toEqualTypeOf<Record<string, unknown>>();
  expectTypeOf<Jsonified<{ a?: Id; readonly b: string | undefined; c: Step[] }>>().toEqualTypeOf<{
    a?: Id;
    readonly b: string | undefined;
    c: Step[];
  }>();
  expectTypeOf<Jsonified<[string, number?]>>().toEqualTypeOf<[string, number?]>();
  expectTypeOf<Jsonified<readonly [first: string, ...rest: number[]]>>().toEqualTypeOf<
    readonly [first: string, ...rest: number[]]
  >();
  // A method that may be missing is missing.
  expectTypeOf<Jsonified<{ n: number; log?: () => void }>>().toEqualTypeOf<{ n: number; log?: () => void }>();
});

test('dates are texts, what has a `toJSON` is what it returns, methods are gone', () => {
  expectTypeOf<Jsonified<Date>>().toEqualTypeOf<string>();
  expectTypeOf<Jsonified<URL | null>>().toEqualTypeOf<string | null>();
  expectTypeOf<Jsonified<{ readonly at?: Date; n: number }>>().toEqualTypeOf<{ readonly at?: string; n: number }>();
  expectTypeOf<Jsonified<Order>>().toEqualTypeOf<{ readonly id: string; readonly at: string }>();
  expectTypeOf<Jsonified<Fluent>>().toEqualTypeOf<{ readonly n: number }>();
  expectTypeOf<Jsonified<Date | { kind: 'x' }>>().toEqualTypeOf<string | { kind: 'x' }>();
  expectTypeOf<Jsonified<[Date, (string | undefined)?, ...Date[]]>>().toExtend<[string, unknown?, ...unknown[]]>();
  expectTypeOf<Jsonified<readonly Date[]>>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Jsonified<(string | undefined)[]>>().toEqualTypeOf<(string | null)[]>();
  expectTypeOf<Jsonified<RegExpMatchArray>>().toEqualTypeOf<string[]>();
  expectTypeOf<Jsonified<DatedTree>['children'][number]['children'][number]['at']>().toEqualTypeOf<string>();
  expectTypeOf<DatedJson>().not.toExtend<Jsonified<DatedJson>>();
  expectTypeOf<Jsonified<{ bytes: Buffer }>>().toEqualTypeOf<{ bytes: { type: 'Buffer'; data: number[] } }>();
});

test('what JSON cannot carry says so in its place', () => {
  expectTypeOf<Jsonified<{ a: Map<string, 1>; b: Set<1>[]; c: bigint; d: RegExp; e: Uint8Array }>>().toEqualTypeOf<{
    a: NotJson<'a Map'>;
    b: NotJson<'a Set'>[];
    c: NotJson<'a bigint'>;
    d: NotJson<'a RegExp'>;
    e: NotJson<'bytes within a value'>;
  }>();
});

test('a task gives what arrives of its result', () => {
  const { now, find, load, tags, read, reply } = tasks<typeof activities>();
  expectTypeOf(now()).toEqualTypeOf<Promise<string>>();
  expectTypeOf(find('x')).toEqualTypeOf<Promise<{ readonly key: string; at?: string }>>();
  expectTypeOf(load()).toEqualTypeOf<Promise<{ readonly id: string; readonly at: string } | null>>();
  expectTypeOf(tags()).toEqualTypeOf<Promise<NotJson<'a Map'>>>();
  expectTypeOf(read()).toEqualTypeOf<Promise<Uint8Array>>();
  expectTypeOf(reply()).resolves.toHaveProperty('lc');
  // @ts-expect-error a LangChain message arrives as what its `toJSON` says
  void reply().then((message) => message.tool_calls);
});

test('a task that declares what does not arrive is refused when it is called, and says why', () => {
  const { remind, place, each, askModel, write, remindAny } = tasks<typeof activities>();
  expectTypeOf(remind).toEqualTypeOf<NotATask<'argument 1 is a Date, which arrives as a string: declare string'>>();
  expectTypeOf(place).toEqualTypeOf<
    NotATask<'argument 2 at /order/at is a Date, which arrives as a string: declare string'>
  >();
  expectTypeOf(each).toEqualTypeOf<NotATask<'argument 1 is a function, which JSON cannot carry: declare plain data'>>();
  expectTypeOf(askModel).toEqualTypeOf<
    NotATask<'argument 1 at /* has a `toJSON`, and arrives as what that returns: declare that'>
  >();
  // @ts-expect-error a Date would arrive as a string
  void remind(new Date());
  void remindAny(new Date());
  expectTypeOf(write(new Uint8Array(1), 'a', 'b')).toEqualTypeOf<Promise<number>>();
});

test('a type that a payload converter carries is left alone', () => {
  const { pay } = tasks<typeof activities>();
  expectTypeOf(pay).toEqualTypeOf<(money: Money) => Promise<Money>>();
  expectTypeOf<Jsonified<{ price: Money; at: Date }>>().toEqualTypeOf<{ price: Money; at: string }>();
});

test("an entrypoint's input is refused where it would not arrive as declared", () => {
  entrypoint('ok', async (input: { at: string; list?: readonly Message[] }) => input.at);
  entrypoint('either', async (input: Date | string) => String(input));
  // @ts-expect-error 'the input at /at is a Date, which arrives as a string: declare string'
  entrypoint('dated', async (input: { at: Date }) => input.at.getTime());
  // @ts-expect-error 'the input at /items/* is a Map, which JSON cannot carry: declare plain data'
  entrypoint('mapped', async (input: { items: Map<string, 1>[] }) => input.items.length);
  // @ts-expect-error 'the input at /order/at …' with memory too
  entrypoint({ name: 'memory', memory: {} }, async (input: { order: Order }) => input.order.total());
});

test('the saved value must have the type of `previous` of it', () => {
  entrypoint({ name: 'saves', memory: {} }, async (n: number, previous?: { at: string }) =>
    entrypoint.final({ value: previous?.at ?? n, save: { at: new Date(n) } }),
  );
  // @ts-expect-error '`previous` at /at is a Date, which arrives as a string: declare string'
  entrypoint({ name: 'lies', memory: {} }, async (n: number, previous?: { at: Date }) => ({
    at: previous?.at ?? new Date(n),
  }));
  // @ts-expect-error memory is always JSON, even if a payload converter carries more
  entrypoint({ name: 'carried', memory: {} }, async (n: number, previous?: Money) =>
    entrypoint.final({ value: n, save: previous }),
  );
});

test('the client gets what arrives; an entrypoint that is called inline returns what it returns', () => {
  const dated = entrypoint('dated', async (input: string) => ({ at: new Date(input), by: 'x' }));
  const client = {} as Holdpoint<{ dated: typeof dated }>;
  expectTypeOf(client.thread('t', 'dated').result()).toEqualTypeOf<Promise<{ at: string; by: string }>>();
  expectTypeOf(client.thread('t', dated).result()).toEqualTypeOf<Promise<{ at: string; by: string }>>();
  expectTypeOf(dated('x')).toEqualTypeOf<Promise<{ at: Date; by: string }>>();
});

test('an answer is what arrives of it; with a Standard Schema, what the schema makes of that', () => {
  for (const asks of [interrupt, interruptInTask]) {
    expectTypeOf(asks<{ at: Date }>('when?')).toEqualTypeOf<Promise<{ at: string }>>();
    expectTypeOf(asks.record<Date>('when?')).toEqualTypeOf<Promise<Recorded<string>>>();
  }
});
