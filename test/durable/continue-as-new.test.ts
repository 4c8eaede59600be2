/** Threads on a server that suggests to continue as new every other turn. */
import { uiMessageHandler } from 'holdpoint/chat';
import { Command, type ListedInterrupt } from 'holdpoint/client';
import { startServer, type DevServer } from 'holdpoint/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGate, reached } from './fixtures/gates.ts';
import { resetBefore } from './fixtures/resets.ts';
import { drain, expectCode, asking, until, useScenario, type AnyUpdate } from './fixtures/scenario.ts';

const shared = process.env['TEMPORAL_ADDRESS'];
let server: DevServer;

// Before that of `useScenario`, which finds it by its address.
beforeAll(async () => {
  delete process.env['TEMPORAL_ADDRESS'];
  const config = [
    'limit.historyCount.suggestContinueAsNew=30',
    // The server starts the next run of a chain a second after the last one at the earliest. Runs are short here.
    'history.workflowIdReuseMinimalInterval="1ms"',
  ];
  server = await startServer({ extraArgs: config.flatMap((value) => ['--dynamic-config-value', value]) });
  process.env['TEMPORAL_ADDRESS'] = server.address;
});
const scenario = useScenario();
const { drive } = scenario;
afterAll(async () => {
  if (shared !== undefined) process.env['TEMPORAL_ADDRESS'] = shared;
  await server.stop();
});

test('a thread continues as new every other turn, while a client streams (R5 S1)', async () => {
  const { thread } = drive('countsTurns');
  const { run } = await thread.start(null, { key: 'k1', memo: { mine: 'kept' } });
  const live = scenario.client.thread(thread.id).follow({ from: 'start', live: true });
  expect(await thread.result()).toBe(1);
  for (let turn = 2; turn <= 30; turn++) {
    expect(await thread.invoke(null, { key: `k${turn}` })).toEqual({ value: turn });
    // Sent again, whichever run it was in.
    if (turn % 10 === 0) expect(await thread.invoke(null, { key: `k${turn - 6}` })).toEqual({ value: turn - 6 });
  }
  expect((await thread.state()).turn).toBe(30);

  const { memo, raw, runId } = await thread.handle.describe();
  expect(raw.workflowExecutionInfo?.firstRunId).toBe(run);
  expect(runId).not.toBe(run);
  expect(memo).toMatchObject({ mine: 'kept', turn: { n: 30 } });
  expect(await thread.start(null, { key: 'k28' })).toMatchObject({ run, key: 'k28' });
  expect(await thread.result({ key: 'k15' })).toBe(15);
  const seen: AnyUpdate[] = [];
  for await (const update of live) {
    seen.push(update);
    if (seen.length === 60) break;
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => [{ echo: n }, { countsTurns: n + 1 }]).flat());
  expect(await drain(thread.follow({ from: 'start' }))).toEqual(seen);
});

test('R5: answers, ids and refusals go on over continue-as-new', async () => {
  const { thread, send, reply } = drive('addsAnswers');
  for (let turn = 1; turn <= 8; turn++) {
    expect(await send(`q${turn}`)).toEqual([asking(`ask:${turn}`, `q${turn}?`)]);
    if (turn === 5) await expectCode(thread.resume(0, { id: 'ask:1', key: 'late' }), 'AlreadyAnswered');
    await thread.resume(turn, { key: `a${turn}`, actor: 'ann' });
    expect(await thread.result()).toBe((turn * (turn + 1)) / 2);
  }
  const { raw, runId } = await thread.handle.describe();
  expect(runId).not.toBe(raw.workflowExecutionInfo?.firstRunId);
  expect((await thread.answers()).map(({ id }) => id)).toEqual(Array.from({ length: 8 }, (_, n) => `ask:${n + 1}`));
  expect((await thread.state()).refused).toMatchObject([{ key: 'late' }]);
  // Each question of the chain, as it opened and closed.
  const seen: string[] = [];
  for await (const item of thread.follow({ mode: 'interrupts', from: 'start' }))
    seen.push(
      item.kind === 'opened' ? item.interrupt.id : item.kind === 'closed' ? `${item.how} by ${item.actor}` : '',
    );
  expect(seen).toEqual(Array.from({ length: 8 }, (_, n) => [`ask:${n + 1}`, 'answered by ann']).flat());
  // A receipt of an earlier run of the chain.
  expect(await thread.resume(2, { key: 'a2' })).toEqual({ outcome: 'accepted', id: 'ask:2', key: 'a2' });
  expect(await send('q9')).toEqual([asking('ask:9', 'q9?')]);
  expect(await reply(1)).toEqual([{ ask: 1 }, { addsAnswers: 37 }]);
});

