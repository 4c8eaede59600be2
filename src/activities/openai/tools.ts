/**
 * The task `callTool`: it runs the function of one tool call and returns the result as a message for the model.
 *
 * A mistake in the call and an error of the function are told to the model, which may then do something else. Three things
 * leave the task instead: a question to a person, a cancellation, and a Temporal failure, which a function throws on
 * purpose to be retried or to fail the task.
 */
import { asyncLocalStorage, CompleteAsyncError } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import { checkJson } from '../../protocol/limits.ts';
import { toolMessage, type ToolCall, type ToolMessage } from '../../protocol/messages.ts';
import { messageOf } from '../../protocol/thrown.ts';
import { readCall, type ToolSettings } from '../../protocol/tools.ts';
import { currentPass } from '../pass.ts';

/** The task that runs one tool call of the model and returns the message that answers it. */
export type CallTool = (call: ToolCall) => Promise<ToolMessage>;
/** The functions of the tools by name. Each gets the arguments as the schema of its tool parsed them. */
export type ToolFunctions = ReadonlyMap<string, (args: unknown) => Promise<unknown>>;

/** Makes the task. */
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
  // The model would not notice what JSON loses (T7). It is told, like an error of the function.
  const problem = checkJson(result, `what tool \`${tool}\` returns`, Infinity);
  if (problem?.isLoss) throw new TypeError(problem.message);
  return JSON.stringify(result) ?? '';
}

function leavesTask(error: unknown): boolean {
  // A question counts, whatever the task throws afterwards (I5).
  if (currentPass()?.hasAsked()) return true;
  if (error instanceof TemporalFailure || error instanceof CompleteAsyncError) return true;
  // The task is cancelled, or the worker stops. `Context.current()` would throw outside a worker, in a unit test.
  return asyncLocalStorage.getStore()?.cancellationSignal.aborted ?? false;
}
