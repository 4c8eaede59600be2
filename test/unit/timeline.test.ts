/**
 * What today's client reads in each recorded history: updates, questions, steps, turns, and what is left to wait for.
 *
 * A history is recorded twice: with the workflow cache, and with a replay before each step. Both must read the same.
 */
import { expect, test } from 'vitest';
import { countEvents, readHistory } from '../histories/read.ts';
import { files as histories } from '../histories/recorded.ts';
import type { ReadEvent } from '../../src/client/reading/timeline.ts';

const cached = histories.filter((file) => !file.endsWith('-uncached.json'));

interface Seen {
  readonly updates: readonly unknown[];
  readonly opened: readonly string[];
  readonly closed: readonly (readonly [id: string, how: string | undefined])[];
  readonly steps: readonly (readonly [id: string, kind: string])[];
}

function seen(applied: readonly ReadEvent[]): Seen {
  return {
    updates: applied.flatMap(({ update }) => update ?? []),
    opened: applied.flatMap(({ opened }) => (opened ?? []).map(({ id }) => id)),
    closed: applied.flatMap(({ closed }) => (closed ?? []).map(({ id, how }) => [id, how] as const)),
    steps: applied.flatMap(({ task }) => (task ? [[task.id, task.kind] as const] : [])),
  };
}

test.each(histories)('%s: each question that opens closes once, at the latest with the run (A9 S5)', async (file) => {
  const { applied, timeline } = await readHistory(file);
  const { opened, closed } = seen(applied);
  const open = timeline.open().map(({ id }) => id);
  expect([...closed.map(([id]) => id), ...open].toSorted()).toEqual(opened.toSorted());
  for (const { run, at } of applied.flatMap((one) => one.closed ?? []))
    expect({ run, at }).toEqual({ run: expect.any(String), at: expect.any(String) });
});

test.each(histories)('%s: has an end, and nothing is left to wait for there (S3)', async (file) => {
  const { timeline } = await readHistory(file);
  expect(timeline.end).toBeDefined();
  expect([timeline.open(), timeline.unregistered()]).toEqual([[], []]);
  // A plain thread is quiet only while a question is open.
  expect(timeline.isQuiet()).toBe(timeline.hasMemory);
});

test.each(histories)(
  '%s: each call is scheduled before it is over, and one that finishes has an update (S2 S4)',
  async (file) => {
    const { applied, timeline } = await readHistory(file);
    const { steps, updates } = seen(applied);
    const finished = steps.filter(([, kind]) => kind === 'finished').map(([id]) => id.slice(0, id.lastIndexOf(':')));
    const ofTasks = updates
      .flatMap((update) => Object.keys(update as object))
      .filter((name) => name !== timeline.entrypoint);
    expect(ofTasks.toSorted()).toEqual(finished.toSorted());
    const underWay = new Set<string>();
    for (const { task } of applied) {
      if (!task) continue;
      // A local task has no attempt, and is seen only when it has finished.
      if (task.kind === 'scheduled') underWay.add(task.id);
      else if (task.attempt !== undefined) expect(underWay.delete(task.id), `${task.id} ${task.kind}`).toBe(true);
    }
  },
);

test.each(cached)('%s: reads the same as its twin that was recorded with replays', async (file) => {
  const twin = file.replace('.json', '-uncached.json');
  expect(histories).toContain(twin);
  const [one, other] = [await readHistory(file), await readHistory(twin)];
  // Parallel tasks finish in either order, and answers go to whoever asked first.
  const kinds = ({ applied }: typeof one): unknown => {
    const { opened, closed, steps } = seen(applied);
    return [opened.toSorted(), closed.map(String).toSorted(), steps.map(String).toSorted()];
  };
  expect(kinds(other)).toEqual(kinds(one));
  expect(other.timeline.entrypoint).toBe(one.timeline.entrypoint);
});

test('handedOver.json: each question changes before it closes (A12 S5)', async () => {
  const { applied } = await readHistory('handedOver.json');
  const changes = applied.flatMap(({ changed }) => changed ?? []);
  expect(
    changes.map(({ interrupt: { id, assignees }, changed }) => [id, assignees, changed?.how, changed?.actor]),
  ).toEqual([1, 2, 3].map((n) => [`handedOver:${n}`, ['ben', `group:${n - 1}`], 'reassigned', 'ann']));
  const kinds = applied.flatMap(({ opened, changed, closed }) => [
    opened && 'opened',
    changed && 'changed',
    closed && 'closed',
  ]);
  expect(kinds.filter(Boolean).join(' ')).toBe('opened changed closed opened changed closed opened changed closed');
});

test('notReassigned.json: a signal that no handler took has changed nothing (A12)', async () => {
  const { applied } = await readHistory('notReassigned.json');
  expect(applied.flatMap(({ changed }) => changed ?? [])).toEqual([]);
});

