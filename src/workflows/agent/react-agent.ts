/**
 * A ready body for an agent: the model is asked, the tools that it calls are run, and it is asked again, until it calls
 * none (R8).
 *
 * It uses what every user has: `interrupt`, `entrypoint.final` and two tasks. Whether a tool call may run is decided here,
 * before `callTool` is scheduled. So a worker, deployed before or after the workflow, never runs a call that this code has
 * not read and let pass.
 */
import { TemporalFailure } from '@temporalio/common';
import { isCancellation, log, patched } from '@temporalio/workflow';
import { approval, type Decision } from '../../protocol/approval.ts';
import { hasCode } from '../../protocol/errors.ts';
import {
  isMessages,
  toolMessage,
  type AssistantMessage,
  type Message,
  type ToolCall,
  type ToolMessage,
} from '../../protocol/messages.ts';
import { assertOptions, refusedOption, type OptionNames } from '../../protocol/refused-options.ts';
import { resolveInterrupt, type InterruptOptions } from '../../protocol/interrupt-options.ts';
import {
  readCall,
  resolveTools,
  type PoliciesFit,
  type ReadCall,
  type Tools,
  type ToolSettings,
} from '../../protocol/tools.ts';
import { jsonCheck } from '../answers/answer-check.ts';
import { entrypoint } from '../entrypoint/entrypoint.ts';
import { failure } from '../errors/failure.ts';
import type { Final } from '../entrypoint/final.ts';
import { interrupt } from '../questions/interrupt.ts';
import { preview } from '../display/preview.ts';

/** The options of `reactAgent`. */
export interface ReactAgentOptions<Declared extends Tools> {
  /** The tools of the model, by name: the same as in the worker. The `approval` of a tool says when a person is asked. */
  readonly tools: Declared & PoliciesFit<Declared>;
  /** The task that asks the model. */
  readonly callModel: (messages: readonly Message[]) => Promise<AssistantMessage>;
  /** The task that runs one tool call. */
  readonly callTool: (call: ToolCall) => Promise<ToolMessage>;
  /** How often the model is asked in one turn, at most. @default 25 */
  readonly maxRounds?: number | undefined;
  /** The options of every question for an approval. By default it is for anybody, and open until it is answered. */
  readonly approval?: ApprovalOptions | undefined;
}

/** A default cannot be an edit, because nobody has written its arguments. */
interface Edit {
  /** With `edit`, the action happens with other arguments. */
  readonly type: 'edit';
}

/** The options of a question for an approval. When time runs out and there is no `default`, the call counts as rejected. */
export type ApprovalOptions = Pick<
  InterruptOptions<Exclude<Decision, Edit>>,
  'assignees' | 'timeout' | 'default' | 'remind'
>;

/** The body of an entrypoint with memory. It takes new messages, returns the model's last one, and saves all of them. */
export type ReactAgent = (
  messages: readonly Message[],
  previous?: readonly Message[],
) => Promise<Final<AssistantMessage, readonly Message[]>>;

interface Agent {
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly callModel: (messages: readonly Message[]) => Promise<AssistantMessage>;
  readonly callTool: (call: ToolCall) => Promise<ToolMessage>;
  readonly maxRounds: number;
  readonly approval: ApprovalOptions;
}

/** A tool call that was run or turned down. */
interface HandledCall {
  /** The call with the arguments that it had in the end. */
  readonly call: ToolCall;
  /** What the model is told. */
  readonly message: ToolMessage;
}

/**
 * Makes the body of an agent.
 *
 * If the `approval` of a tool says so, a call of it runs only after a person has decided: the question is
 * `{ tool, args }`, the answer a `Decision`. The calls of one message are asked, decided and run independently. The model
 * is told when a call is wrong, is rejected, or fails, and goes on.
 *
 * Schemas and policies are workflow code. While a thread is open, a change of them must leave every decision about earlier
 * calls as it was, or the thread must be pinned to its version (`versioningBehavior`). A new tool is safe, unless the model
 * has called a tool of that name in vain before.
 *
 * @example
 * const { callModel, callTool } = tasks<typeof activities>();
 * export const support = entrypoint({ name: 'support', memory: {} }, reactAgent({ tools, callModel, callTool }));
 *
 * @throws `TypeError` when an option makes no sense. In the body `MaxRoundsReached`, when the model still calls tools in
 *   its last round; these calls do not run.
 * @see LangGraph's `createReactAgent`.
 */
export function reactAgent<Declared extends Tools>(options: ReactAgentOptions<Declared>): ReactAgent {
  const agent = resolveAgent(options);
  return async (messages, previous = []) => {
    assertMessages('the input', messages);
    assertMessages('what the last turn saved', previous);
    return talk(agent, [...previous, ...messages]);
  };
}

