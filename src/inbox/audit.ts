/**
 * The audit of a thread as JSON Lines: what its history says that happened (A13).
 */
import type { AuditEntry } from '../client/tools.ts';
import { messageOf } from '../protocol/thrown.ts';
import { forbidden, problemOf, type ProblemBody } from '../web/problem.ts';
import { unlessSilent } from '../web/silence.ts';
import type { Visitor } from './actor.ts';
import { unlessMissing } from './item.ts';
import type { ReadSettings } from './options.ts';

/** @throws `HttpProblem` 403 if the person may not read it, or there is no such thread. */
export async function auditResponse(
  { tools, permits, notify }: ReadSettings,
  thread: string,
  {
    visitor,
    payloads,
    signal,
  }: { readonly visitor: Visitor; readonly payloads: boolean; readonly signal: AbortSignal },
): Promise<Response> {
  const description = await unlessMissing(tools.describe(thread));
  const { entrypoint } = description ?? {};
  if (entrypoint === undefined || !(await permits(visitor, { thread, entrypoint }, 'audit')))
    throw forbidden('This audit is for others, or does not exist.');
  const entries = unlessSilent((own) => tools.thread(thread).audit({ payloads, signal: own }), signal);
  // An audit that cannot be read has a status of its own, which is sent before its first line.
  const first = await entries.next();
  const fail = (error: unknown): ProblemBody => {
    if (!signal.aborted) notify(`An audit of thread \`${thread}\` broke off: ${messageOf(error)}`);
    return problemOf(error).body;
  };
  const body = ReadableStream.from(linesOf(first, entries, fail)).pipeThrough(new TextEncoderStream());
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
  fail: (error: unknown) => ProblemBody,
): AsyncGenerator<string> {
  if (first.done) return;
  yield lineOf(first.value);
  try {
    for await (const entry of rest) yield lineOf(entry);
  } catch (error) {
    // The status has been sent. Without this line, an audit that broke off would look whole.
    yield lineOf({ kind: 'error', ...fail(error) });
  }
}

function lineOf(entry: AuditEntry | ({ readonly kind: 'error' } & ProblemBody)): string {
  return `${JSON.stringify(entry)}\n`;
}
