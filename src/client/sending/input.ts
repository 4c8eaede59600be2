/**
 * An input: it starts a thread's workflow, or is the next turn of an open thread with memory (R1, R2, R4).
 *
 * The caller need not know which: a start is tried first, and the server refuses it while a run is open. The key of a start
 * is in the memo, and the key of a turn is the id of its update. So an input that is sent twice counts once, either way.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { hasCode } from '../../protocol/errors.ts';
import { isBytes } from '../../protocol/limits.ts';
import { INVOKE_UPDATE, TURN_MEMO } from '../../protocol/names.ts';
import type { OptionNames } from '../../protocol/refused-options.ts';
import { shortened } from '../../protocol/text.ts';
import { findTurn } from '../reading/find-turn.ts';
import { knownMemory } from '../reading/memory.ts';
import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError, threadClosed, translate, wrongEntrypoint } from '../server/errors.ts';
import { poll } from '../server/poll.ts';
import { isIndexed, STARTED_WITH } from '../server/search-attributes.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import { sendUpdate } from './update.ts';

/** Temporal's start options, except those that the thread itself decides. */
export interface StartOptions extends Omit<
  WorkflowStartOptions,
  'workflowId' | 'args' | 'taskQueue' | 'workflowIdConflictPolicy'
> {
  /**
   * Makes the input idempotent: nothing is started if the current or last run, or one of the last 20 turns, has this key
   * (R1). @default a random key
   */
  readonly key?: string | undefined;
  /** The task queue to start on. @default the client's `taskQueue` */
  readonly taskQueue?: string | undefined;
}

/** The names that `start` knows; a newer version of Temporal may have more. */
export const START_NAMES: OptionNames<StartOptions> = {
  key: true,
  taskQueue: true,
  workflowIdReusePolicy: true,
  retry: true,
  cronSchedule: true,
  memo: true,
  searchAttributes: true,
  typedSearchAttributes: true,
  staticDetails: true,
  staticSummary: true,
  priority: true,
  workflowRunTimeout: true,
  workflowExecutionTimeout: true,
  workflowTaskTimeout: true,
  followRuns: true,
  startDelay: true,
  versioningOverride: true,
  requestEagerStart: true,
  typeInfo: true,
};

