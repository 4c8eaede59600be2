/** The way of previews: who reads it, for how long, with which codec, and what happens where it fails (P1, P3). */
import { Runtime } from '@temporalio/worker';
import type { PayloadCodec } from '@temporalio/common';
import { connect } from 'holdpoint/client';
import { heartbeats, type Preview, type PreviewTransport } from 'holdpoint/previews';
import { expect, test, vi } from 'vitest';
import { codec } from './fixtures/codec.ts';
import { countingProxy } from './fixtures/counting-proxy.ts';
import { openGate } from './fixtures/gates.ts';
import type { Step } from './fixtures/preview-activities.ts';
import { newId, reading, startPreviews, usePreviews } from './fixtures/preview-scenario.ts';
import type * as workflows from './fixtures/preview-workflows.ts';
import { startWorkerProcess } from './fixtures/processes.ts';
import { until } from './fixtures/scenario.ts';

const own = usePreviews();
const address = process.env['TEMPORAL_ADDRESS']!;
const hello: Step[][] = [[{ show: 'Hello' }, { gate: 'end' }]];

function connectOwn(options: { readonly previews?: PreviewTransport; readonly address?: string }) {
  return connect<typeof workflows>({ address, taskQueue: own.test.taskQueue, ...options });
}

test('P3: all readers of a run in a process look together, and no longer than the last of them reads', async () => {
  const inner = heartbeats({ every: 100 });
  const looks: AbortSignal[] = [];
  const previews: PreviewTransport = {
    ...inner,
    read: (target) => {
      looks.push(target.signal);
      return inner.read(target);
    },
  };
  await using client = await connectOwn({ previews });
  const thread = client.thread(newId(), 'plays');
  await thread.start(hello);
  const readers = [1, 2, 3].map(() => reading(thread.follow({ mode: 'custom' })));
  try {
    for (const reader of readers) await reader.has(({ length }) => length === 1);
    expect(looks).toHaveLength(1);
    for (const reader of readers.slice(1)) await reader.leave();
    expect(looks[0]!.aborted).toBe(false);
    await readers[0]!.leave();
    expect(looks[0]!.aborted).toBe(true);
  } finally {
    openGate(thread, 'end');
  }
});

