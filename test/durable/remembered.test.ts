/** Decisions that a thread remembers: listed, carried, and taken back (R12). */
import { expect, test } from 'vitest';
import { temporal } from './fixtures/processes.ts';
import type { GuardedAnswer, GuardedCall } from './fixtures/remembering-workflows.ts';
import { resetBefore } from './fixtures/resets.ts';
import { expectCode, startScenario, until, useScenario } from './fixtures/scenario.ts';

const scenario = useScenario();
const { drive } = scenario;

const refund: GuardedCall = { tool: 'refund', args: { order: 'A', amount: 5 } };
const forTool: GuardedAnswer = { type: 'approve', remember: 'the tool' };

type Guarded = ReturnType<typeof drive<'guarded'>>['thread'];

/** Runs a turn that asks, and answers it. Returns how it was decided. */
async function decide(thread: Guarded, call: GuardedCall, answer: GuardedAnswer): Promise<unknown> {
  const asked = await thread.invoke(call);
  expect(asked.interrupts).toMatchObject([{ value: call }]);
  await thread.resume(answer, { actor: 'ann', wait: '30s' });
  return thread.result();
}

/** What the Web UI shows. */
async function details(thread: Guarded): Promise<string> {
  return (await thread.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

test('R12: a remembered decision counts for later calls, and the state lists it', async () => {
  const { thread } = drive('guarded');
  expect(await decide(thread, refund, { type: 'reject', remember: 'these arguments' })).toBe('reject in guarded:1');
  expect(await thread.invoke({ tool: 'refund', args: { amount: 5, order: 'A' } })).toEqual({
    value: 'reject, as in guarded:1',
  });
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const other = { tool: 'refund', args: { order: 'B', amount: 5 } };
  expect(await decide(thread, other, { ...forTool, until: later })).toBe('approve in guarded:2');
  expect(await thread.invoke({ tool: 'refund', args: {} })).toEqual({ value: 'approve, as in guarded:2' });
  expect((await thread.state()).remembered).toEqual([
    { id: 'guarded:1', ...refund, type: 'reject', actor: 'ann', at: expect.stringMatching(/Z$/) },
    { id: 'guarded:2', tool: 'refund', type: 'approve', actor: 'ann', at: expect.stringMatching(/Z$/), until: later },
  ]);
  const page = await details(thread);
  expect(page).toContain('### Remembered decisions');
  expect(page).toContain('- reject **refund** with `{"order":"A","amount":5}`, by ann (`guarded:1`)');
  expect(page).toContain(`- approve **refund**, by ann, until ${later} (\`guarded:2\`)`);
  expect(page).toContain(`temporal workflow signal -w '${thread.id}' --name forget -i '{"id":"guarded:2"}'`);
});

test('R12: what is taken back lets nothing through', async () => {
  const { thread } = drive('guarded');
  await decide(thread, refund, forTool);
  await thread.forget('guarded:1', { actor: 'bob' });
  expect(await details(thread)).not.toContain('Remembered decisions');
  expect(await decide(thread, refund, forTool)).toBe('approve in guarded:2');
  await expectCode(thread.forget('guarded:1'), 'NotRemembered');
  await expect(thread.forget('')).rejects.toThrow(/^Expected the id of the decision to be a non-empty string/);
  await expect(thread.forget('guarded:2', { actor: 5 as unknown as string })).rejects.toThrow(/Expected `actor`/);
  expect((await thread.state()).remembered).toMatchObject([{ id: 'guarded:2' }]);
  await thread.close();
  await until(async () => (await thread.state()).status === 'completed');
  await expectCode(thread.forget('guarded:2'), 'ThreadClosed');
});

test('R12: any client may take a decision back with a signal, and one that makes no sense changes nothing', async () => {
  const { thread } = drive('guarded');
  await decide(thread, refund, forTool);
  const signal = ['workflow', 'signal', '--workflow-id', thread.id, '--name', 'forget'];
  for (const about of ['{"id":"guarded:7"}', '{"id":1}', '"guarded:1"', 'null'])
    await temporal(...signal, '--input', about);
  await temporal(...signal);
  expect(await thread.invoke(refund)).toEqual({ value: 'approve, as in guarded:1' });
  await temporal(...signal, '--input', '{"id":"guarded:1","actor":"bob"}');
  await until(async () => (await thread.state()).remembered.length === 0);
  expect((await thread.invoke(refund)).interrupts).toMatchObject([{ id: 'guarded:2' }]);
});

test('R12: without a worker the signal is sent all the same', async () => {
  await using own = await startScenario();
  const thread = own.client.thread(`g-${own.taskQueue}`, 'guarded');
  await decide(thread, refund, forTool);
  await own.worker.stop();
  await thread.forget('guarded:1');
  await own.worker.restart();
  expect((await thread.invoke(refund)).interrupts).toMatchObject([{ id: 'guarded:2' }]);
});

test('R11: after a reset, what was taken back is not remembered again', async () => {
  const { thread } = drive('guarded');
  await decide(thread, refund, forTool);
  expect(await thread.invoke(refund)).toEqual({ value: 'approve, as in guarded:1' });
  await thread.forget('guarded:1');
  await decide(thread, refund, { type: 'reject' });
  await resetBefore(thread, 'start');
  // Of the three calls, only the answers to two are known. Nothing lets the third one through.
  await until(async () => (await thread.state()).interrupts.some(({ id }) => id === 'guarded:3'));
  expect((await thread.state()).remembered).toEqual([]);
  expect((await thread.answers()).map(({ id }) => id)).toEqual(['guarded:1', 'guarded:2']);
  await thread.resume(forTool);
  await until(async () => (await thread.state()).remembered.length === 1);
  expect(await thread.invoke(refund)).toEqual({ value: 'approve, as in guarded:3' });
});
