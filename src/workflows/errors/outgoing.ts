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

/** The value itself, or a copy if a string in it is not well-formed. Nearly every command is the first: it costs no copy. */
function wellFormed<Value>(value: Value): Value {
  // The casts: a string stays a string, and a copy has the same fields.
  if (isWellFormed(value)) return value;
  if (typeof value === 'string') return value.toWellFormed() as Value;
  if (Array.isArray(value)) return value.map(wellFormed) as Value;
  const fields = Object.entries(value as object).map(([name, field]) => [wellFormed(name), wellFormed(field)]);
  return Object.fromEntries(fields) as Value;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  for (const name of Object.keys(value)) {
    if (!name.isWellFormed() || !isWellFormed((value as Record<string, unknown>)[name])) return false;
  }
  return true;
}
