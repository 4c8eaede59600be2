/**
 * What leaves the sandbox for the server, with nothing in it that shuts the worker down (R7).
 *
 * Two ways lead out of it: the commands of a step, and the failure of the step itself, which Temporal makes of what was
 * thrown. Both go through here, so it does not matter who threw: the body, a handler of the user's, or a workflow that is
 * no entrypoint. Nothing here adds a promise, which would change the order of what happens in a step.
 */
import type { WorkflowInternalsInterceptor } from '@temporalio/workflow';
import { isErrorLike, sendableError } from '../protocol/thrown.ts';

/** Makes every text of the commands well-formed: also ids, names and the keys of a memo. Values are bytes already. */
export const outgoing: WorkflowInternalsInterceptor = {
  concludeActivation(input, next) {
    const { commands } = next(input);
    return { commands: commands.map(wellFormed) };
  },
};

/** Temporal's state of the workflow, as far as it is needed; nothing else is told of a step that fails. */
interface Activator {
  failureConverter: FailureConverter;
}

interface FailureConverter {
  errorToFailure(error: unknown, ...rest: unknown[]): unknown;
  failureToError(...args: unknown[]): unknown;
}

/** Puts ours around the failure converter of this workflow, which may be the user's. */
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
        // Its details are nothing that the payload converter knows.
        return convert(error, true, rest);
      }
    },
    failureToError: (...args) => converter.failureToError(...args),
  };
}

/** The same, or a copy where a text in it is not well-formed. */
function wellFormed<Value>(value: Value): Value {
  // A text stays a text, and a copy has the same fields.
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
