/**
 * The audit of a thread as JSON Lines: what its history says that happened (A13).
 */
import type { AuditEntry } from '../client/tools.ts';
import { forbidden } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import type { ReadSettings } from './options.ts';

/** @throws `HttpProblem` 403 if the person may not read it. `ThreadNotFound`. */
export async function auditResponse(
  { tools, permits }: ReadSettings,
  thread: string,
  {
    visitor,
    payloads,
    signal,
  }: { readonly visitor: Visitor; readonly payloads: boolean; readonly signal: AbortSignal },
): Promise<Response> {
  const { entrypoint } = await tools.describe(thread);
  if (!(await permits(visitor, { thread, entrypoint }, 'audit'))) throw forbidden('You may not read this audit.');
  const left = new AbortController();
  const entries = tools.thread(thread).audit({ payloads, signal: AbortSignal.any([signal, left.signal]) });
  // An audit that cannot be read has a status of its own, which is sent before its first line.
  const first = await entries.next();
  const body = ReadableStream.from(linesOf(first, entries)).pipeThrough(new TextEncoderStream());
  signal.addEventListener('abort', () => left.abort(), { once: true });
  return new Response(body, {
    headers: {
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="audit-${thread.replaceAll(/[^\w.-]/g, '_').slice(0, 100)}.jsonl"`,
    },
  });
}

async function* linesOf(
  first: IteratorResult<AuditEntry, void>,
  rest: AsyncGenerator<AuditEntry, void>,
): AsyncGenerator<string> {
  if (first.done) return;
  yield `${JSON.stringify(first.value)}\n`;
  for await (const entry of rest) yield `${JSON.stringify(entry)}\n`;
}