async function talk(agent: Agent, messages: readonly Message[]): Promise<Final<AssistantMessage, readonly Message[]>> {
  let all = messages;
  for (let round = 1; ; round++) {
    const reply = await agent.callModel(all);
    const calls = reply.tool_calls ?? [];
    if (calls.length === 0) return entrypoint.final({ value: reply, save: [...all, reply] });
    if (round === agent.maxRounds) throw tooManyRounds(round, calls);
    const handledCalls = await Promise.all(calls.map((call) => handleCall(agent, call)));
    // With the arguments that the calls had in the end: the model sees what was run, not what it asked for.
    const said = { ...reply, tool_calls: handledCalls.map(({ call }) => call) };
    all = [...all, said, ...handledCalls.map(({ message }) => message)];
  }
}

/** A patch: earlier versions asked again about edited arguments, and their runs must replay. */
const EDIT_APPROVES = 'holdpoint/edit-approves';

async function handleCall(agent: Agent, call: ToolCall, isApproved = false): Promise<HandledCall> {
  const read = readCall(agent.tools, call);
  if (read.kind === 'wrong') return { call, message: toolMessage(call, read.sentence) };
  if (!needsApproval(read) || (isApproved && patched(EDIT_APPROVES)))
    return { call, message: await runCall(agent, call) };
  const decision = await decide(agent, read);
  switch (decision.type) {
    case 'approve':
      return { call, message: await runCall(agent, call) };
    case 'edit':
      // Whoever writes arguments approves them. They are checked against the schema again.
      return handleCall(agent, withArguments(call, decision.args), true);
    case 'reject': {
      const reason = decision.reason ? `: ${decision.reason}` : '';
      return { call, message: toolMessage(call, `Error: this call was rejected and did not run${reason}`) };
    }
    case 'respond':
      return { call, message: toolMessage(call, decision.text) };
    default:
      return decision satisfies never;
  }
}

type FittingCall = ReadCall & { readonly kind: 'fits' };

/** A policy that fails, or returns anything but `false`, asks a person. */
function needsApproval({ tool, args }: FittingCall): boolean {
  if (typeof tool.approval !== 'function') return tool.approval === 'always';
  try {
    return tool.approval(args) !== false;
  } catch (error) {
    log.warn(`The approval policy of tool \`${tool.name}\` failed, so a person is asked`, { error });
    return true;
  }
}

async function decide(agent: Agent, { tool, sent }: FittingCall): Promise<Decision> {
  try {
    return await interrupt({ tool: tool.name, args: sent }, questionOptions(tool, agent.approval));
  } catch (error) {
    if (!hasCode(error, 'InterruptExpired')) throw error;
    return { type: 'reject', reason: 'nobody decided in time' };
  }
}

function questionOptions({ name, description, schema }: ToolSettings, options: ApprovalOptions) {
  return { ...options, title: `Approve ${name}?`, description, schema: approval(schema) };
}

function withArguments(call: ToolCall, args: unknown): ToolCall {
  return { ...call, function: { ...call.function, arguments: JSON.stringify(args) } };
}

/** Runs a call. The model is told when the task failed for good, but not of a cancellation. */
async function runCall({ callTool }: Agent, call: ToolCall): Promise<ToolMessage> {
  try {
    return await callTool(call);
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

const NAMES: OptionNames<ReactAgentOptions<Tools>> = {
  tools: true,
  callModel: true,
  callTool: true,
  maxRounds: true,
  approval: true,
};
const APPROVAL_NAMES: OptionNames<ApprovalOptions> = { assignees: true, timeout: true, default: true, remind: true };

function resolveAgent<Declared extends Tools>(options: ReactAgentOptions<Declared>): Agent {
  assertOptions(options, '`reactAgent`', NAMES, { isRequired: true });
  assertOptions(options.approval, '`approval`', APPROVAL_NAMES);
  const { callModel, callTool, maxRounds = 25, approval: approvalOptions = {} } = options;
  for (const [name, task] of Object.entries({ callModel, callTool })) {
    if (typeof task !== 'function') throw refusedOption(`\`${name}\``, 'a task', task);
  }
  if (!Number.isSafeInteger(maxRounds) || maxRounds < 1)
    throw refusedOption('`maxRounds`', 'a positive integer', maxRounds);
  const tools = resolveTools(options.tools, jsonCheck);
  // Options that would be refused at the first approval are refused here.
  for (const tool of tools.values()) resolveInterrupt(null, questionOptions(tool, approvalOptions));
  return { tools, callModel, callTool, maxRounds, approval: approvalOptions };
}
