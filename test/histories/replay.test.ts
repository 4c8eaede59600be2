/** C78: every recorded history replays with today's code, and no task runs (T2). */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { HoldpointPlugin } from 'holdpoint/worker';
import { beforeAll, expect, test } from 'vitest';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflows.ts', folder)),
    plugins: [new HoldpointPlugin()],
  });
});

async function replay(history: unknown): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle, plugins: [new HoldpointPlugin()] }, history);
}

test.each(files)('C78: %s replays', async (file) => {
  await replay(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
});

test('C78: a history of other code does not', async () => {
  const history = readFileSync(new URL('graph.json', folder), 'utf8').replaceAll('humanFeedback:1', 'humanFeedback:2');
  await expect(replay(JSON.parse(history))).rejects.toThrow(/[Nn]ondeterminism/);
});
