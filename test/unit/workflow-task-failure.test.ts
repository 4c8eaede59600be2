/** Which failures of a workflow task a person must fix: over all causes that the server has. */
import { temporal } from '@temporalio/proto';
import { expect, test } from 'vitest';
import { readWorkflowTaskFailure, resetTo } from '../../src/client/server/workflow-task-failure.ts';

const PREFIX = 'WORKFLOW_TASK_FAILED_CAUSE_';
const { WorkflowTaskFailedCause } = temporal.api.enums.v1;

const causes = Object.entries(WorkflowTaskFailedCause)
  .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  .map(([name, cause]) => [name.slice(PREFIX.length), cause] as const);

/** The server's own doing: it makes another workflow task. */
const servers = [
  'UNHANDLED_COMMAND',
  'RESET_STICKY_TASK_QUEUE',
  'FORCE_CLOSE_COMMAND',
  'FAILOVER_CLOSE_COMMAND',
  'RESET_WORKFLOW',
  'UNHANDLED_UPDATE',
  'WORKFLOW_PAUSE_REQUESTED_BEFORE_TASK_STARTED',
];

function failed(cause: number, message?: string) {
  return {
    workflowTaskFailedEventAttributes: { cause, newRunId: 'other', ...(message ? { failure: { message } } : {}) },
  };
}

test('the server has causes', () => {
  expect(causes.length).toBeGreaterThan(40);
});

test.each(causes)('%s', (name, cause) => {
  const isServers = servers.includes(name);
  expect(readWorkflowTaskFailure(failed(cause, 'why'))).toBe(isServers ? undefined : 'why');
  // Without a message it has the name of its cause.
  expect(readWorkflowTaskFailure(failed(cause))).toBe(isServers ? undefined : name);
  expect(resetTo(failed(cause))).toBe(name === 'RESET_WORKFLOW' ? 'other' : undefined);
});

test('a cause of a newer server is shown', () => {
  expect(readWorkflowTaskFailure(failed(999))).toBe('CAUSE_999');
  expect(readWorkflowTaskFailure({})).toBeUndefined();
});
