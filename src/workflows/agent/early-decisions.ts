/**
 * Decisions about tool calls in the workflow, as earlier versions of `reactAgent` made them.
 *
 * A turn that began with such a version replays with the tools that it had: which calls are scheduled and asked about is
 * read from schemas and policies here. A worker is told that these calls may run. Turns that begin later are decided by
 * `callTool` (R8).
 */
import { log, patched } from '@temporalio/workflow';
import { approval, type Decision } from '../../protocol/approval.ts';
import type { CallContext } from '../../protocol/call-context.ts';
import { hasCode } from '../../protocol/errors.ts';
import { resolveInterrupt, type InterruptOptions } from '../../protocol/interrupt-options.ts';
import { toolMessage, type ToolCall, type ToolMessage } from '../../protocol/messages.ts';
import { assertOptions, type OptionNames } from '../../protocol/refused-options.ts';
import { readCall, resolveTools, type ReadCall, type Tools, type ToolSettings } from '../../protocol/tools.ts';
import { jsonCheck } from '../answers/answer-check.ts';
import { interrupt } from '../questions/interrupt.ts';

/** A default cannot be an edit, because nobody has written its arguments. */
interface Edit {
  /** With `edit`, the action happens with other arguments. */
  readonly type: 'edit';
}

/** The options of every question for an approval that earlier versions asked in the workflow. */
export type ApprovalOptions = Pick<
  InterruptOptions<Exclude<Decision, Edit>>,
  'assignees' | 'timeout' | 'default' | 'remind'
>;

/** A tool call that was run or turned down. */
export interface HandledCall {
  /** The call with the arguments that it had in the end. */
  readonly call: ToolCall;
  /** What the model is told. */
  readonly message: ToolMessage;
}

/** Runs a call that may run. */
type RunCall = (call: ToolCall, context: CallContext) => Promise<ToolMessage>;

/** Decides about a call, and runs it. */
export type EarlyDecisions = (call: ToolCall, run: RunCall) => Promise<HandledCall>;

interface Early {
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly approval: ApprovalOptions;
}

const NAMES: OptionNames<ApprovalOptions> = { assignees: true, timeout: true, default: true, remind: true };

/** @throws `TypeError` when an option makes no sense. */
export function resolveEarlyDecisions(declared: Tools, options: ApprovalOptions = {}): EarlyDecisions {
  assertOptions(options, '`approval`', NAMES);
  const tools = resolveTools(declared, jsonCheck);
  // Options that would be refused at the first approval are refused here.
  for (const tool of tools.values()) resolveInterrupt(null, questionOptions(tool, options));
  return (call, run) => handleCall({ tools, approval: options }, { call, run });
}

/** A patch: earlier versions asked again about edited arguments, and their runs must replay. */
const EDIT_APPROVES = 'holdpoint/edit-approves';

interface Handling {
  readonly call: ToolCall;
  readonly run: RunCall;
  readonly isApproved?: true;
}

async function handleCall(early: Early, { call, run, isApproved }: Handling): Promise<HandledCall> {
  const read = readCall(early.tools, call);
  if (read.kind === 'wrong') return { call, message: toolMessage(call, read.sentence) };
  const runIt = async (): Promise<HandledCall> => ({ call, message: await run(call, { isApproved: true }) });
  if (!needsApproval(read) || (isApproved && patched(EDIT_APPROVES))) return runIt();
  const decision = await decide(early, read);
  switch (decision.type) {
    case 'approve':
      return runIt();
    case 'edit':
      // Whoever writes arguments approves them. They are checked against the schema again.
      return handleCall(early, { call: withArguments(call, decision.args), run, isApproved: true });
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
  if (typeof tool.approval !== 'function') return tool.approval !== 'allow';
  // Policies of earlier versions were given the arguments alone.
  const policy = tool.approval as (args: unknown) => unknown;
  try {
    return policy(args) !== false;
  } catch (error) {
    log.warn(`The approval policy of tool \`${tool.name}\` failed, so a person is asked`, { error });
    return true;
  }
}

async function decide(early: Early, { tool, sent }: FittingCall): Promise<Decision> {
  try {
    return await interrupt({ tool: tool.name, args: sent }, questionOptions(tool, early.approval));
  } catch (error) {
    if (!hasCode(error, 'InterruptExpired')) throw error;
    return { type: 'reject', reason: 'nobody decided in time' };
  }
}

function questionOptions({ name, description, schema }: ToolSettings, options: ApprovalOptions) {
  return { ...options, title: `Approve ${name}?`, description, schema: approval(schema) };
}

/** The call with other arguments. */
export function withArguments(call: ToolCall, args: unknown): ToolCall {
  return { ...call, function: { ...call.function, arguments: JSON.stringify(args) } };
}
