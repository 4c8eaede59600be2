/** Threads as the client types them: by an entrypoint's name, by the entrypoint itself, or by neither. */
import type { AssistantMessage, ToolMessage } from 'holdpoint/agent';
import {
  type AuditEntry,
  Command,
  connect,
  type CustomUpdate,
  type Holdpoint,
  type How,
  type Interrupt,
  type InterruptEntry,
  type InterruptUpdate,
  type ListedInterrupt,
  type MessageUpdate,
  type Result,
  type ResumeResult,
  type Started,
  type State,
  type TaskUpdate,
  type Thread,
  type Update,
} from 'holdpoint/client';
import { entrypoint } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import { graph, nightly } from './fixtures/workflows.ts';
import type * as workflows from './fixtures/workflows.ts';

declare const client: Holdpoint<typeof workflows>;
declare const untyped: Holdpoint;

test('a name is checked, and gives the thread its input and value', () => {
  expectTypeOf(client.thread('t', 'graph')).toEqualTypeOf<Thread<string, string>>();
  expectTypeOf(client.thread('t', 'order')).toEqualTypeOf<
    Thread<{ item: string; count?: number }, { total: number }>
  >();
  // @ts-expect-error there is no such entrypoint
  client.thread('t', 'grahp');
  // @ts-expect-error a plain workflow is not an entrypoint
  client.thread('t', 'plainWorkflow');
  // @ts-expect-error a value is not an entrypoint
  client.thread('t', 'VERSION');
});

test('the entrypoint itself serves as well as its name, for any client', () => {
  expectTypeOf(client.thread('t', graph)).toEqualTypeOf<Thread<string, string>>();
  expectTypeOf(client.thread('t', nightly)).toEqualTypeOf<Thread<void, number>>();
  expectTypeOf(untyped.thread('t', graph)).toEqualTypeOf<Thread<string, string>>();
});

test('start, invoke and stream take the input of the entrypoint', () => {
  const thread = client.thread('t', 'graph');
  void thread.start('x', { key: 'k', memo: { a: 1 }, workflowExecutionTimeout: '1 day' });
  void thread.invoke('x', { key: 'k', signal: AbortSignal.timeout(1) });
  void thread.stream('x');
  // @ts-expect-error the input has another type
  void thread.start(1);
  // @ts-expect-error the input has another type
  void thread.invoke(1);
  // @ts-expect-error the input has another type
  void thread.stream(1);
  // @ts-expect-error the input is missing
  void thread.stream();
  // @ts-expect-error the thread says what the workflow id is
  void thread.start('x', { workflowId: 'other' });
});

test('an entrypoint that takes anything is started with anything', () => {
  const thread = client.thread('t', 'echo');
  void thread.start('x');
  void thread.stream({ any: 'input' });
});

test('an entrypoint without an input is started without one', () => {
  const thread = client.thread('t', 'nightly');
  void thread.start();
  void thread.invoke();
  void thread.stream();
  // @ts-expect-error it has no input
  void thread.start('x');
});

test('a Command takes the place of the input, but where a thread is started', () => {
  const thread = client.thread('t', 'graph');
  void thread.stream(new Command({ resume: 'yes' }));
  void thread.invoke(new Command({ resume: null, id: 'ask:1', run: 'r', actor: 'ann', key: 'k' }));
  // @ts-expect-error `start` starts
  void thread.start(new Command({ resume: 'yes' }));
  // @ts-expect-error there is no answer in it
  void new Command({});
  // @ts-expect-error there is no such field
  void new Command({ resume: 'yes', wait: 1 });
});

test('a result is a value, or open interrupts', async () => {
  const thread = client.thread('t', 'graph');
  const result = await thread.invoke('x');
  expectTypeOf(result).toEqualTypeOf<Result<string>>();
  if (result.interrupts) {
    expectTypeOf(result.interrupts).toEqualTypeOf<readonly Interrupt[]>();
    expectTypeOf(result.value).toEqualTypeOf<undefined>();
  } else {
    expectTypeOf(result.value).toEqualTypeOf<string>();
  }
  expectTypeOf(thread.result()).toEqualTypeOf<Promise<string>>();
  expectTypeOf(thread.resume('yes')).toEqualTypeOf<Promise<ResumeResult>>();
  for (const one of await thread.resumeAll([{ value: 'yes', id: 'ask:1' }])) {
    if (one.outcome === 'failed') expectTypeOf(one.error).toEqualTypeOf<Error>();
    else expectTypeOf(one).toEqualTypeOf<ResumeResult>();
  }
  // @ts-expect-error each answer says which question it is for
  void thread.resumeAll([{ value: 'yes' }]);
  for await (const entry of thread.audit({ payloads: true })) {
    expectTypeOf(entry).toEqualTypeOf<AuditEntry>();
    if (entry.kind === 'asked') expectTypeOf(entry.question).toEqualTypeOf<Interrupt>();
  }
  expectTypeOf(thread.shown('ask:1', { run: 'r', actor: 'ann' })).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error it was shown to somebody
  void thread.shown('ask:1', { run: 'r' });
  expectTypeOf(thread.forget('callTool:1')).toEqualTypeOf<Promise<void>>();
  expectTypeOf(thread.state({ signal: AbortSignal.timeout(1) })).toEqualTypeOf<Promise<State>>();
  expectTypeOf(thread.interrupts({ signal: AbortSignal.timeout(1) })).toEqualTypeOf<Promise<readonly Interrupt[]>>();
});

