/**
 * The headers of every response: what a browser may do with it (W5).
 */
import { NOT_STORED } from '../web/problem.ts';

/** No inline script, nothing from elsewhere, no frame around it, and HTML only from the page's own policy. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types dompurify',
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const TWO_YEARS_SECONDS = 63_072_000;

/** Adds the headers. What is not said to be kept is not kept. */
export function withSecurityHeaders(response: Response, { isHttps }: { readonly isHttps: boolean }): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  if (isHttps) headers.set('strict-transport-security', `max-age=${TWO_YEARS_SECONDS}`);
  for (const [name, value] of Object.entries(NOT_STORED)) if (!headers.has(name)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}
