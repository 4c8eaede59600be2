/**
 * The endpoint for the buttons of Slack's messages: a Hono app.
 *
 * Slack signs its requests and expects a response within three seconds, so the answer does not wait for a worker for long, and
 * the response does not wait for the note about a problem. The message itself shows what became of the answer, as soon as
 * `postToSlack` has edited it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { hasCode, type Holdpoint } from 'holdpoint/client';
import { groupsOf, nameOfSlackUser } from './people.ts';
import type { ButtonValue } from './slack.ts';

const MAX_AGE_SECONDS = 5 * 60;
const WAIT_MS = 1_500;
/** Slack sends some kilobytes. Whoever sends more is somebody else. */
const MAX_BYTES = 256 * 1024;

/** The part of Slack's payload that is used. */
interface Interaction {
  readonly type?: string;
  readonly user: { readonly id: string };
  readonly response_url: string;
  readonly actions: readonly { readonly value: string; readonly action_ts: string }[];
}

export function slackClicks(client: Holdpoint, signingSecret: string): Hono {
  return new Hono().post('/', bodyLimit({ maxSize: MAX_BYTES }), async (c) => {
    const body = await c.req.text();
    if (!isSigned(body, signingSecret, c.req.raw.headers)) return c.body(null, 401);
    const interaction = JSON.parse(new URLSearchParams(body).get('payload') ?? '{}') as Interaction;
    // Slack wants to know that its other interactions have arrived, and nothing more.
    if (interaction.type !== 'block_actions') return c.body(null);
    const problem = await answer(client, interaction);
    if (problem !== undefined) void tell(interaction.response_url, problem).catch(console.warn);
    return c.body(null);
  });
}

/** Slack's signature: HMAC-SHA256 over the time and the raw body. An old one may be a recording. */
function isSigned(body: string, secret: string, headers: Headers): boolean {
  const at = headers.get('x-slack-request-timestamp') ?? '';
  // Written this way around, so that NaN fails too.
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= MAX_AGE_SECONDS)) return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`);
  const given = Buffer.from(headers.get('x-slack-signature') ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Why the answer does not count, for the person who has clicked. */
async function answer(client: Holdpoint, { user, actions }: Interaction): Promise<string | undefined> {
  const actor = nameOfSlackUser(user.id);
  if (actor === undefined) return 'You are not in the directory, so your answer does not count.';
  const [clicked] = actions;
  if (!clicked) return undefined;
  const { thread, run, id, answer: value } = JSON.parse(clicked.value) as ButtonValue;
  // Slack sends a click again if the response is late. With the same key it counts once.
  const key = `slack/${user.id}/${clicked.action_ts}`;
  try {
    await client.thread(thread).resume(value, { id, run, actor, groups: groupsOf(actor), key, wait: WAIT_MS });
    return undefined;
  } catch (error) {
    if (hasCode(error, 'NotAllowed', 'AlreadyAnswered', 'InterruptExpired', 'InterruptWithdrawn', 'NotPending'))
      return error.message;
    if (hasCode(error, 'ThreadClosed', 'ThreadNotFound')) return 'This is over.';
    throw error;
  }
}

/** Sends a note that only the person sees. */
async function tell(url: string, text: string): Promise<void> {
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
    signal: AbortSignal.timeout(10_000),
  });
}
