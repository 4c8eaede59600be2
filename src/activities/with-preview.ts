/**
 * The way of a preview out of its task: opened by the worker for each attempt, and closed before the result is sent (P1).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import { encodeToPayload } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { PreviewTransport } from '../previews/transport.ts';
import type { Preview } from '../protocol/preview.ts';
import { encodePreviewDetails } from '../protocol/preview-details.ts';
import { messageOf } from '../protocol/thrown.ts';
import { markPreview, PreviewWriter } from './preview.ts';

/** The way of previews of one worker. */
export interface PreviewWay {
  readonly transport: PreviewTransport;
  /** Whether this worker has logged that something went wrong. */
  hasWarned: boolean;
}

/** A transport that hangs may not hold up the result of a task for longer. */
const LAST_MS = 1_000;

/** Runs a task that may show something. When it has ended, the last of it is sent, and then the result. */
export async function withPreview<Result>(
  context: Context,
  { way, carry }: { readonly way: PreviewWay | undefined; readonly carry: ((preview: Preview) => void) | undefined },
  task: () => Promise<Result>,
): Promise<Result> {
  const writer = way && open(context, way, carry);
  if (!writer) return task();
  markPreview(context, writer);
  try {
    return await task();
  } finally {
    const late = new AbortController();
    const { signal } = late;
    await Promise.race([writer.end(), sleep(LAST_MS, undefined, { signal }).catch(() => undefined)]);
    late.abort();
  }
}

function open(
  context: Context,
  way: PreviewWay,
  carry: ((preview: Preview) => void) | undefined,
): PreviewWriter | undefined {
  const { info, log } = context;
  const { workflowExecution: execution, activityId: call, attempt, scheduledTimestampMs: scheduledMs } = info;
  // An activity that no workflow has started belongs to no thread.
  if (!execution) return undefined;
  const { transport } = way;
  const warn = (reason: string): void => {
    if (way.hasWarned) return;
    way.hasWarned = true;
    log.warn(`What task \`${info.activityType}\` shows while it runs is lost: ${reason}. Its result is not affected.`);
  };
  try {
    const sink = transport.open({
      namespace: info.namespace,
      thread: execution.workflowId,
      run: execution.runId,
      carry: carry && ((preview) => observed(checked(context, preview).then(carry))),
      encode: (value) => encode(context, value),
    });
    const { everyMs, usesHeartbeats: endsAtOnce } = transport;
    return sink && new PreviewWriter({ call, attempt, scheduledMs, sink, everyMs, endsAtOnce, warn });
  } catch (error) {
    warn(messageOf(error));
    return undefined;
  }
}

/** The promise, whose failure ends no process if a transport of the user's does not wait for it. */
function observed(sent: Promise<void>): Promise<void> {
  sent.catch(() => undefined);
  return sent;
}

/** @throws What a payload converter or a codec throws. Temporal cancels a task whose details cannot be encoded. */
async function checked({ client }: Context, preview: Preview): Promise<Preview> {
  await encodeToPayload(client.options.loadedDataConverter, encodePreviewDetails(preview, undefined));
  return preview;
}

/** A value as a payload in JSON, whose bytes are base64. The client decodes it in the context of the thread. */
async function encode({ client, info }: Context, value: unknown): Promise<string> {
  const { loadedDataConverter, namespace } = client.options;
  const workflowId = info.workflowExecution?.workflowId ?? '';
  const { metadata, data } = await encodeToPayload(loadedDataConverter, value, {
    type: 'workflow',
    namespace,
    workflowId,
  });
  const fields = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)] as const);
  return JSON.stringify({ metadata: Object.fromEntries(fields), data: base64(data) });
}

function base64(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}
