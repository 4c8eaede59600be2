/**
 * The process of a function: `node process.js <handler>`. It handles one invocation, which ends when the parent says so.
 *
 * It sends the times of its steps to the parent as soon as its worker polls.
 */
import { pathToFileURL } from 'node:url';
import type { LambdaHandler } from '@temporalio/lambda-worker';

/** When each step was done, in milliseconds since 1970. */
export interface Marks {
  /** The first line of the program. */
  readonly entered: number;
  /** The handler is loaded. */
  readonly loaded: number;
  /** The worker is connected. */
  readonly connected: number;
  /** The worker is created, and begins to poll. */
  readonly created: number;
}

/** More than any invocation here takes. */
const TIMEOUT_MS = 60_000;

const entered = now();
const { handler } = (await import(pathToFileURL(process.argv[2]!).href)) as { readonly handler: LambdaHandler };
const loaded = now();

// Both sides call these two functions of the same classes.
const { NativeConnection, Worker } = await import('@temporalio/worker');
let connected = NaN;
const connect = NativeConnection.connect.bind(NativeConnection);
NativeConnection.connect = async (options) => connect(options).finally(() => (connected = now()));
const create = Worker.create.bind(Worker);
Worker.create = async (options) => {
  const worker = await create(options);
  process.send!({ entered, loaded, connected, created: now() } satisfies Marks);
  process.once('message', () => worker.shutdown());
  return worker;
};

const deadline = Date.now() + TIMEOUT_MS;
const context = {
  awsRequestId: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:bench',
  getRemainingTimeInMillis: () => deadline - Date.now(),
};
await handler({}, context as Parameters<LambdaHandler>[1]).catch((error: Error) => {
  // The SDK expects that only the deadline ends an invocation.
  if (error.name !== 'PromiseCompletionTimeoutError') throw error;
});
process.exit(0);

function now(): number {
  return performance.timeOrigin + performance.now();
}
