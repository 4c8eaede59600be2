/** The heartbeats that reach the server, where each of them is billed (T4). */
import { NativeConnection } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { aborted } from './fixtures/activities.ts';
import { countingProxy } from './fixtures/counting-proxy.ts';
import { openGate } from './fixtures/gates.ts';
import { drive, startScenario, until } from './fixtures/scenario.ts';

test('T4: a task that listens learns of its cancellation from its next heartbeat; one that does not has few, and runs on', async () => {
  await using proxy = await countingProxy();
  const connection = await NativeConnection.connect({ address: proxy.address });
  await using own = await startScenario({ worker: { connection } });
  const { thread } = drive(own.client, 'listensAndNot');
  const beats = (call: string): number => proxy.count('RecordActivityTaskHeartbeat', call);

  try {
    await thread.start();
    await until(() => beats('untilAborted:1') === 2);
    await thread.cancel();
    // The workflow waits for neither, so it does not matter when a task learns of it.
    expect(await thread.result()).toEqual([true, true]);
    expect(beats('untilAborted:1')).toBe(2);
    await until(() => aborted.includes(thread.id));
    expect({ listening: beats('untilAborted:1'), deaf: beats('deaf:1') }).toEqual({ listening: 3, deaf: 1 });
  } finally {
    openGate(thread, 'deaf');
  }
});