/** Options of an input. */
export interface InputSettings extends StartOptions {
  /** Stops waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What `start` has started. */
export interface Started {
  /** The first run id of the chain. */
  readonly run: string;
  /** The key of the input: the caller's, or a random one. */
  readonly key: string;
  /** The number of the turn, from 1. Not known while other inputs wait before it. */
  readonly turn?: number | undefined;
}

/** An accepted input, and where it is to be read. */
export interface AcceptedInput extends Started {
  /** The run that has the input in its history. */
  readonly runId: string;
}

/** What became of an input. Everything but `accepted` has the error for the caller, and has changed nothing. */
export type InputReply =
  | ({ readonly kind: 'accepted' } & AcceptedInput)
  | { readonly kind: 'refused'; readonly error: HoldpointError }
  /** A plain thread runs, which takes no further input. */
  | { readonly kind: 'no memory'; readonly error: HoldpointError }
  /** The run has ended before it took the input. The thread may be started again. */
  | { readonly kind: 'gone'; readonly error: HoldpointError };

/** How long a thread is tried that ends whenever it is to take the input. */
const GONE_MS = 10_000;
const PAUSES = { firstPauseMs: 20, maxPauseMs: 500 };

/**
 * Sends an input, and waits until the thread has accepted or refused it.
 *
 * @throws `NoWorker`, `NoServer`, `TooLarge`, `NotSerializable`. A `TypeError` if the thread would have to be started and
 *   the entrypoint or the task queue is missing.
 */
export async function sendInput(thread: ThreadHandle, input: unknown, settings: InputSettings): Promise<InputReply> {
  const { key = randomUUID(), signal, ...start } = settings;
  thread.assertSendable(input, 'the input');
  // The chain that took the last input takes this one too, unless it has ended. Not with a caller's own key: for an update
  // with a known id, the server gives the recorded outcome of a run that has ended, even if that was a refusal.
  const { conversation } = thread;
  if (conversation !== undefined && settings.key === undefined) {
    const reply = await sendTurn(thread, input, { key, run: conversation, signal });
    if (reply.kind === 'accepted' || reply.kind === 'refused') return reply;
    thread.conversation = undefined;
  }
  const known = settings.key === undefined ? undefined : await findKey(thread, key, signal);
  if (known) return known;
  const adding = { key, signal, isReuseLimited: start.workflowIdReusePolicy !== undefined };
  return poll(
    async () => (await startRun(thread, input, { ...start, key })) ?? (await addTurn(thread, input, adding)),
    ({ kind }) => kind !== 'gone',
    { ...PAUSES, deadline: Date.now() + GONE_MS, signal },
  );
}

/** Sends an input, and looks up which turn it has become. */
export async function startTurn(thread: ThreadHandle, input: unknown, options: StartOptions): Promise<AcceptedInput> {
  const accepted = assertAccepted(await sendInput(thread, input, options));
  if (accepted.turn !== undefined) return accepted;
  const { key, turn } = await thread.describe();
  return { ...accepted, turn: accepted.key === key ? turn?.n : undefined };
}

/** Returns where an accepted input is to be read. Throws the error of any other reply. */
export function assertAccepted(reply: InputReply): AcceptedInput {
  if (reply.kind !== 'accepted') throw reply.error;
  const { run, key, runId, turn } = reply;
  return { run, key, runId, turn };
}

/** The run or the turn that has this key already (R1). An open thread with memory checks the keys of updates itself. */
async function findKey(
  thread: ThreadHandle,
  key: string,
  signal: AbortSignal | undefined,
): Promise<InputReply | undefined> {
  try {
    const description = await thread.describe();
    const { run, turn, isRunning } = description;
    if (description.key === key) return lastInput(description, key);
    if (!turn || isRunning) return undefined;
    return {
      kind: 'accepted',
      run,
      key,
      runId: (await findTurn(thread, description, { key, asTurn: true, signal })).run,
    };
  } catch (error) {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    throw error;
  }
}

function lastInput({ run, runId, turn }: ThreadDescription, key: string): InputReply {
  return { kind: 'accepted', run, key, runId: turn?.runId ?? runId, turn: turn?.n ?? 1 };
}

/** Starts the workflow. `undefined` if a run is open, or the caller's policy does not allow another one. */
async function startRun(
  { id, settings, client }: ThreadHandle,
  input: unknown,
  { key, memo, ...options }: StartOptions & { readonly key: string },
): Promise<InputReply | undefined> {
  const { entrypoint } = settings;
  const { taskQueue = settings.taskQueue, ...rest } = options;
  if (entrypoint === undefined)
    throw new TypeError(`Expected \`client.thread('${id}', entrypoint)\` with an entrypoint, to start the thread`);
  if (taskQueue === undefined)
    throw new TypeError('Expected `taskQueue` in the options of `connect`, to start threads on it');
  try {
    const { firstExecutionRunId: run } = await client.workflow.start(entrypoint, {
      staticSummary: summarize(input),
      staticDetails: 'A holdpoint thread. Its current details say what it waits for, and how to answer.',
      ...rest,
      ...(await indexed(client, rest)),
      taskQueue,
      workflowId: id,
      workflowIdConflictPolicy: 'FAIL',
      args: input === undefined ? [] : [input],
      memo: { ...memo, [TURN_MEMO]: { key } },
    });
    return { kind: 'accepted', run, key, runId: run, turn: 1 };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw translate(error, id);
  }
}

/** The optional search attributes beside the user's own, where the namespace has them. */
async function indexed(
  client: Client,
  { typedSearchAttributes: own = [] }: StartOptions,
): Promise<{ readonly typedSearchAttributes?: SearchAttributePair[] }> {
  if (!(await isIndexed(client))) return {};
  return { typedSearchAttributes: [...STARTED_WITH, ...('getAll' in own ? own.getAll() : own)] };
}

interface AddSettings {
  readonly key: string;
  readonly signal: AbortSignal | undefined;
  /** The caller's policy says whether a thread that has ended may be started again. */
  readonly isReuseLimited: boolean;
}

/** Adds a turn to the open thread. */
async function addTurn(
  thread: ThreadHandle,
  input: unknown,
  { key, signal, isReuseLimited }: AddSettings,
): Promise<InputReply> {
  const description = await thread.describe();
  // Another sender with the same key may have been faster.
  if (description.key === key) return lastInput(description, key);
  const { isRunning, status, run } = description;
  if (!isRunning) return { kind: isReuseLimited ? 'refused' : 'gone', error: threadClosed(thread.id, status) };
  return (await refusalOf(thread, description)) ?? (await sendTurn(thread, input, { key, run, signal, description }));
}

/** The refusal that the server's description makes certain, before the thread itself is asked. */
async function refusalOf(thread: ThreadHandle, description: ThreadDescription): Promise<InputReply | undefined> {
  const { entrypoint: expected } = thread.settings;
  const { turn, entrypoint: runs } = description;
  if (turn && expected !== undefined && runs !== expected)
    return { kind: 'refused', error: wrongEntrypoint(thread.id, { runs, expected }) };
  if ((await knownMemory(thread, description)) === false)
    return { kind: 'no memory', error: busy(thread, description) };
  return undefined;
}

interface TurnSettings extends Omit<AddSettings, 'isReuseLimited'> {
  /** The first run id of the chain that is to take it. */
  readonly run: string;
  /** The thread, if it has been looked at. */
  readonly description?: ThreadDescription;
}

async function sendTurn(
  thread: ThreadHandle,
  input: unknown,
  { key, run, signal, description }: TurnSettings,
): Promise<InputReply> {
  const reply = await sendUpdate(thread, { name: INVOKE_UPDATE, key, argument: input, run, signal });
  switch (reply.kind) {
    case 'accepted':
      thread.conversation = run;
      return { kind: 'accepted', run, key, runId: reply.runId };
    case 'refused':
      return reply;
    case 'gone':
      return { kind: 'gone', error: threadClosed(thread.id, undefined) };
    case 'no memory':
      return { kind: 'no memory', error: busy(thread, description ?? (await thread.describe())) };
    default:
      return reply satisfies never;
  }
}

function busy({ id }: ThreadHandle, { entrypoint, interrupts }: ThreadDescription): HoldpointError {
  const ids = interrupts.map((interrupt) => `\`${interrupt.id}\``).join(', ');
  const what = ids ? `waits for an answer to ${ids}: answer it with \`resume\`` : 'is at work: follow it with `follow`';
  return new HoldpointError(
    'ThreadBusy',
    `Thread \`${id}\` already runs entrypoint \`${entrypoint}\` and ${what}, or use another thread id.`,
  );
}

const SUMMARY_CHARACTERS = 100;

/** One short line about the input, for the Web UI. */
function summarize(input: unknown): string {
  if (input === undefined) return 'no input';
  // As JSON, bytes would be written out number by number, which takes seconds.
  if (isBytes(input)) return `${input.byteLength} bytes`;
  return shortened(JSON.stringify(input), SUMMARY_CHARACTERS);
}
