/**
 * Words as they come: how late they are read, beside a stream straight from the model, and what a reader costs the server.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { serve } from '@hono/node-server';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { OpenAI } from 'openai';
import { uiMessageHandler } from 'holdpoint/chat';
import { Holdpoint } from 'holdpoint/client';
import { openai } from 'holdpoint/openai';
import { heartbeats, redis, type PreviewTransport } from 'holdpoint/previews';
import { HoldpointPlugin } from 'holdpoint/worker';
import { measureSteps } from '../pair.ts';
import { countLine, differenceLine, type Line } from '../report.ts';
import { workerOptions, type Rig } from '../rig.ts';
import { Lags, startTalkingModel, type TalkingModel } from '../talking-model.ts';
import type * as workflows from '../workflows.ts';

const HELLO = [{ role: 'user', content: 'Talk.' }] as const;

export async function* previewLines(rig: Rig): AsyncGenerator<Line> {
  await using model = await startTalkingModel();
  yield* linesOf(rig, { model, name: '`heartbeats()`', transport: heartbeats() });
  yield* linesOf(rig, { model, name: '`heartbeats({ every: 100 })`', transport: heartbeats({ every: 100 }) });
  const server = await startRedis();
  if (!server) return;
  const transport = redis(server.url);
  try {
    yield* linesOf(rig, { model, name: '`redis(url)`', transport });
  } finally {
    await transport.close();
    server.child.kill();
    await once(server.child, 'exit');
  }
}

interface Way {
  readonly model: TalkingModel;
  readonly name: string;
  readonly transport: PreviewTransport;
}

async function* linesOf(rig: Rig, { model, name, transport }: Way): AsyncGenerator<Line> {
  await using talk = await startTalk(rig, { model, name, transport });
  const { first, lag } = await measureSteps({
    ours: () => readThread(talk.holdpoint),
    bare: () => readModel(model),
    rounds: 5,
  });
  yield differenceLine(`the first word of a model, ${name}, against a stream straight from it`, '-', first);
  yield differenceLine('the same: how late a word is read, at the median', '-', lag);
  const page = await measureSteps({ ours: () => readPage(talk.page), bare: () => readModel(model), rounds: 5 });
  yield differenceLine('the same: the first word on a page, through `uiMessageHandler`', '-', page.first);
  yield differenceLine('the same: how late a word is on that page, at the median', '-', page.lag);
  const perSecond = { ours: await talk.requests(['updates', 'messages']), bare: await talk.requests(['updates']) };
  yield countLine('the same: requests of a reader, against one of `updates` alone', '-', {
    ...perSecond,
    unit: 'a second',
  });
}

interface Talk extends AsyncDisposable {
  readonly holdpoint: Holdpoint<typeof workflows>;
  /** The address of a chat handler. */
  readonly page: string;
  /** How many requests a reader makes in a second while the model writes. */
  requests(mode: readonly ('updates' | 'messages')[]): Promise<number>;
}

async function startTalk({ address }: Rig, { model, transport }: Way): Promise<Talk> {
  await using made = new AsyncDisposableStack();
  const native = await NativeConnection.connect({ address });
  made.defer(() => native.close());
  let calls = 0;
  const count: Interceptor = (options, next) => {
    calls++;
    return new InterceptingCall(next(options));
  };
  const connection = await Connection.connect({ address, interceptors: [count] });
  made.defer(() => connection.close());
  const taskQueue = `talk-${randomUUID()}`;
  const { callModel } = openai({ model: 'talk', apiKey: 'none', baseURL: model.baseURL });
  const worker = await Worker.create({
    ...(await workerOptions('ours')),
    connection: native,
    taskQueue,
    activities: { callModel },
    plugins: [new HoldpointPlugin({ previews: transport })],
  });
  const running = worker.run();
  made.defer(async () => {
    worker.shutdown();
    await running;
  });
  const client = new Client({ connection });
  const holdpoint = new Holdpoint<typeof workflows>({ client, taskQueue, previews: transport });
  const chat = uiMessageHandler({ client: holdpoint, entrypoint: 'reply' });
  const web = serve({ fetch: chat, hostname: '127.0.0.1', port: 0 });
  if (!web.listening) await once(web, 'listening');
  made.defer(async () => {
    web.close();
    await once(web, 'close');
  });
  const owned = made.move();
  return {
    holdpoint,
    page: `http://127.0.0.1:${(web.address() as AddressInfo).port}/chat`,
    requests: async (mode) => {
      const thread = holdpoint.thread(randomUUID(), 'reply');
      await thread.start(HELLO);
      const [before, began] = [calls, performance.now()];
      for await (const _ of thread.follow({ mode })) void _;
      return Math.round(((calls - before) * 10_000) / (performance.now() - began)) / 10;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function readThread(holdpoint: Holdpoint<typeof workflows>): Promise<Lags['steps']> {
  const lags = new Lags();
  for await (const item of holdpoint.thread(randomUUID(), 'reply').stream(HELLO, { mode: 'messages' })) {
    if (item.kind === 'text') lags.read(item.text);
  }
  return lags.steps;
}

/** Reads like the client of the AI SDK, and looks only at the words. */
async function readPage(page: string): Promise<Lags['steps']> {
  const lags = new Lags();
  const message = { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'Talk.' }] };
  const response = await fetch(page, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: randomUUID(), messages: [message], trigger: 'submit-message' }),
  });
  const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data) as { readonly type: string; readonly delta?: string };
    if (chunk.type === 'text-delta') lags.read(chunk.delta ?? '');
  }
  return lags.steps;
}

async function readModel({ baseURL }: TalkingModel): Promise<Lags['steps']> {
  const lags = new Lags();
  const client = new OpenAI({ baseURL, apiKey: 'none' });
  const stream = await client.chat.completions.create({ model: 'talk', messages: [...HELLO], stream: true });
  for await (const { choices } of stream) lags.read(choices[0]?.delta.content ?? '');
  return lags.steps;
}

/** `undefined` where Redis is not installed. */
async function startRedis(): Promise<{ readonly url: string; readonly child: ChildProcess } | undefined> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
  const started = await Promise.race([
    once(child, 'error').then(() => false),
    once(child.stdout, 'data').then(() => true),
  ]).catch(() => false);
  return started ? { url: `redis://127.0.0.1:${port}`, child } : undefined;
}
