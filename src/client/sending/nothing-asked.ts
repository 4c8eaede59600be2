import type { ThreadDescription } from '../server/description.ts';
import { HoldpointError, threadClosed } from '../server/errors.ts';

/** Makes the error of a wish to answer where nothing is asked: no question, or none with this id, or of this run or group. */
export function nothingAsked(
  thread: string,
  { isRunning, status }: ThreadDescription,
  {
    id,
    run,
    group,
  }: { readonly id?: string | undefined; readonly run?: string | undefined; readonly group?: string | undefined } = {},
): HoldpointError {
  if (!isRunning) return threadClosed(thread, status);
  const which = id === undefined ? '' : ` \`${id}\``;
  const question = group === undefined ? `open question${which}` : `open question of group \`${group}\``;
  const ofRun = run === undefined ? '' : ` of run \`${run}\``;
  return new HoldpointError('NotPending', `Thread \`${thread}\` has no ${question}${ofRun}.`);
}