test('graph.json: three steps, and the middle one asks (S2 S4)', async () => {
  const { applied, timeline } = await readHistory('graph.json');
  expect(seen(applied)).toEqual({
    updates: [
      { step1: 'foo bar' },
      { humanFeedback: 'foo bar answer 0' },
      { step3: 'foo bar answer 0 qux' },
      { graph: 'foo bar answer 0 qux' },
    ],
    opened: ['humanFeedback:1'],
    closed: [['humanFeedback:1', undefined]],
    steps: [
      ['step1:1', 'scheduled'],
      ['step1:1', 'finished'],
      ['humanFeedback:1', 'scheduled'],
      ['humanFeedback:1', 'asked'],
      ['humanFeedback:1', 'scheduled'],
      ['humanFeedback:1', 'finished'],
      ['step3:1', 'scheduled'],
      ['step3:1', 'finished'],
    ],
  });
  expect(timeline).toMatchObject({
    entrypoint: 'graph',
    hasMemory: false,
    end: { kind: 'completed', value: 'foo bar answer 0 qux' },
  });
});

test('graph.json: is quiet exactly while its question is open and no workflow task runs (S3)', async () => {
  let quiet = 0;
  for (let count = 1; count <= countEvents('graph.json'); count++) {
    const { timeline } = await readHistory('graph.json', count);
    if (!timeline.isQuiet()) continue;
    quiet++;
    expect(timeline.open().map(({ id }) => id)).toEqual(['humanFeedback:1']);
    expect(timeline.workflowTask).toEqual({ kind: 'none' });
  }
  expect(quiet).toBeGreaterThan(0);
});

test('parallel.json: questions that one pass asks open together, and all of a call close before it runs again (I2 I4)', async () => {
  const { applied } = await readHistory('parallel.json');
  const opened = applied.flatMap((one) => (one.opened ? [one.opened.map(({ id }) => id)] : []));
  expect(opened).toEqual([['parallel:1'], ['ask:1'], ['ask:2'], ['both:1', 'both:1#2']]);
  const order = applied.flatMap(({ closed, task }) => [
    ...(closed ?? []).map(({ id }) => id),
    ...(task?.id === 'both:1' && task.kind === 'scheduled' ? ['again'] : []),
  ]);
  expect(order.filter((one) => one.startsWith('both') || one === 'again')).toEqual([
    'again',
    'both:1#2',
    'both:1',
    'again',
  ]);
});

test('locals.json: the call of a local task is read from the summary of its marker (T5)', async () => {
  const { applied } = await readHistory('locals.json');
  const locals = applied.flatMap(({ task }) =>
    task?.kind === 'finished' && task.attempt === undefined ? [task.id] : [],
  );
  expect(locals).toEqual(['step1:1', 'step3:1', 'step3:2']);
});

test('nested.json: an inline entrypoint asks under its own name, and has no update (R6)', async () => {
  expect(seen((await readHistory('nested.json')).applied)).toMatchObject({
    updates: [{ nested: ['i:answer 0', 'answer 1'] }],
    opened: ['inner:1', 'nested:1'],
  });
});

test('failures.json: a failed call has a step and no update, and the run ends as failed (S2 S4)', async () => {
  const { applied, timeline } = await readHistory('failures.json');
  expect(seen(applied)).toMatchObject({
    updates: [],
    steps: [
      ['fail:1', 'scheduled'],
      ['fail:1', 'failed'],
    ],
  });
  expect(timeline.end).toEqual({ kind: 'failed' });
});

test('refused.json: each turn ends once, and its events belong to it (R2 R3 S2)', async () => {
  const { applied, timeline } = await readHistory('refused.json');
  expect(applied.flatMap(({ turnEnd }) => (turnEnd ? [[turnEnd.n, turnEnd.kind]] : []))).toEqual([
    [1, 'completed'],
    [2, 'failed'],
    [3, 'completed'],
  ]);
  expect(applied.flatMap(({ opened, turn }) => (opened ?? []).map(({ id }) => [id, turn?.n]))).toEqual([
    ['refused:1', 1],
    ['refused:2', 2],
    ['refused:3', 3],
  ]);
  expect([timeline.turns.current?.n, timeline.hasMemory]).toEqual([3, true]);
});

test('continued.json: a run that continues a thread knows the turns before it from its memo (R5)', async () => {
  const { applied, timeline } = await readHistory('continued.json');
  expect(applied.flatMap(({ turnEnd }) => turnEnd ?? [])).toMatchObject([
    { n: 3, kind: 'completed', value: 'answer 4' },
  ]);
  expect(timeline.firstRun).not.toBe('run');
});

test.each(histories.filter((file) => file.includes('-reset')))(
  '%s: names the run that the reset made (S1)',
  async (file) => {
    expect((await readHistory(file)).timeline.resets.size).toBe(1);
  },
);

test('turns.json: a history of an earlier version does not say how a question closed (A9)', async () => {
  const { applied } = await readHistory('turns.json');
  const closed = applied.flatMap((one) => one.closed ?? []);
  expect(closed).toHaveLength(4);
  for (const one of closed) expect(one).toEqual({ id: one.id, run: one.run, at: one.at });
});

test.each(['closed.json', 'closed-uncached.json'])(
  '%s: says how each question closed, and by whom (A9)',
  async (file) => {
    const closed = (await readHistory(file)).applied.flatMap((one) => one.closed ?? []);
    expect(closed.map(({ id, how, actor }) => [id, how, actor])).toEqual([
      ['closed:1', 'expired', undefined],
      ['closed:2', 'default', undefined],
      ['closed:4', 'answered', 'ann'],
      ['closed:3', 'withdrawn', undefined],
    ]);
  },
);
