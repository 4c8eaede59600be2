/** What the command says about a worker deployment version that has to run a thread, and that has no worker (O3). */
import type { LostVersion } from '../client/tools.ts';
import { temporalCommand } from './command-line.ts';

type LostVersionOfQueue = LostVersion & { readonly taskQueue: string };

/** Goes on after the name of the thread. */
export function lostVersionText(lost: LostVersionOfQueue): string {
  const { deploymentName, buildId, isPinned, taskQueue } = lost;
  const version = `version ${buildId} of worker deployment ${deploymentName}`;
  return `${isPinned ? `is pinned to ${version}` : `continues on ${version}, which is current`}, ${lackText(lost, taskQueue)}`;
}

function lackText({ lack }: LostVersion, taskQueue: string): string {
  const noWorker = `and no worker of this version polls task queue ${taskQueue}`;
  switch (lack) {
    case 'removed':
      return 'and the server does not have this version';
    case 'drained':
      return `which is drained, ${noWorker}`;
    case 'no worker':
      return noWorker;
    default:
      return lack satisfies never;
  }
}

export function lostVersionTodo({ isPinned }: LostVersion, thread: string): string {
  const start = 'Start a worker of this version, and the thread continues by itself.';
  if (!isPinned) return `${start} Or make a version that has workers current.`;
  const move = ['--workflow-id', thread, '--versioning-override-behavior', 'auto_upgrade'];
  return `${start} Or, if the code of the current version replays it, move it: \`${temporalCommand('workflow', 'update-options', ...move)}\`.`;
}
