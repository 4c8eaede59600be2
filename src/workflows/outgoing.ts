/**
 * The border of the sandbox: everything that leaves it for the server is made well-formed (R7).
 *
 * Two things leave the sandbox: the commands of a workflow task, and the failure of a workflow task, which Temporal makes
 * of a thrown error. Both are checked here. So it does not matter who threw: the body, a handler of the user's, or a
 * workflow that is not an entrypoint. Nothing here adds a promise, which would change the order of events in a replay.
 */
import type { WorkflowInternalsInterceptor } from '@temporalio/workflow';
import { sendableError } from '../protocol/sendable-error.ts';
import { isErrorLike } from '../protocol/thrown.ts';

/** Makes every string of the commands well-formed, also ids, names and memo keys. Payloads are bytes and stay as they are. */
export const outgoing: WorkflowInternalsInterceptor = {
  concludeActivation(input, next) {
    const { commands } = next(input);
    return { commands: commands.map(wellFormed) };
  },
};

/** Temporal's own state of the workflow, as far as it is used. No interceptor sees the failure of a workflow task. */
interface Activator {
  failureConverter: FailureConverter;
}

interface FailureConverter {
  errorToFailure(error: unknown, ...rest: unknown[]): unknown;
  failureToError(...args: unknown[]): unknown;
}

/** Wraps the failure converter of this workflow, which may be the user's. */
export function guardFailures(): void {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as { __TEMPORAL_ACTIVATOR__?: Activator };
  if (!activator) return;
  const { failureConverter: converter } = activator;
  const convert = (error: unknown, checksDetails: boolean, rest: readonly unknown[]): unknown =>
    wellFormed(converter.errorToFailure(isErrorLike(error) ? sendableError(error, { checksDetails }) : error, ...rest));
  activator.failureConverter = {
    errorToFailure(error, ...rest) {
      try {
        return convert(error, false, rest);
      } catch {
        // The payload converter cannot take the details.
        return convert(error, true, rest);
      }
    },
    failureToError: (...args) => converter.failureToError(...args),
  };
}

/** Returns the value itself, or a copy if a string in it is not well-formed. */
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
