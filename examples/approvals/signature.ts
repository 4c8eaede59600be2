/**
 * Signs messages in both directions: HMAC-SHA256 over the time and the body, with a secret that both sides know. The time
 * is signed too, so an intercepted message is useless after five minutes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const MAX_AGE_MS = 5 * 60 * 1000;

/** The headers that sign a body. */
export function sign(body: string, secret: string, at: number = Date.now()): Record<string, string> {
  return { 'x-signed-at': String(at), 'x-signature': digest(body, secret, String(at)).toString('hex') };
}

/** True if the body was signed with this secret within the last five minutes. */
export function isSigned(body: string, secret: string, headers: Readonly<Record<string, unknown>>): boolean {
  const { 'x-signed-at': at, 'x-signature': signature } = headers;
  if (typeof at !== 'string' || typeof signature !== 'string') return false;
  // Written this way around, so that NaN fails too.
  if (!(Math.abs(Date.now() - Number(at)) <= MAX_AGE_MS)) return false;
  const expected = digest(body, secret, at);
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function digest(body: string, secret: string, at: string): Buffer {
  return createHmac('sha256', secret).update(`${at}.${body}`).digest();
}
