/** An audit that breaks off after its first line (A13). */
import { expect, test } from 'vitest';
import { auditResponse } from '../../src/inbox/audit.ts';
import type { ReadSettings } from '../../src/inbox/options.ts';

const visitor = { actor: 'ann', groups: [], how: 'token' } as const;

/** Settings with a thread whose history ends in an error. */
function broken(notices: string[]): ReadSettings {
  async function* audit(): AsyncGenerator<object> {
    yield { kind: 'started' };
    throw new Error('page 2 is lost');
  }
  const tools = { describe: async () => ({ entrypoint: 'ask' }), thread: () => ({ audit }) };
  const notify = (one: string): number => notices.push(one);
  // The audit needs no other settings.
  return { tools, notify, permits: async () => true } as unknown as ReadSettings;
}

test('an audit that breaks off says so in its last line, and the owner of the inbox learns why (A13)', async () => {
  const notices: string[] = [];
  const settings = { visitor, payloads: false, signal: new AbortController().signal };
  const response = await auditResponse(broken(notices), 't', settings);
  const lines = (await response.text()).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { kind: 'started' },
    { kind: 'error', error: 'Internal', message: 'The request failed.' },
  ]);
  expect(notices).toEqual(['An audit of thread `t` broke off: page 2 is lost']);
});

test('an audit whose reader has left is told to nobody (A13)', async () => {
  const notices: string[] = [];
  const page = new AbortController();
  const response = await auditResponse(broken(notices), 't', { visitor, payloads: false, signal: page.signal });
  page.abort();
  await response.text();
  expect(notices).toEqual([]);
});