test('I3: a question that is cut for the memo is shown with the run that an answer is addressed with', async () => {
  const { thread } = drive('titled');
  const { run } = await thread.start('x');
  await thread.result();
  for (let turn = 2; turn <= 8; turn++) await thread.invoke('x');
  expect((await thread.handle.describe()).runId).not.toBe(run);
  await thread.start('ask');
  await until(async () => (await thread.interrupts()).length === 1);
  let listed: ListedInterrupt | undefined;
  await until(async () => {
    for await (const question of scenario.client.interrupts({ entrypoint: 'titled' }))
      if (question.thread === thread.id) listed = question;
    return listed !== undefined;
  });
  expect(listed).toMatchObject({ id: 'titled:1', run, value: null, truncated: true, askedAt: expect.any(String) });
  expect(await thread.interrupts()).toMatchObject([{ id: 'titled:1', run, value: 'short' }]);
  const { id } = listed!;
  expect(await thread.resume('v', { id, run: listed!.run })).toMatchObject({ outcome: 'accepted' });
});

test('R5: how a question ended is known over continue-as-new (A2)', async () => {
  const { thread } = drive('closes');
  const ways = [
    ['answer', 'AlreadyAnswered'],
    ['expire', 'InterruptExpired'],
    ['default', 'InterruptExpired'],
    ['withdraw', 'InterruptWithdrawn'],
  ] as const;
  for (const [how] of ways) {
    await thread.start(how);
    if (how === 'answer') {
      await thread.invoke(new Command({ resume: 'yes' }));
    }
    await thread.result();
  }
  // Twice: what one run has carried, the next one carries too.
  for (let run = (await thread.handle.describe()).runId, runs = 0; runs < 2;) {
    await thread.start('withdraw');
    await thread.result();
    const { runId } = await thread.handle.describe();
    if (runId !== run) runs++;
    run = runId;
  }
  for (const [n, [, code]] of ways.entries()) await expectCode(thread.resume('late', { id: `closes:${n + 1}` }), code);
  await expectCode(thread.resume('late', { id: 'closes:999' }), 'NotPending');
});

test('R11 A10: a reset of the first run brings the turns and answers of all runs', async () => {
  const { thread, send } = drive('addsAnswers');
  for (let turn = 1; turn <= 8; turn++) {
    await send(`q${turn}`);
    await thread.resume(turn, { key: `a${turn}` });
    await thread.result();
  }
  const { raw, runId } = await thread.handle.describe();
  const run = raw.workflowExecutionInfo?.firstRunId ?? '';
  expect(runId).not.toBe(run);
  const reading = drain(scenario.client.thread(thread.id).follow({ live: true }));
  const before = await drain(thread.follow({ from: 'start' }));
  await resetBefore(thread, 'start', { run });
  await until(async () => (await thread.handle.describe()).raw.workflowExtendedInfo?.lastResetTime != null);
  await until(async () => (await thread.state()).turn === 8 && (await thread.state()).status === 'idle');
  expect(await thread.state()).toMatchObject({ saved: 36, refused: [] });
  expect((await thread.answers()).map(({ id, value }) => [id, value])).toEqual(
    Array.from({ length: 8 }, (_, n) => [`ask:${n + 1}`, n + 1]),
  );
  expect(await thread.resume(5, { key: 'a5' })).toMatchObject({ outcome: 'accepted', id: 'ask:5' });
  expect(await drain(thread.follow({ from: 'start' }))).toHaveLength(before.length);
  await thread.close();
  expect(await reading).toContainEqual({ addsAnswers: 36 });
});

