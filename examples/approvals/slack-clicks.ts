/**
 * The endpoint for the buttons of Slack's messages: a web-standard handler.
 *
 * Slack signs its requests and expects a response within three seconds, so the answer does not wait for a worker for long, and
 * the response does not wait for the note about a problem. The message itself shows what became of the answer, as soon as
 * `postToSlack` has edited it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { hasCode, type Holdpoint } from 'holdpoint/client';
import { groupsOf, nameOfSlackUser } from './people.ts';
import type { ButtonValue } from './slack.ts';

const MAX_AGE_SECONDS = 5 * 60;
const WAIT_MS = 1_500;
/** Slack sends some kilobytes. Whoever sends more is somebody else. */
const MAX_BYTES = 256 * 1024;

/** The part of Slack's payload that is used. */
interface Clicked {
  readonly type: string;
  readonly user: { readonly id: string };
  readonly response_url: string;
  readonly actions: readonly { readonly value?: string; readonly action_ts: string }[];
}

export function slackClicks(client: Holdpoint, signingSecret: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const body = await readBody(request);
    if (body === undefined) return new Response(null, { status: 413 });
    if (!isSigned(body, signingSecret, request.headers)) return new Response(null, { status: 401 });
    const {
      type,
      user,
      response_url: reply,
      actions,
    } = JSON.parse(new URLSearchParams(body).get('payload') ?? '{}') as Clicked;
    const [clicked] = actions ?? [];
    // Slack wants to know that its other interactions have arrived, and nothing more.
    if (type !== 'block_actions' || !clicked?.value) return new Response();
    const problem = await answer(client, user.id, {
      value: JSON.parse(clicked.value) as ButtonValue,
      at: clicked.action_ts,
    });
    if (problem !== undefined) void tell(reply, problem).catch(console.warn);
    return new Response();
  };
}

/** `undefined` if it is too long. */
async function readBody({ body }: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

interface Click {
  readonly value: ButtonValue;
  readonly at: string;
}

/** Why the answer does not count, for the person who has clicked. */
async function answer(client: Holdpoint, user: string, { value, at }: Click): Promise<string | undefined> {
  const actor = nameOfSlackUser(user);
  if (actor === undefined) return 'You are not in the directory, so your answer does not count.';
  const { thread, run, id } = value;
  try {
    // Slack sends a click again if the response is late. With the same key it counts once.
    const address = { id, run, actor, groups: groupsOf(actor), key: `slack/${user}/${at}` };
    await client.thread(thread).resume(value.answer, { ...address, wait: WAIT_MS });
    return undefined;
  } catch (error) {
    if (hasCode(error, 'NotAllowed', 'AlreadyAnswered', 'InterruptExpired', 'InterruptWithdrawn', 'NotPending'))
      return error.message;
    if (hasCode(error, 'ThreadClosed', 'ThreadNotFound')) return 'This is over.';
    throw error;
  }
}

/** A note that only the person sees. */
async function tell(url: string, text: string): Promise<void> {
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
    signal: AbortSignal.timeout(10_000),
  });
}

/** Slack's signature: HMAC-SHA256 over the time and the raw body. An old one may be a recording. */
export function isSigned(body: string, secret: string, headers: Headers): boolean {
  const at = headers.get('x-slack-request-timestamp') ?? '';
  // Written this way around, so that NaN fails too.
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= MAX_AGE_SECONDS)) return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`);
  const given = Buffer.from(headers.get('x-slack-signature') ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
