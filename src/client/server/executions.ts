/**
 * Temporal's list of executions, where each memo is decoded by itself.
 *
 * A namespace may have threads of several data converters. Temporal's own list ends at the first memo that the client cannot
 * decode; this one leaves {@link Unreadable} there. Fields that are not holdpoint's are not decoded.
 */
import { isGrpcServiceError, type Client, type ListOptions, type WorkflowExecutionInfo } from '@temporalio/client';
import { executionInfoFromRaw, rethrowKnownErrorTypes } from '@temporalio/client/lib/helpers.js';
import { defined } from '../../protocol/defined.ts';
import { QUESTION_MEMO_PREFIX, TURN_MEMO } from '../../protocol/names.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { Unreadable, type Memo } from './memo.ts';
import { makeDecode, retrieveMemo, type PayloadMap } from './payloads.ts';

type RawExecution = WorkflowExecutionInfo['raw'];

/** Executions that match a visibility query, the newest first. */
export async function* listExecutions(
  client: Client,
  options: ListOptions,
): AsyncGenerator<WorkflowExecutionInfo & { readonly memo: Memo }, void> {
  const { loadedDataConverter, namespace } = client.options;
  for await (const raw of rawExecutions(client, options)) {
    const memo = await decodeMemo(client, raw);
    // Without its memo, there is nothing to decode.
    raw.memo = null;
    const info = await executionInfoFromRaw(raw, loadedDataConverter, raw, namespace);
    yield { ...info, memo };
  }
}

/** The same, with nothing decoded. */
export async function* rawExecutions(
  client: Client,
  { query, pageSize }: ListOptions,
): AsyncGenerator<RawExecution, void> {
  const request = { namespace: client.options.namespace, ...defined({ query, pageSize }) };
  for (let nextPageToken: Uint8Array | undefined; ;) {
    const page = await client.workflowService
      .listWorkflowExecutions({ ...request, ...defined({ nextPageToken }) })
      .catch((error: unknown) => {
        // Says so where the namespace does not exist.
        if (isGrpcServiceError(error)) rethrowKnownErrorTypes(error);
        throw error;
      });
    yield* page.executions;
    if (!page.nextPageToken?.length) return;
    nextPageToken = page.nextPageToken;
  }
}

async function decodeMemo(client: Client, raw: RawExecution): Promise<Memo> {
  const fields = Object.entries(raw.memo?.fields ?? {}).filter(([key]) => isOurs(key));
  if (fields.length === 0) return {};
  const decode = makeDecode(client, raw.execution?.workflowId ?? '');
  const decoded = fields.map(async ([key, payload]): Promise<Memo> => {
    try {
      const field: NonNullable<PayloadMap> = { [key]: payload };
      await retrieveMemo(field, client);
      return await decode.map(field);
    } catch (error) {
      return { [key]: new Unreadable(messageOf(error)) };
    }
  });
  return Object.assign({}, ...(await Promise.all(decoded))) as Memo;
}

function isOurs(key: string): boolean {
  return key.startsWith(QUESTION_MEMO_PREFIX) || key === TURN_MEMO;
}
