/**
 * The endpoint for the chat's replies: `POST` with a signed body, `{ thread, run, id, answer, actor, key }`.
 *
 * Chats expect a response within three seconds. The endpoint therefore sends the answer on and does not wait for its
 * outcome; `postToChat` shows the outcome in the message. A reply that arrives twice has the same key, and counts once.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { hasCode, type Holdpoint } from 'holdpoint/client';
import { isSigned } from './signature.ts';

const MAX_BODY_BYTES = 64 * 1024;

export interface Reply {
  readonly thread: string;
  readonly run: string;
  readonly id: string;
  readonly answer: unknown;
  /** Who clicked, by their name in the chat. */
  readonly actor: string;
  /** The chat's own id of the click. */
  readonly key: string;
}

export function makeReplyServer(client: Holdpoint, secret: string): Server {
  return createServer((request, response) => {
    void takeReply(client, secret, request).then((status) => response.writeHead(status).end());
  });
}

/** Handles one reply. Returns the HTTP status. */
async function takeReply(client: Holdpoint, secret: string, request: IncomingMessage): Promise<number> {
  try {
    const body = await readBody(request);
    if (body === undefined) return 413;
    if (!isSigned(body, secret, request.headers)) return 401;
    const { thread, answer, id, run, actor, key } = JSON.parse(body) as Reply;
    await client.thread(thread).resume(answer, { id, run, actor, key, wait: 0 });
    return 200;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || hasCode(error, 'InvalidAnswer')) return 400;
    if (hasCode(error, 'ThreadNotFound')) return 404;
    if (hasCode(error, 'ThreadClosed')) return 410;
    if (hasCode(error, 'NotPending', 'AlreadyAnswered', 'InterruptExpired', 'InterruptWithdrawn')) return 409;
    // The chat will retry.
    return 503;
  }
}

/** The body; `undefined` if it is too large. The limit protects the memory, because the signature is checked later. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The stream stays open, so that the sender of a body that is too large gets the response.
  const read: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of read) {
    if ((bytes += chunk.length) > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