test('R5 R12: what is remembered goes on over continue-as-new', async () => {
  const { thread } = drive('guarded');
  await thread.invoke({ tool: 'refund' });
  await thread.resume({ type: 'approve', remember: 'the tool' });
  expect(await thread.result()).toBe('approve in guarded:1');
  // Twice: what one run has carried, the next one carries too.
  const runs = new Set<string>();
  while (runs.size < 3) {
    expect(await thread.invoke({ tool: 'refund' })).toEqual({ value: 'approve, as in guarded:1' });
    runs.add((await thread.handle.describe()).runId);
  }
  expect((await thread.state()).remembered).toMatchObject([{ id: 'guarded:1', tool: 'refund' }]);
  await thread.forget('guarded:1');
  expect((await thread.invoke({ tool: 'refund' })).interrupts).toMatchObject([{ id: 'guarded:2' }]);
});

test('R5: queued turns are finished first, and the inputs of all callers are taken', async () => {
  const { thread } = drive('remembers');
  await thread.start('hold');
  await reached(thread, 'g');
  const queued = Array.from({ length: 8 }, (_, n) => `q${n}`);
  for (const key of queued) await thread.start(key, { key });
  openGate(thread, 'g');
  await thread.result({ key: 'q0' });
  // Until then the thread takes no more; the client sends it again.
  expect((await thread.invoke('after')).value).toEqual(['hold', ...queued, 'after']);
  const { raw, runId } = await thread.handle.describe();
  expect(runId).not.toBe(raw.workflowExecutionInfo?.firstRunId);
  await until(async () => (await thread.state()).status === 'idle');
});

test('S1: a chain is followed from a cursor of its first run, by several readers', async () => {
  const { thread } = drive('remembers');
  const first = thread.stream('ask');
  expect((await first.next()).value).toMatchObject({ __interrupt__: [{ id: 'remembers:1' }] });
  const { cursor } = first;
  await first.return();
  await thread.resume('x');
  for (const x of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) await thread.invoke(x);
  const { raw, runId } = await thread.handle.describe();
  expect(runId).not.toBe(raw.workflowExecutionInfo?.firstRunId);
  const readers = await Promise.all([1, 2, 3].map(() => drain(thread.follow({ from: cursor }))));
  expect(readers[0]?.map((update) => (update['remembers'] as string[]).length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(readers[1]).toEqual(readers[0]);
  expect(readers[2]).toEqual(readers[0]);
  await expectCode(thread.resume('y', { id: 'remembers:1' }), 'AlreadyAnswered');
  expect(await drain(thread.stream('ask'))).toEqual([asking('remembers:2', 'body?')]);
});

test('C2: the conversation of a chat page has the turns of all runs', async () => {
  const { thread, send, reply } = drive('addsAnswers');
  for (let turn = 1; turn <= 6; turn++) {
    await send(`q${turn}`);
    await reply(turn);
  }
  const { raw, runId } = await thread.handle.describe();
  expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(runId);
  const chat = uiMessageHandler({ client: scenario.client, entrypoint: 'addsAnswers' });
  const response = await chat(new Request(`http://localhost/api/chat/${thread.id}`));
  const { messages } = (await response.json()) as { readonly messages: readonly { readonly id: string }[] };
  const conversation = Array.from({ length: 6 }, (_, n) => [
    { role: 'user', parts: [{ type: 'text', text: `q${n + 1}` }] },
    {
      role: 'assistant',
      parts: [{ type: 'data-question', data: { value: `q${n + 1}?`, closed: { how: 'answered' } } }],
    },
  ]);
  expect(messages).toMatchObject(conversation.flat());
  expect(new Set(messages.map(({ id }) => id)).size).toBe(12);
});
