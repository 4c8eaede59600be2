/**
 * The run of this workflow, and where in it the caller is.
 *
 * The first entrypoint that is called in a workflow makes its run; an entrypoint that is called in a body runs inline
 * (R6). Everything else that needs a run is refused outside of one (I6).
 */
import { inWorkflowContext } from '@temporalio/workflow';
import { failure } from '../errors/failure.ts';
import { currentFrame, withinFrame, type Frame, type UserFunction } from './body.ts';
import { Run, type RunSettings } from './run.ts';

/** One for each workflow: every workflow has a sandbox of its own. */
let theRun: Run | undefined;

/** Makes the run of this workflow; `undefined` if it has one already. */
export function makeRun(entrypoint: string, settings: RunSettings): Run | undefined {
  if (!inWorkflowContext()) {
    throw failure(
      'OutsideRun',
      `Entrypoint \`${entrypoint}\` runs as a workflow: start it with \`thread.start\`, or call it in another entrypoint.`,
    );
  }
  if (theRun?.hasEnded()) {
    throw failure(
      'OutsideRun',
      `Entrypoint \`${entrypoint}\` was called in a workflow whose entrypoint \`${theRun.entrypoint}\` has ended: call one from the other, or run it as a child workflow.`,
    );
  }
  return theRun ? undefined : (theRun = new Run(entrypoint, settings));
}

/** Calls an entrypoint inline, in the body at hand (R6). */
export function inline(entrypoint: string, fn: UserFunction, input: unknown): Promise<unknown> {
  const { body } = currentRun(`Entrypoint \`${entrypoint}\``);
  return withinFrame({ entrypoint, body }, fn, input);
}

/** @param what The caller, for the sentence of the error. @throws `OutsideRun` */
export function currentRun(what: string): Frame & { readonly run: Run } {
  if (!inWorkflowContext() || !theRun) {
    throw failure(
      'OutsideRun',
      `${what} of \`holdpoint/workflow\` may only be called in the body of an entrypoint, while it runs. In a task, import \`interrupt\` from \`holdpoint/activity\`.`,
    );
  }
  // A handler that the user has set is called from outside the body.
  return { run: theRun, ...(currentFrame() ?? theRun.body.frame) };
}
