/**
 * A client that counts what it receives from the server, on a connection of its own.
 */
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { Client, Connection } from '@temporalio/client';
import { Holdpoint } from 'holdpoint/client';
import type { Rig } from './rig.ts';
import type * as workflows from './workflows.ts';

export interface Counting extends AsyncDisposable {
  readonly holdpoint: Holdpoint<typeof workflows>;
  /** How many bytes it has received. */
  bytes(): number;
}

export async function connectCounting({ address }: Rig): Promise<Counting> {
  let bytes = 0;
  const count: Interceptor = (options, next) =>
    new InterceptingCall(next(options), {
      start: (metadata, _listener, start) =>
        start(metadata, {
          onReceiveMessage: (message: Uint8Array, receive) => {
            bytes += message?.length ?? 0;
            receive(message);
          },
        }),
    });
  const connection = await Connection.connect({ address, interceptors: [count] });
  return {
    holdpoint: new Holdpoint({ client: new Client({ connection }) }),
    bytes: () => bytes,
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
