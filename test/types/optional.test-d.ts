/** With `exactOptionalPropertyTypes`, an optional field also accepts `undefined`. */
import { interrupt as interruptInTask } from 'holdpoint/activity';
import { Command, connect, type Holdpoint } from 'holdpoint/client';
import { startServer } from 'holdpoint/testing';
import { runWorker } from 'holdpoint/worker';
import { interrupt } from 'holdpoint/workflow';
import { test } from 'vitest';
import type * as workflows from './fixtures/workflows.ts';

declare const client: Holdpoint<typeof workflows>;
declare const text: string | undefined;
declare const ms: number | undefined;
declare const signal: AbortSignal | undefined;

test('options may be undefined', () => {
  const thread = client.thread('t', 'graph');
  void thread.start('x', { key: text, taskQueue: text });
  void thread.invoke('x', { key: text, signal });
  void thread.stream('x', { key: text, signal });
  thread.follow({ from: text, signal });
  void thread.resume('x', { id: text, run: text, actor: text, key: text });
  void thread.resumeAll([{ value: 1, id: 'ask:1', run: text, actor: text, key: text }], { wait: ms });
  void thread.forget('callTool:1', { actor: text });
  void new Command({ resume: 1, actor: text });
  client.interrupts({
    entrypoint: text,
    task: text,
    assignee: text,
    group: text,
    query: text,
    olderThan: ms,
    pageSize: ms,
  });
  void interrupt('x', { title: text, description: text, group: text, confirm: text });
  void interruptInTask('x', { title: text, description: text, group: text, confirm: text });
  void connect({ address: text, taskQueue: text, profile: text, connectTimeout: ms });
  void startServer({ dbFilename: text });
  void runWorker({ taskQueue: 'x', signal });
});
