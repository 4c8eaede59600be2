/**
 * Sending an input: it starts a thread's workflow, or is the next turn of one with memory that is open (R1, R2, R4).
 *
 * Nobody has to know beforehand which it is: a start is tried first, and refused while a run is open. The key of a start
 * is in the memo, and that of a turn is the id of its update, so either way an input that is sent again is not a second
 * one.
 */
import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { hasCode } from '../../protocol/errors.ts';
import { isBytes } from '../../protocol/limits.ts';
import { INVOKE_UPDATE, TURN_MEMO } from '../../protocol/names.ts';
import type { OptionNames } from '../../protocol/refused-options.ts';
import { HoldpointError, translate } from '../server/errors.ts';
import { findTurn } from '../reading/find-turn.ts';
import { knownMemory } from '../reading/memory.ts';
import { isIndexed, STARTED_WITH } from '../server/search-attributes.ts';
import type { Described, Target } from '../server/thread-handle.ts';
import { retryContinuing, sendUpdate } from './update.ts';

/** Temporal's start options, but for what the thread itself says. */
export interface StartOptions extends Omit<
  WorkflowStartOptions,
  'workflowId' | 'args' | 'taskQueue' | 'workflowIdConflictPolicy'
> {
  /**
   * Makes the input idempotent: with the key of the current or last run, or of one of the last 20 turns, nothing is
   * started (R1).
   */
  readonly key?: string | undefined;
  /** @default the client's `taskQueue` */
  readonly taskQueue?: string | undefined;
}

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

export interface SendSettings extends StartOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Where a sent input is to be read. */
export interface Sent {
  /** The first run id of the chain. */
  readonly run: string;
  readonly key: string;
  /** The run that has it in its history. */
  readonly runId: string;
  /** Its number, if it is known already. */
  readonly turn?: number | undefined;
}

export async function sendInput(target: Target, input: unknown, options: SendSettings): Promise<Sent> {
  const { key = randomUUID(), signal, ...start } = options;
  target.assertSendable(input, 'the input');
  // The thread that took this client's last input takes the next one too, unless it has ended. To a key of the caller's
  // the server would give the outcome of a run that has, also when that was a refusal.
  const { conversation } = target;
  if (conversation !== undefined && options.key === undefined) {
    const sent = await retryContinuing(() => sendTurn(target, input, { key, run: conversation, signal }), signal);
    if (sent !== 'gone' && sent !== 'unknown') return sent;
    target.conversation = undefined;
  }
  const known = options.key === undefined ? undefined : await findKey(target, key, signal);
  if (known) return known;
  return retryContinuing(
    async () =>
      (await startRun(target, input, { ...start, key })) ??
      (await addTurn(target, input, { key, isReuseLimited: start.workflowIdReusePolicy !== undefined, signal })),
    signal,
  );
}

/** The run or the turn that this key has begun (R1). A thread with memory that runs knows its keys itself. */
async function findKey(target: Target, key: string, signal: AbortSignal | undefined): Promise<Sent | undefined> {
  try {
    const thread = await target.describe();
    const { run, turn, status } = thread;
    if (thread.key === key) return lastSent(thread, key);
    if (!turn || status === 'RUNNING') return undefined;
    return { run, key, runId: (await findTurn(target, thread, { key, orInput: false, signal })).run };
  } catch (error) {
    if (hasCode(error, 'ThreadNotFound')) return undefined;
    throw error;
  }
}

function lastSent({ run, runId, turn }: Described, key: string): Sent {
  return { run, key, runId: turn?.runId ?? runId, turn: turn?.n ?? 1 };
}

/** Starts the workflow; `undefined` when it is there already. */
async function startRun(
  target: Target,
  input: unknown,
  { key, memo, ...options }: StartOptions & { readonly key: string },
): Promise<Sent | undefined> {
  const { id, settings } = target;
  const { entrypoint, client } = settings;
  const { taskQueue = settings.taskQueue, ...rest } = options;
  if (entrypoint === undefined)
    throw new TypeError(`Expected \`client.thread('${id}', entrypoint)\` with an entrypoint, to start the thread`);
  if (taskQueue === undefined)
    throw new TypeError('Expected `taskQueue` in the options of `connect`, to start threads on it');
  try {
    const { firstExecutionRunId: run } = await client.workflow.start(entrypoint, {
      staticSummary: summarize(input),
      staticDetails: 'A holdpoint thread. What it waits for, and how to answer, is in its current details.',
      ...rest,
      ...(await indexed(client, rest)),
      taskQueue,
      workflowId: id,
      workflowIdConflictPolicy: 'FAIL',
      args: input === undefined ? [] : [input],
      memo: { ...memo, [TURN_MEMO]: { key } },
    });
    return { run, key, runId: run, turn: 1 };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw translate(error, id);
  }
}

