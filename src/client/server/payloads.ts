/**
 * Payloads of a history, decoded as the user's client would decode them: with its converter, codecs and external storage.
 */
import type { Client } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeMapFromPayloads,
  decodeOptionalFailureToOptionalError,
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
  walkListWorkflowExecutionsResponse,
} from '@temporalio/common/lib/internal-non-workflow/index.js';

/** A page of a history. */
export type HistoryResponse = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;

/** Encoded values in their order. */
export type PayloadList = Parameters<typeof decodeArrayFromPayloads>[1];
/** Encoded values by name. */
export type PayloadMap = Parameters<typeof decodeMapFromPayloads>[1];
/** An encoded error. */
export type FailureProto = Parameters<typeof decodeOptionalFailureToOptionalError>[1];

/** Decodes what one thread's history holds. */
export interface Decode {
  list(payloads: PayloadList): Promise<unknown[]>;
  map(fields: PayloadMap): Promise<Record<string, unknown>>;
  failure(failure: FailureProto): Promise<Error | undefined>;
  /** One value, as a worker has encoded it for a transport of previews: a payload as JSON. */
  text(payload: string): Promise<unknown>;
}

/** A payload as JSON: its bytes are base64. */
interface PayloadText {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Decodes with the data converter of the client. */
export function makeDecode(client: Client, thread: string): Decode {
  const { loadedDataConverter, namespace } = client.options;
  const context = { type: 'workflow', namespace, workflowId: thread } as const;
  return {
    list: (payloads) => decodeArrayFromPayloads(loadedDataConverter, payloads, context),
    map: async (fields) => (await decodeMapFromPayloads(loadedDataConverter, fields, context)) ?? {},
    failure: (failure) => decodeOptionalFailureToOptionalError(loadedDataConverter, failure, context),
    text: async (text) => {
      const { metadata, data } = JSON.parse(text) as PayloadText;
      const fields = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
      const payload = { metadata: Object.fromEntries(fields), data: Buffer.from(data, 'base64') };
      return (await decodeArrayFromPayloads(loadedDataConverter, [payload], context))[0];
    },
  };
}

/** Replaces, in a part of a history, the references to the user's external storage by the values stored there. */
export async function retrieve(history: HistoryResponse['history'], client: Client): Promise<void> {
  const { externalStorage } = client.options.loadedDataConverter;
  if (!externalStorage || !history) return;
  await visit({ history }, walkGetWorkflowExecutionHistoryResponse, extstoreInboundOptions(externalStorage));
}

/** The same, in fields of a memo. */
export async function retrieveMemo(fields: NonNullable<PayloadMap>, client: Client): Promise<void> {
  const { externalStorage } = client.options.loadedDataConverter;
  if (!externalStorage) return;
  const executions = [{ memo: { fields } }];
  await visit({ executions }, walkListWorkflowExecutionsResponse, extstoreInboundOptions(externalStorage));
}
