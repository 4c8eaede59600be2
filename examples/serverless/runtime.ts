/**
 * The process of one invocation: `node runtime.ts <handler> <request id> <timeout in ms>`, which `invocation.ts` starts.
 *
 * It stands in for Lambda's Node runtime: it loads the handler, and calls it with a context that runs out. The timeout
 * begins with the call, as it does on Lambda; loading does not count.
 */
import { pathToFileURL } from 'node:url';
import type { runWorker } from 'holdpoint/lambda';

type Handler = ReturnType<typeof runWorker>;

const [path = '', awsRequestId = '', timeoutMs = ''] = process.argv.slice(2);

// The platform is gone: nobody would kill this process at its deadline.
process.once('disconnect', () => process.exit(1));

const { handler } = (await import(pathToFileURL(path).href)) as { readonly handler: Handler };
const deadline = Date.now() + Number(timeoutMs);
const context = {
  awsRequestId,
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:serverless',
  getRemainingTimeInMillis: () => deadline - Date.now(),
};
process.send?.('loaded');
// The worker reads these three fields of Lambda's context.
await handler({}, context as Parameters<Handler>[1]);
// What a task has left running does not keep the process.
process.exit(0);
