/** Workflow tasks that the server fails by itself: the thread continues, and is not called stuck (S7). */
import { expect, test } from 'vitest';
import { makeDecode } from '../../src/client/server/payloads.ts';
import { Timeline } from '../../src/client/reading/timeline.ts';
import { document } from './fixtures/command-line.ts';
import { useOwnServer } from './fixtures/own-server.ts';
import { replay, useScenario } from './fixtures/scenario.ts';

// With the default of 100 it depends on the machine. The server fails a workflow task while which more comes.
useOwnServer(['history.maximumBufferedEventsBatch=10']);
const notices: string[] = [];
const scenario = useScenario({ onNotice: (message) => notices.push(message) });

/** `WorkflowTaskFailedCause` of the server. */
const FORCE_CLOSE_COMMAND = 17;

test.skipIf(replay)(
  'S7: a workflow task that the server fails by itself does not make a thread stuck (300 questions at once)',
  async () => {
    const { thread } = scenario.drive('askMany');
    expect((await thread.invoke(300)).interrupts).toHaveLength(300);
    const { events } = await thread.handle.fetchHistory();
    const causes = (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.cause ?? []);
    expect(causes).toContain(FORCE_CLOSE_COMMAND);
    const timeline = new Timeline(makeDecode(scenario.client.client, thread.id), '');
    // A reader may stop at each event, to wait for the next one.
    for (const event of events ?? []) {
      await timeline.apply(event);
      expect(timeline.workflowTask.kind).not.toBe('failed');
    }
    expect(notices).toEqual([]);
    expect(await document('show', thread.id)).not.toHaveProperty('stuck');
  },
);
