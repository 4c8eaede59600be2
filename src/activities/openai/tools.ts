/**
 * The task `callTool`: it decides about one tool call, runs the function of the tool, and returns the result as a message
 * for the model (R8).
 *
 * A mistake in the call and an error of the function are told to the model, which may then do something else. Three things
 * leave the task instead: a question to a person, a cancellation, and a Temporal failure, which a function throws on
 * purpose to be retried or to fail the task.
 */
import { CompleteAsyncError } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import type { CallContext } from '../../protocol/call-context.ts';
import { defined } from '../../protocol/defined.ts';
import { checkJson } from '../../protocol/limits.ts';
import { toolMessage, type Message, type ToolCall, type ToolMessage } from '../../protocol/messages.ts';
import { messageOf } from '../../protocol/thrown.ts';
import type { ToolSettings } from '../../protocol/tools.ts';
import { isTaskCancelled } from '../cancelled.ts';
import { currentPass } from '../pass.ts';
import { settleCall } from './settle.ts';

/**
 * The task that decides about one tool call of the model, runs it, and returns the message that answers it. The context and
 * the messages are for policies; a loop of your own may leave them out. The messages are an argument by themselves, so that
 * the history does not store them again (V1).
 */
export type CallTool = (call: ToolCall, context?: CallContext, messages?: readonly Message[]) => Promise<ToolMessage>;
/** The functions of the tools by name. Each gets the arguments as the schema of its tool parsed them. */
export type ToolFunctions = ReadonlyMap<string, (args: unknown) => Promise<unknown>>;

/** Makes the task. */
export function makeCallTool(tools: ReadonlyMap<string, ToolSettings>, functions: ToolFunctions): CallTool {
  return async (call, context = {}, messages) => {
    const settled = await settleCall(tools, { call, context, messages });
    if (settled.kind === 'needs messages') {
      currentPass()?.needMessages();
      // Only a loop that handles it comes here, and it does not read the content.
      return toolMessage(call, 'The policy of this tool needs the messages');
    }
    const decision = defined({ decision: settled.decision });
    if (settled.kind === 'told') {
      const isDirect = settled.isResult && tools.get(call.function.name)?.returnDirect;
      return { ...toolMessage(call, settled.content), ...decision, ...direct(isDirect) };
    }
    const { tool, args } = settled;
    try {
      const content = toText(tool.name, await functions.get(tool.name)!(args));
      return { ...toolMessage(call, content), ...decision, ...direct(tool.returnDirect) };
    } catch (error) {
      if (leavesTask(error)) throw error;
      return { ...toolMessage(call, `Error: ${messageOf(error)}`), ...decision };
    }
  };
}

function direct(isDirect: boolean | undefined): Pick<ToolMessage, 'returnDirect'> {
  return isDirect ? { returnDirect: true } : {};
}

function toText(tool: string, result: unknown): string {
  if (typeof result === 'string') return result;
  // The model would not notice what JSON loses (T7). It is told, like an error of the function.
  const problem = checkJson(result, `what tool \`${tool}\` returns`, Infinity);
  if (problem?.isLoss) throw new TypeError(problem.message);
  return JSON.stringify(result) ?? '';
}

function leavesTask(error: unknown): boolean {
  // A question counts, whatever the task throws afterwards (I5).
  if (currentPass()?.hasAsked()) return true;
  if (error instanceof TemporalFailure || error instanceof CompleteAsyncError) return true;
  return isTaskCancelled();
}
