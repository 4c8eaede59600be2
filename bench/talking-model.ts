/**
 * A model that writes one word each `PAUSE_MS`. Each word is the time at which it was written, on the clock of this process,
 * so whoever reads it in this process knows how late it is.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const WORDS = 40;
const PAUSE_MS = 50;

/** A running model. */
export interface TalkingModel extends AsyncDisposable {
  readonly baseURL: string;
}

export async function startTalkingModel(): Promise<TalkingModel> {
  const server = createServer((_request, response) => void talk(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function talk(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finish_reason: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason }];
    response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', model: 'talk', choices })}\n\n`);
  };
  for (let n = 0; n < WORDS; n++) {
    send({ role: 'assistant', content: `${performance.now().toFixed(2)} ` });
    await sleep(PAUSE_MS);
  }
  send({}, 'stop');
  response.end('data: [DONE]\n\n');
}

/** How late the words of one message were read. */
export class Lags {
  readonly #began = performance.now();
  readonly #lags: number[] = [];
  #first: number | undefined;

  /** Takes a piece of the message as it is read. */
  read(text: string): void {
    const now = performance.now();
    this.#first ??= now - this.#began;
    for (const word of text.trim().split(/\s+/)) if (word !== '') this.#lags.push(now - Number(word));
  }

  /** Milliseconds: from the request to the first word, and from a word's writing to its reading at the median. */
  get steps(): { readonly first: number; readonly lag: number } {
    const sorted = this.#lags.toSorted((one, other) => one - other);
    const lag = sorted[Math.floor(sorted.length / 2)];
    if (this.#first === undefined || lag === undefined) throw new Error('Expected the model to say something');
    return { first: this.#first, lag };
  }
}
