/**
 * The border of the sandbox: everything that leaves it for the server is made well-formed (R7).
 *
 * Two things leave: the commands of a workflow task, and its failure, which Temporal makes of a thrown error. Both are
 * checked here, so it does not matter who threw: the body, a handler of the user's, or a workflow that is not an
 * entrypoint. Nothing here adds a promise, which would change the order of events in a replay.
 */
import type { WorkflowInternalsInterceptor } from '@temporalio/workflow';
import { sendableError } from '../../protocol/sendable-error.ts';
import { isErrorLike } from '../../protocol/thrown.ts';
import { wrapErrorToFailure } from '../sandbox/runtime.ts';

/** Makes every string in a command well-formed, including ids, names and memo keys. Payloads are bytes and are left alone. */
export const outgoing: WorkflowInternalsInterceptor = {
  concludeActivation(input, next) {
    const { commands } = next(input);
    return { commands: commands.map(wellFormed) };
  },
};

/** Makes the failure of a workflow task sendable, whatever was thrown. */
export function guardFailures(): void {
  wrapErrorToFailure((convert) => (error, ...rest) => {
    const convertSendable = (checksDetails: boolean): unknown =>
      wellFormed(convert(isErrorLike(error) ? sendableError(error, { checksDetails }) : error, ...rest));
    try {
      return convertSendable(false);
    } catch {
      // The payload converter cannot encode the details.
      return convertSendable(true);
    }
  });
}

/** The value itself, or a copy if a string in it is not well-formed. */
function wellFormed<Value>(value: Value): Value {
  // The casts: a string stays a string, and a copy has the same fields.
  if (typeof value === 'string') return value.toWellFormed() as Value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(wellFormed);
    return items.every((item, i) => item === value[i]) ? value : (items as Value);
  }
  const fields = Object.entries(value).map(([name, field]) => [wellFormed(name), wellFormed(field)] as const);
  const isSame = fields.every(([name, field]) => (value as Record<string, unknown>)[name] === field);
  return isSame ? value : (Object.fromEntries(fields) as Value);
}