/** The optional search attributes, beside the user's own, where the namespace has them. */
async function indexed(
  client: Client,
  { typedSearchAttributes: own = [] }: StartOptions,
): Promise<{ readonly typedSearchAttributes?: SearchAttributePair[] }> {
  if (!(await isIndexed(client))) return {};
  return { typedSearchAttributes: [...STARTED_WITH, ...('getAll' in own ? own.getAll() : own)] };
}

interface AddSettings {
  readonly key: string;
  /** A thread that has ended may not be started again. */
  readonly isReuseLimited: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Adds a turn to the thread that is open; gives back what may be over in a moment. */
async function addTurn(
  target: Target,
  input: unknown,
  { key, isReuseLimited, signal }: AddSettings,
): Promise<Sent | HoldpointError> {
  const thread = await target.describe();
  // Another sender may have come between.
  if (thread.key === key) return lastSent(thread, key);
  // It has ended since, and can be started; or the options of the start forbid it.
  if (thread.status !== 'RUNNING') {
    const closed = target.closed(thread.status);
    if (isReuseLimited) throw closed;
    return closed;
  }
  await assertTakesTurns(target, thread);
  const sent = await sendTurn(target, input, { key, run: thread.run, signal });
  if (sent === 'gone') return target.closed('in this moment');
  if (sent === 'unknown') throw busy(target, thread);
  return sent;
}

interface TurnSettings {
  readonly key: string;
  /** The first run id of the chain that is to take it. */
  readonly run: string;
  readonly signal: AbortSignal | undefined;
}

async function sendTurn(
  target: Target,
  input: unknown,
  { key, run, signal }: TurnSettings,
): Promise<Sent | HoldpointError | 'gone' | 'unknown'> {
  const sent = await sendUpdate(target, { name: INVOKE_UPDATE, key, argument: input, run, signal });
  switch (sent.kind) {
    case 'accepted':
    case 'repeated':
      target.conversation = run;
      return { run, key, runId: sent.runId };
    case 'gone':
    case 'unknown':
      return sent.kind;
    case 'refused':
      if (hasCode(sent.error, 'ThreadContinuing')) return sent.error;
      throw sent.error;
    default:
      return sent satisfies never;
  }
}

/** Throws when no input will be taken, as far as the server can tell. */
async function assertTakesTurns(target: Target, thread: Described): Promise<void> {
  const expected = target.settings.entrypoint;
  if (thread.turn && expected !== undefined && thread.entrypoint !== expected) throw wrongEntrypoint(target, thread);
  if ((await knownMemory(target, thread)) === false) throw busy(target, thread);
}

export function wrongEntrypoint({ id, settings }: Target, { entrypoint }: Described): HoldpointError {
  return new HoldpointError(
    'WrongEntrypoint',
    `Thread \`${id}\` runs entrypoint \`${entrypoint}\`, not \`${settings.entrypoint}\`. Check the thread id.`,
  );
}

function busy({ id }: Target, { entrypoint, interrupts }: Described): HoldpointError {
  const ids = interrupts.map((interrupt) => `\`${interrupt.id}\``).join(', ');
  const what = ids ? `waits for an answer to ${ids}: answer it with \`resume\`` : 'is at work: follow it with `follow`';
  return new HoldpointError(
    'ThreadBusy',
    `Thread \`${id}\` already runs entrypoint \`${entrypoint}\` and ${what}, or use another thread id.`,
  );
}

/** One short line about the input, for the Web UI. */
function summarize(input: unknown): string {
  if (input === undefined) return 'no input';
  // As JSON they would be written out number by number, which takes seconds.
  if (isBytes(input)) return `${input.byteLength} bytes`;
  const text = JSON.stringify(input);
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
