/**
 * Signed messages, the same in both directions: HMAC-SHA256 over the time and the body, with a secret that both sides
 * know. The time is signed too, so that a message that was overheard is of no use five minutes later.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const MAX_AGE_MS = 5 * 60 * 1000;

/** The headers that sign a body. */
export function sign(body: string, secret: string, at: number = Date.now()): Record<string, string> {
  return { 'x-signed-at': String(at), 'x-signature': digest(body, secret, String(at)).toString('hex') };
}

/** Whether the body is signed with this secret, and not more than five minutes ago. */
export function isSigned(body: string, secret: string, headers: Readonly<Record<string, unknown>>): boolean {
  const { 'x-signed-at': at, 'x-signature': signature } = headers;
  if (typeof at !== 'string' || typeof signature !== 'string') return false;
  // Not a number is not in time either.
  if (!(Math.abs(Date.now() - Number(at)) <= MAX_AGE_MS)) return false;
  const expected = digest(body, secret, at);
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function digest(body: string, secret: string, at: string): Buffer {
  return createHmac('sha256', secret).update(`${at}.${body}`).digest();
}
