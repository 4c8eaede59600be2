/** Every recorded history replays with today's code, and no task runs (T2). */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { HoldpointPlugin } from 'holdpoint/worker';
import { beforeAll, expect, test } from 'vitest';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('workflows.ts', folder));
  workflowBundle = await bundleWorkflowCode({ workflowsPath, plugins: [new HoldpointPlugin()] });
});

async function replay(history: unknown): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle, plugins: [new HoldpointPlugin()] }, history);
}

test.each(files)('%s replays (T2)', async (file) => {
  await replay(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
});

test('a history of other code does not replay (T2)', async () => {
  const history = readFileSync(new URL('graph.json', folder), 'utf8').replaceAll('humanFeedback:1', 'humanFeedback:2');
  await expect(replay(JSON.parse(history))).rejects.toThrow(/[Nn]ondeterminism/);
});
