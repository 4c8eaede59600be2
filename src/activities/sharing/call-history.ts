/**
 * Reads calls back from the history of their run, for a worker that does not know them (V1).
 *
 * From the end: what an agent's next round refers to is near it. A worker that has just started reads it all, once.
 */
import type { Context } from '@temporalio/activity';
import {
  decodeArrayFromPayloads,
  extstoreInboundOptions,
  visit,
  walkGetWorkflowExecutionHistoryResponse,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import {
  decodeArguments,
  decodeCutOff,
  decodeQuestions,
  decodeResult,
  decodeUnresolved,
  isUnregistered,
  referencesIn,
} from '../../protocol/envelopes.ts';
import { takeApart } from '../../protocol/json-piece.ts';
import type { KnownRun } from './known-calls.ts';

/** The size of the pages, in events. Each is four times as long as the one before; the server returns at most 256. */
const [FIRST_PAGE, MAX_PAGE] = [24, 256];

type Client = Context['client'];
type Page = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistoryReverse']>>;
type HistoryEvent = NonNullable<NonNullable<Page['history']>['events']>[number];
type Payloads = Parameters<typeof decodeArrayFromPayloads>[1];

/** A call, as its newest activity has it. */
interface FoundCall {
  readonly id: string;
  readonly args: readonly unknown[];
  /** Missing if the activity has not completed. */
  readonly result?: { readonly value: unknown };
}

/** Reads what is missing of these calls, and of those that their arguments refer to. */
export async function readCalls(context: Context, run: KnownRun, calls: Iterable<string>): Promise<void> {
  const search = new Search(context, run, calls);
  for await (const event of eventsFromEnd(context)) {
    await search.read(event);
    if (search.isDone) break;
  }
  search.finish();
}

class Search {
  readonly #context: Context;
  readonly #run: KnownRun;
  /** The calls that are wanted and have not been found. */
  readonly #wanted: Set<string>;
  /** The newest first. */
  readonly #found = new Map<string, FoundCall>();
  /** Results by the event that scheduled their activity. From the end, a result comes before its arguments. */
  readonly #results = new Map<number, Payloads>();

  constructor(context: Context, run: KnownRun, calls: Iterable<string>) {
    this.#context = context;
    this.#run = run;
    this.#wanted = new Set(calls);
  }

  get isDone(): boolean {
    return this.#wanted.size === 0;
  }

  async read(event: HistoryEvent): Promise<void> {
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) this.#results.set(Number(completed.scheduledEventId), completed.result?.payloads ?? []);
    const scheduled = event.activityTaskScheduledEventAttributes;
    const id = scheduled?.activityId ?? '';
    if (!scheduled || !this.#wanted.delete(id)) return;
    const payloads = this.#results.get(Number(event.eventId));
    const { args } = decodeArguments(await this.#decode(id, scheduled.input?.payloads));
    const result = payloads && { value: (await this.#decode(id, payloads))[0] };
    this.#found.set(id, { id, args, ...(result ? { result } : {}) });
    for (const reference of referencesIn(args))
      if (!this.#found.has(reference.call) && !this.#run.find(reference)) this.#wanted.add(reference.call);
  }

  /** Adds what was found to what is known. The oldest first: a call refers to earlier calls only. */
  finish(): void {
    for (const call of [...this.#found.values()].toReversed()) this.#add(call);
  }

  /** Adds what a call refers to before the call: its newest activity may be the later one, because it ran again. */
  #add(call: FoundCall | undefined): void {
    if (!call || !this.#found.delete(call.id)) return;
    const { id, args, result } = call;
    for (const reference of referencesIn(args)) this.#add(this.#found.get(reference.call));
    if (result && isValue(result.value)) this.#run.add(id, { result: takeApart(decodeResult(result.value)) });
    this.#run.add(id, { args: args.map((argument) => this.#run.inPieces(argument)) });
  }

  #decode(activityId: string, payloads: Payloads): Promise<unknown[]> {
    const { client, info } = this.#context;
    const { loadedDataConverter, namespace } = client.options;
    const { workflowId } = info.workflowExecution ?? {};
    const about = {
      type: 'activity',
      namespace,
      activityId,
      isLocal: false,
      ...(workflowId ? { workflowId } : {}),
    } as const;
    return decodeArrayFromPayloads(loadedDataConverter, payloads, about);
  }
}

/** Whether a task has returned this, and not one of the other things that an activity may return. */
function isValue(result: unknown): boolean {
  if (decodeQuestions(result) || decodeCutOff(result)) return false;
  return decodeUnresolved(result) === undefined && !isUnregistered(result);
}

async function* eventsFromEnd({ client, info }: Context): AsyncGenerator<HistoryEvent> {
  const { namespace, loadedDataConverter } = client.options;
  const { externalStorage } = loadedDataConverter;
  let nextPageToken: Uint8Array | null | undefined;
  let maximumPageSize = FIRST_PAGE;
  do {
    const { workflowExecution: execution } = info;
    const page: Page = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution: execution ?? null,
      maximumPageSize,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    const { history } = page;
    if (externalStorage && history)
      await visit({ history }, walkGetWorkflowExecutionHistoryResponse, extstoreInboundOptions(externalStorage));
    yield* history?.events ?? [];
    ({ nextPageToken } = page);
    maximumPageSize = Math.min(MAX_PAGE, maximumPageSize * 4);
  } while (nextPageToken?.length);
}
