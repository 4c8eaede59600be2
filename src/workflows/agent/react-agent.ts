/**
 * A ready body for an agent: the model is asked, the tools that it calls are run, and it is asked again, until it calls
 * none (R8).
 *
 * It uses two tasks. What becomes of a call is decided in `callTool`, on the worker: this loop gives it the call and what a
 * policy may want to know, and reads from the message what was decided. It also remembers decisions for later calls.
 */
import { TemporalFailure } from '@temporalio/common';
import { isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { CallContext } from '../../protocol/call-context.ts';
import { defined } from '../../protocol/defined.ts';
import { needsMessages } from '../../protocol/envelopes.ts';
import { MAX_GROUP_CHARACTERS } from '../../protocol/limits.ts';
import {
  isMessages,
  toolMessage,
  type AssistantMessage,
  type Message,
  type ToolCall,
  type ToolMessage,
} from '../../protocol/messages.ts';
import { assertOptions, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import { readArguments, type PoliciesFit, type Tools } from '../../protocol/tools.ts';
import { preview } from '../display/preview.ts';
import { entrypoint } from '../entrypoint/entrypoint.ts';
import type { Final } from '../entrypoint/final.ts';
import { failure } from '../errors/failure.ts';
import { currentRun } from '../run/current-run.ts';
import type { RememberedDecisions } from '../run/remembered.ts';
import {
  resolveEarlyDecisions,
  withArguments,
  type ApprovalOptions,
  type EarlyDecisions,
  type HandledCall,
} from './early-decisions.ts';

/** The options of `reactAgent`. */
export interface ReactAgentOptions<Declared extends Tools = Tools> {
  /** The task that asks the model. */
  readonly callModel: (messages: readonly Message[]) => Promise<AssistantMessage>;
  /** The task that decides about one tool call and runs it. */
  readonly callTool: (call: ToolCall, context: CallContext, messages?: readonly Message[]) => Promise<ToolMessage>;
  /** How often the model is asked in one turn, at most. @default 25 */
  readonly maxRounds?: number | undefined;
  /**
   * Makes the messages that the model gets out of all messages: fewer of them, or more. The memory keeps all. It is workflow
   * code and must be deterministic.
   *
   * @default all messages
   */
  readonly prepare?: ((messages: readonly Message[]) => readonly Message[] | Promise<readonly Message[]>) | undefined;
  /**
   * Only for threads that began with a version that decided in the workflow: the tools as they were. The turns of that
   * version replay with them.
   */
  readonly tools?: (Declared & PoliciesFit<Declared>) | undefined;
  /** Beside `tools`: the options of every question that the earlier version asked. */
  readonly approval?: ApprovalOptions | undefined;
}

/**
 * The body of an entrypoint with memory. It takes new messages, returns the last one, and saves all of them. The last one is
 * the model's, or that of a tool with `returnDirect`.
 */
export type ReactAgent = (
  messages: readonly Message[],
  previous?: readonly Message[],
) => Promise<Final<AssistantMessage | ToolMessage, readonly Message[]>>;

interface Agent {
  readonly callModel: (messages: readonly Message[]) => Promise<AssistantMessage>;
  readonly callTool: (call: ToolCall, context: CallContext, messages?: readonly Message[]) => Promise<ToolMessage>;
  readonly maxRounds: number;
  readonly prepare: ((messages: readonly Message[]) => readonly Message[] | Promise<readonly Message[]>) | undefined;
  readonly early: EarlyDecisions | undefined;
}

/**
 * Makes the body of an agent.
 *
 * `callTool` decides about each call, on the worker. If the `approval` of its tool says so, a call runs only after a person
 * has decided: the question is `{ tool, args, call }`, the answer a `Decision`. The calls of one message are asked, decided
 * and run independently. The model is told when a call is wrong, is rejected, or fails, and goes on.
 *
 * @example
 * const { callModel, callTool } = tasks<typeof activities>();
 * export const support = entrypoint({ name: 'support', memory: {} }, reactAgent({ callModel, callTool }));
 *
 * @throws `TypeError` when an option makes no sense. In the body `MaxRoundsReached`, when the model still calls tools in
 *   its last round; these calls do not run.
 * @see LangGraph's `createReactAgent`.
 */
export function reactAgent<Declared extends Tools = Tools>(options: ReactAgentOptions<Declared>): ReactAgent {
  const agent = resolveAgent(options);
  return async (messages, previous = []) => {
    assertMessages('the input', messages);
    assertMessages('what the last turn saved', previous);
    return talk(agent, [...previous, ...messages]);
  };
}

/** A patch: in earlier versions the workflow decided about tool calls, and their turns must replay. */
const WORKER_DECIDES = 'holdpoint/worker-decides';

async function talk(agent: Agent, messages: readonly Message[]) {
  const early = workerDecides(agent) ? undefined : agent.early;
  const handle = early ? handleEarly(agent, early) : handleOnWorker(agent);
  let all = messages;
  for (let round = 1; ; round++) {
    const reply = await agent.callModel(agent.prepare ? await prepared(agent.prepare, all) : all);
    const calls = reply.tool_calls ?? [];
    if (calls.length === 0) return entrypoint.final({ value: reply, save: [...all, reply] });
    if (round === agent.maxRounds) throw tooManyRounds(round, calls);
    const handledCalls = await handle({ calls, all: [...all, reply] });
    // With the arguments that the calls had in the end: the model sees what was run, not what it asked for.
    const said = { ...reply, tool_calls: handledCalls.map(({ call }) => call) };
    const results = handledCalls.map(({ message }) => message);
    all = [...all, said, ...results];
    const answer = results.findLast(({ returnDirect }) => returnDirect);
    if (answer) return entrypoint.final({ value: answer, save: all });
  }
}

/** Only an agent with `tools` needs the marker. The turns that have one replay when `tools` is gone, too. */
function workerDecides({ early }: Agent): boolean {
  return early || workflowInfo().unsafe.isReplaying ? patched(WORKER_DECIDES) : true;
}

async function prepared(prepare: NonNullable<Agent['prepare']>, all: readonly Message[]): Promise<readonly Message[]> {
  const messages = await prepare(all);
  assertMessages('what `prepare` returns', messages);
  return messages;
}

/** The calls of one message of the model, and the conversation up to that message. */
interface Round {
  readonly calls: readonly ToolCall[];
  readonly all: readonly Message[];
}

type HandleRound = (round: Round) => Promise<HandledCall[]>;

function handleEarly(agent: Agent, decide: EarlyDecisions): HandleRound {
  const run = (call: ToolCall, context: CallContext): Promise<ToolMessage> =>
    runCall(agent, { call, context: () => context, all: [] });
  return ({ calls }) => Promise.all(calls.map((call) => decide(call, run)));
}

const HANDLES = ['messages', 'remember'] as const;

function handleOnWorker(agent: Agent): HandleRound {
  return ({ calls, all }) => {
    const { remembered } = currentRun('`reactAgent`').run;
    const shared = { handles: HANDLES, ...defined({ actor: actorOf(all), group: groupOf(calls) }) };
    return Promise.all(
      calls.map(async (call) => {
        // Read for each task that is scheduled: meanwhile a decision may be taken back, or its time be over.
        const context = () => ({ ...shared, ...defined({ remembered: findRemembered(remembered, call) }) });
        const message = await runCall(agent, { call, context, all });
        remember(remembered, call, message);
        const { decision } = message;
        return { call: decision?.type === 'edit' ? withArguments(call, decision.args) : call, message };
      }),
    );
  };
}

/** The shared id of the calls of one message: that of the first call, as far as a group may have it. */
function groupOf(calls: readonly ToolCall[]): string | undefined {
  // A call's id is the model's own text.
  const id = calls[0]?.id.replaceAll(/\p{C}/gu, '').trim().slice(0, MAX_GROUP_CHARACTERS).toWellFormed();
  return calls.length > 1 && id ? id : undefined;
}

/** Who speaks, as the newest user message says. */
function actorOf(all: readonly Message[]): string | undefined {
  const newest = all.findLast((message) => message.role === 'user');
  return newest?.actor;
}

function findRemembered(remembered: RememberedDecisions, call: ToolCall) {
  const read = readArguments(call);
  return 'sent' in read ? remembered.find(call.function.name, read.sent) : undefined;
}

/** Keeps a decision that a person made for later calls too. */
function remember(remembered: RememberedDecisions, call: ToolCall, { decision }: ToolMessage): void {
  if (decision?.how !== 'answered' || !decision.remember || !decision.question) return;
  const { type, question, at, actor, reason, until } = decision;
  if (type !== 'approve' && type !== 'reject') return;
  const read = readArguments(call);
  const args = decision.remember === 'arguments' && 'sent' in read ? read.sent : undefined;
  // Without the arguments, the decision would count for all calls of the tool.
  if (decision.remember === 'arguments' && !args) return;
  remembered.add({ id: question, tool: call.function.name, type, at, ...defined({ args, reason, actor, until }) });
}

interface RunSettings {
  readonly call: ToolCall;
  readonly context: () => CallContext;
  readonly all: readonly Message[];
}

/** Runs a call. The model is told when the task failed for good, but not of a cancellation. */
async function runCall({ callTool }: Agent, { call, context, all }: RunSettings): Promise<ToolMessage> {
  try {
    const message = await callTool(call, context());
    return needsMessages(message) ? await callTool(call, context(), all) : message;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    return toolMessage(call, `Error: ${error.message}`);
  }
}

function tooManyRounds(rounds: number, calls: readonly ToolCall[]): Error {
  const names = calls.map((call) => `\`${call.function.name}\``).join(', ');
  return failure(
    'MaxRoundsReached',
    `The model was asked ${rounds} times in this turn and still calls ${names}. Raise \`maxRounds\`, or tell the model when to stop.`,
  );
}

function assertMessages(what: string, messages: unknown): void {
  if (isMessages(messages)) return;
  throw new TypeError(`Expected ${what} to be a list of messages, got ${preview(JSON.stringify(messages ?? null))}`);
}

const NAMES: OptionNames<ReactAgentOptions> = {
  callModel: true,
  callTool: true,
  maxRounds: true,
  prepare: true,
  tools: true,
  approval: true,
};

function resolveAgent<Declared extends Tools>(options: ReactAgentOptions<Declared>): Agent {
  assertOptions(options, '`reactAgent`', NAMES, { isRequired: true });
  const { callModel, callTool, maxRounds = 25, prepare, tools, approval } = options;
  for (const [name, task] of Object.entries({ callModel, callTool })) {
    if (typeof task !== 'function') throw refusedOption(`\`${name}\``, 'a task', task);
  }
  if (!Number.isSafeInteger(maxRounds) || maxRounds < 1)
    throw refusedOption('`maxRounds`', 'a positive integer', maxRounds);
  if (prepare !== undefined && typeof prepare !== 'function')
    throw refusedOption('`prepare`', 'a function of the messages', prepare);
  if (approval !== undefined && tools === undefined)
    throw new TypeError(
      'Expected `tools` beside `approval`, which is only for threads of earlier versions. How a person is asked is the option `ask` of `openai` or of a tool',
    );
  const early = tools === undefined ? undefined : resolveEarlyDecisions(tools, approval);
  return { callModel, callTool, maxRounds, prepare, early };
}
