/**
 * The workers that a history names: which ran the entrypoint, and which ran a task (A13).
 */
import { defined } from '../../protocol/defined.ts';
import type { HistoryEvent } from '../server/events.ts';
import type { AuditedWorker } from './audit-entries.ts';

/** The worker that has completed this workflow task. */
export function workflowWorker({
  workflowTaskCompletedEventAttributes: task,
}: HistoryEvent): AuditedWorker | undefined {
  const { deploymentVersion, workerVersion, identity } = task ?? {};
  return toWorker({
    deploymentName: deploymentVersion?.deploymentName,
    buildId: deploymentVersion?.buildId || workerVersion?.buildId,
    identity,
  });
}

/** The worker that has begun this attempt of an activity. */
export function activityWorker({
  activityTaskStartedEventAttributes: started,
}: HistoryEvent): AuditedWorker | undefined {
  const { workerVersion, identity } = started ?? {};
  return toWorker({ buildId: workerVersion?.buildId, identity });
}

type RawWorker = { readonly [name in keyof AuditedWorker]: AuditedWorker[name] | null | undefined };

function toWorker({ deploymentName, buildId, identity }: RawWorker): AuditedWorker | undefined {
  const worker = defined({
    deploymentName: deploymentName || undefined,
    buildId: buildId || undefined,
    identity: identity || undefined,
  });
  return Object.keys(worker).length > 0 ? worker : undefined;
}
