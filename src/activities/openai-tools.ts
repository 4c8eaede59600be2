/**
 * The task `callTool`: runs the function of one tool call, and says what came of it as a message for the model.
 *
 * What is wrong with the call, and what the function throws, is told to the model, which may then do something else. Not
 * so what is none of the model's business: a question to a person, a cancellation, and a Temporal failure that the
 * function throws on purpose, for its retries or to end the task.
 */
import { asyncLocalStorage, CompleteAsyncError } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import { checkJson } from '../protocol/limits.ts';
import { toolMessage, type ToolCall, type ToolMessage } from '../protocol/messages.ts';
import { messageOf } from '../protocol/thrown.ts';
import { readCall, type ToolSettings } from '../protocol/tools.ts';
import { currentPass } from './pass.ts';

export type CallTool = (call: ToolCall) => Promise<ToolMessage>;
/** The functions of the tools, by name; each is given what its tool's schema makes of the arguments. */
export type ToolFunctions = ReadonlyMap<string, (args: unknown) => Promise<unknown>>;

export function makeCallTool(tools: ReadonlyMap<string, ToolSettings>, functions: ToolFunctions): CallTool {
  return async (call) => {
    const read = readCall(tools, call);
    if (read.kind === 'wrong') return toolMessage(call, read.sentence);
    try {
      return toolMessage(call, toText(read.tool.name, await functions.get(read.tool.name)!(read.args)));
    } catch (error) {
      if (leavesTask(error)) throw error;
      return toolMessage(call, `Error: ${messageOf(error)}`);
    }
  };
}

function toText(tool: string, result: unknown): string {
  if (typeof result === 'string') return result;
  // The model would never know of what JSON loses (T7). It is told, like what the function throws.
  const problem = checkJson(result, `what tool \`${tool}\` returns`, Infinity);
  if (problem?.isLoss) throw new TypeError(problem.message);
  return JSON.stringify(result) ?? '';
}

function leavesTask(error: unknown): boolean {
  // A task that asked has asked, whatever it throws then (I5).
  if (currentPass()?.hasAsked()) return true;
  if (error instanceof TemporalFailure || error instanceof CompleteAsyncError) return true;
  // Cancelled, or the worker stops. Not `Context.current()`: outside a worker, in a user's unit test, there is none.
  return asyncLocalStorage.getStore()?.cancellationSignal.aborted ?? false;
}