test('P3: a reader that asks for neither mode makes no request for previews', async () => {
  await using proxy = await countingProxy();
  await using client = await connectOwn({ address: proxy.address });
  const thread = client.thread(newId(), 'plays');
  const updates = reading(thread.stream(hello, { mode: ['updates', 'tasks', 'interrupts'] }));
  await updates.has(({ length }) => length > 0);
  // Another client looks, and the task has shown something.
  const shown = reading(own.test.client.thread(thread.id, 'plays').follow({ mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  expect(proxy.count('DescribeWorkflowExecution', thread.id)).toBe(0);
  const looking = reading(thread.follow({ mode: 'custom' }));
  await looking.has(({ length }) => length === 1);
  expect(proxy.count('DescribeWorkflowExecution', thread.id)).toBeGreaterThan(0);
  openGate(thread, 'end');
  await Promise.all([updates.ended, shown.ended, looking.ended]);
});

test('P1: with a codec, nothing that a task shows can be read at the server', async () => {
  const dataConverter = { payloadCodecs: [codec] };
  await using coded = await startPreviews({ worker: { dataConverter } });
  const { taskQueue } = coded;
  await using client = await connect<typeof workflows>({ address, taskQueue, dataConverter });
  const thread = client.thread(newId(), 'plays');
  const shown = reading(thread.stream(hello, { mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  const { raw } = await thread.handle.describe();
  const [details] = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
  openGate(thread, 'end');
  expect(Buffer.from(details?.metadata?.['encoding'] ?? []).toString()).toBe('binary/hidden');
  expect(Buffer.from(details?.data ?? []).toString()).not.toMatch(/Hello|preview/);
  expect(await shown.ended).toMatchObject([{ kind: 'chunk', chunk: 'Hello' }]);
});

/** A transport in the memory of this process, as a user may write one: it keeps what the worker has encoded. */
function inMemory(kept: string[]): PreviewTransport {
  return {
    everyMs: 10,
    usesHeartbeats: false,
    open: ({ encode }) => ({
      append: async (piece) => void kept.push(await encode(piece)),
      end: async () => void kept.push('end'),
    }),
    async *read({ decode, signal }): AsyncGenerator<readonly Preview[]> {
      for (let i = 0; !signal.aborted; i++) {
        await until(() => signal.aborted || kept.length > i);
        const text = kept[i];
        if (text !== undefined && text !== 'end') yield [(await decode(text)) as Preview];
      }
    },
  };
}

test('P1: a user’s own transport carries what the codec of the worker has encoded, to the end of the task', async () => {
  const kept: string[] = [];
  const previews = inMemory(kept);
  const dataConverter = { payloadCodecs: [codec] };
  await using coded = await startPreviews({ previews, worker: { dataConverter } });
  const { taskQueue } = coded;
  await using client = await connect<typeof workflows>({ address, taskQueue, dataConverter, previews });
  // It needs no heartbeats.
  const thread = client.thread(newId(), 'playsMute');
  const steps: Step[] = [{ show: 'Hel' }, { gate: 'on' }, { show: 'lo' }, { gate: 'end' }, { show: '!' }];
  const shown = reading(thread.stream([steps], { mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  openGate(thread, 'on');
  await shown.has(({ length }) => length === 2);
  openGate(thread, 'end');
  await thread.result();
  expect(shown.items.map((item) => 'chunk' in item && item.chunk).slice(0, 2)).toEqual(['Hel', 'lo']);
  // What a task shows last is sent before its result.
  expect(kept).toHaveLength(4);
  expect(kept.at(-1)).toBe('end');
  for (const text of kept.slice(0, -1)) {
    const { data } = JSON.parse(text) as { readonly data: string };
    expect(Buffer.from(data, 'base64').toString()).not.toMatch(/parts|Hel/);
  }
});

test('P1: where a transport throws, the task goes on, its readers get the result, and the log has it once', async () => {
  const log = vi.spyOn(Runtime.instance().logger, 'log').mockImplementation(() => undefined);
  const fail = (): never => {
    throw new Error('the way is closed');
  };
  const notices: string[] = [];
  const previews: PreviewTransport = {
    everyMs: 10,
    usesHeartbeats: false,
    open: () => ({ append: fail, end: fail }),
    read: fail,
  };
  try {
    await using failing = await startPreviews({ previews, onNotice: (message) => notices.push(message) });
    for (const _ of [1, 2]) {
      const thread = failing.client.thread(newId(), 'plays');
      expect(await reading(thread.stream([[{ show: 'Hello' }]], { mode: ['custom', 'updates'] })).ended).toEqual([
        ['updates', { play: 'done' }],
        ['updates', { plays: 'done' }],
      ]);
    }
    const lost = log.mock.calls.filter(([, message]) => message.includes('the way is closed'));
    expect(lost).toHaveLength(1);
    expect(lost[0]![1]).toContain('What task `play` shows while it runs is lost');
    expect(notices[0]).toContain('the way is closed');
  } finally {
    log.mockRestore();
  }
});

test('P1: where the codec fails for a preview, the task is not cancelled, and the log has it once', async () => {
  const log = vi.spyOn(Runtime.instance().logger, 'log').mockImplementation(() => undefined);
  const failing: PayloadCodec = {
    encode: async (payloads) => {
      if (payloads.some(({ data }) => Buffer.from(data ?? []).includes('holdpoint/preview'))) throw new Error('no key');
      return payloads;
    },
    decode: async (payloads) => payloads,
  };
  try {
    await using coded = await startPreviews({ worker: { dataConverter: { payloadCodecs: [failing] } } });
    const thread = coded.client.thread(newId(), 'plays');
    await thread.start([[{ shows: 'Hello', until: 'end' }, { returnsCancelled: true }]]);
    await until(() => log.mock.calls.some(([, message]) => /no key|cancelling/i.test(message)));
    openGate(thread, 'end');
    expect(await thread.result()).toBe(false);
    const lost = log.mock.calls.filter(([, message]) => message.includes('no key'));
    expect(lost.map(([, message]) => message)).toEqual([expect.stringContaining('What task `play` shows')]);
  } finally {
    log.mockRestore();
  }
});

test('P1: a transport that hangs does not keep the result of a task', async () => {
  const hang = (): Promise<never> => new Promise(() => undefined);
  const previews: PreviewTransport = {
    ...heartbeats(),
    usesHeartbeats: false,
    open: () => ({ append: hang, end: hang }),
  };
  await using hanging = await startPreviews({ previews });
  const thread = hanging.client.thread(newId(), 'plays');
  expect(await thread.invoke([[{ show: 'Hello' }]])).toEqual({ value: 'done' });
});

test('P2: after a worker was killed in the middle of a sentence, the next attempt begins anew and goes on', async () => {
  await using other = await startPreviews();
  await other.worker.stop();
  await using killed = startWorkerProcess(other.taskQueue, {}, 'previews-worker.ts');
  const thread = other.client.thread(newId(), 'playsShortly');
  const steps: Step[][] = [
    [{ show: 'Hel' }, { gate: 'never' }],
    [{ show: 'Hello' }, { gate: 'end' }],
  ];
  const shown = reading(thread.stream(steps, { mode: 'custom' }));
  await shown.has(({ length }) => length === 1);
  await killed.kill();
  await other.worker.restart();
  await shown.has(({ length }) => length === 3);
  openGate(thread, 'end');
  const about = { task: 'play', id: 'play:1' };
  expect(await shown.ended).toEqual([
    { ...about, attempt: 1, kind: 'chunk', chunk: 'Hel' },
    { ...about, attempt: 2, kind: 'reset' },
    { ...about, attempt: 2, kind: 'chunk', chunk: 'Hello' },
  ]);
});