test('a stream yields updates, in mode `tasks` steps of tasks', async () => {
  const thread = client.thread('t', 'graph');
  for await (const update of thread.stream('x')) {
    expectTypeOf(update).toEqualTypeOf<Update>();
    expectTypeOf(update['step1']).toEqualTypeOf<unknown>();
    expectTypeOf(update.__interrupt__).toEqualTypeOf<readonly InterruptEntry[] | undefined>();
  }
  for await (const item of thread.follow({ mode: 'interrupts' })) {
    expectTypeOf(item).toEqualTypeOf<InterruptUpdate>();
    if (item.kind === 'open') expectTypeOf(item.interrupts).toEqualTypeOf<readonly Interrupt[]>();
    if (item.kind === 'opened') expectTypeOf(item.interrupt).toEqualTypeOf<Interrupt>();
    if (item.kind === 'closed') expectTypeOf(item.how).toEqualTypeOf<How | undefined>();
  }
  for await (const step of thread.stream('x', { mode: 'tasks' })) expectTypeOf(step).toEqualTypeOf<TaskUpdate>();
  for await (const { at } of thread.stream('x', { mode: 'tasks' })) expectTypeOf(at).toEqualTypeOf<string>();
  for await (const step of thread.follow({ mode: 'tasks', live: true })) expectTypeOf(step).toEqualTypeOf<TaskUpdate>();
  const updates = thread.follow({ from: 'start' });
  expectTypeOf(updates.cursor).toEqualTypeOf<string | undefined>();
  // @ts-expect-error there is no such mode
  thread.follow({ mode: 'values' });
});

test('modes that show previews, and several modes at once, whose items are pairs (P2)', async () => {
  const thread = client.thread('t', 'graph');
  for await (const item of thread.stream('x', { mode: 'messages' })) {
    expectTypeOf(item).toEqualTypeOf<MessageUpdate>();
    if (item.kind === 'text') expectTypeOf(item.text).toEqualTypeOf<string>();
    if (item.kind === 'message') expectTypeOf(item.message).toEqualTypeOf<AssistantMessage | ToolMessage>();
  }
  for await (const item of thread.follow({ mode: 'custom' })) {
    expectTypeOf(item).toEqualTypeOf<CustomUpdate>();
    if (item.kind === 'chunk') expectTypeOf(item.chunk).toEqualTypeOf<unknown>();
  }
  for await (const [mode, item] of thread.stream('x', { mode: ['updates', 'messages'] })) {
    expectTypeOf(mode).toEqualTypeOf<'updates' | 'messages'>();
    if (mode === 'updates') expectTypeOf(item).toEqualTypeOf<Update>();
    else expectTypeOf(item).toEqualTypeOf<MessageUpdate>();
  }
  // @ts-expect-error there is no such mode
  thread.follow({ mode: ['updates', 'values'] });
});

test('a thread without an entrypoint is answered and read, not started', () => {
  const thread = client.thread('t');
  void thread.resume('yes', { id: 'ask:1', actor: 'ann', wait: 0 });
  void thread.follow();
  void thread.stream(new Command({ resume: 'yes' }));
  // @ts-expect-error which entrypoint?
  void thread.start('x');
  // @ts-expect-error which entrypoint?
  void thread.invoke('x');
  // @ts-expect-error which entrypoint?
  void thread.stream();
});

test('a client that knows no workflows takes any name and any input', () => {
  const thread = untyped.thread('t', 'anything');
  void thread.start({ any: 'input' });
  void thread.stream('x');
  void thread.stream(new Command({ resume: 'yes' }));
  expectTypeOf(thread.result()).toEqualTypeOf<Promise<unknown>>();
  expectTypeOf(connect()).toEqualTypeOf<Promise<Holdpoint>>();
});

test('what answers any thread takes a client that knows its workflows', () => {
  const inbox = (_client: { thread(id: string): Thread; interrupts: Holdpoint['interrupts'] }): void => undefined;
  const answer = (_thread: Thread): void => undefined;
  inbox(client);
  answer(client.thread('t', 'graph'));
});

test('listings are async iterables of interrupts with their thread', async () => {
  for await (const interrupt of client.interrupts({
    entrypoint: 'graph',
    task: 'ask',
    assignee: 'ann',
    olderThan: '1 hour',
  })) {
    expectTypeOf(interrupt).toEqualTypeOf<ListedInterrupt>();
    expectTypeOf(interrupt.thread).toEqualTypeOf<string>();
  }
  expectTypeOf(client).toExtend<AsyncDisposable>();
});

test('a duration is milliseconds, or a number with a unit', () => {
  client.interrupts({ olderThan: 3_600_000 });
  client.interrupts({ olderThan: '90 minutes' });
  client.interrupts({ olderThan: '3s' });
  // @ts-expect-error no number, no unit
  client.interrupts({ olderThan: 'soon' });
});

test('a thread with memory is typed like any other', () => {
  const chat = entrypoint({ name: 'chat', memory: {} }, async (n: number, previous?: string[]) =>
    entrypoint.final({ value: n, save: [...(previous ?? []), 'x'] }),
  );
  const thread = untyped.thread('t', chat);
  expectTypeOf(thread).toEqualTypeOf<Thread<number, number>>();
  expectTypeOf(thread.result({ key: 'k', signal: AbortSignal.timeout(1) })).toEqualTypeOf<Promise<number>>();
  expectTypeOf(thread.start(1)).toEqualTypeOf<Promise<Started>>();
  expectTypeOf(thread.close('done')).toEqualTypeOf<Promise<void>>();
  expectTypeOf(thread.updateState(['x'])).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error the second parameter is not the caller's to pass
  void chat(1, ['x']);
});
