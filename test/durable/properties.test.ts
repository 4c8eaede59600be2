/**
 * Properties of questions and answers: random plans, random people (T2, I1–I4, A1–A8, S1–S3).
 *
 * The seed is fixed. `PROPERTY_SEED` sets another, `PROPERTY_RUNS` how many runs, and `PROPERTY_PATH` goes straight to
 * the counterexample that fast-check has printed.
 */
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import * as fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { bundled } from './fixtures/bundles.ts';
import { startTest } from './fixtures/start-test.ts';
import * as activities from './fixtures/property-activities.ts';
import type { Ask, Plan, Step } from './fixtures/property-plan.ts';
import { Play, type AnswerKind, type Command, type PropertyTest } from './fixtures/property-play.ts';
import type * as workflows from './fixtures/property-workflows.ts';

const workflowsPath = fileURLToPath(new URL('fixtures/property-workflows.ts', import.meta.url));
const replay = process.env['HOLDPOINT_REPLAY'] === '1';
const seed = Number(process.env['PROPERTY_SEED'] ?? 20_260_101);
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? (replay ? 10 : 16));
const path = process.env['PROPERTY_PATH'];

/** A plan before its slots and scopes are numbered. */
type Shape =
  | { kind: 'ask'; where: Ask['where']; lanes: number[]; twins: boolean; schema: Ask['schema']; limit: Ask['limit'] }
  | { kind: 'work' }
  | { kind: 'parallel' | 'scope'; steps: Shape[] }
  | { kind: 'loose'; step: Shape };

const ask: fc.Arbitrary<Shape> = fc
  .record({
    kind: fc.constant('ask' as const),
    where: fc.constantFrom('task', 'body'),
    lanes: fc.oneof(
      { arbitrary: fc.constantFrom<number[][]>([1], [2], [1, 1]), weight: 4 },
      fc.constantFrom<number[][]>([3], [1, 2], [1, 1, 1]),
    ),
    twins: fc.boolean(),
    schema: fc.constantFrom('none', 'plain', 'even'),
    limit: fc.oneof(
      { arbitrary: fc.constant('none' as const), weight: 3 },
      fc.constantFrom('timeout' as const, 'default' as const),
    ),
  })
  .map((shape) => ({ ...shape, twins: shape.twins && mayBeTwins(shape) }));

/** Equal questions are told by their order, which lanes of several steps would leave open. */
function mayBeTwins({ lanes }: { lanes: readonly number[] }): boolean {
  return lanes.length === 1 || lanes.every((n) => n === 1);
}

const work: fc.Arbitrary<Shape> = fc.constant({ kind: 'work' });
const leaf = fc.oneof({ arbitrary: ask, weight: 5 }, work);
const parallel = fc.record({
  kind: fc.constant('parallel' as const),
  steps: fc.array(leaf, { minLength: 2, maxLength: 3 }),
});
const scope = fc.record({
  kind: fc.constant('scope' as const),
  steps: fc.array(fc.oneof(leaf, parallel), { minLength: 1, maxLength: 2 }),
});
const loose = fc.record({ kind: fc.constant('loose' as const), step: fc.oneof(ask, scope) });
const plan: fc.Arbitrary<Plan> = fc
  .record({
    shapes: fc.array(fc.oneof({ arbitrary: leaf, weight: 2 }, { arbitrary: parallel, weight: 2 }, scope, loose), {
      minLength: 1,
      maxLength: 3,
    }),
    stubborn: fc.boolean(),
  })
  .map(({ shapes, stubborn }) => ({ steps: numbered(shapes), stubborn }));

function numbered(shapes: readonly Shape[]): Step[] {
  let slots = 0;
  let scopes = 0;
  const number = (shape: Shape): Step => {
    switch (shape.kind) {
      case 'ask':
        return { ...shape, lanes: shape.lanes.map((length) => Array.from({ length }, () => slots++)) };
      case 'work':
        return { ...shape, slot: slots++ };
      case 'parallel':
        return { kind: 'parallel', steps: shape.steps.map(number) };
      case 'scope':
        return { kind: 'scope', scope: scopes++, steps: shape.steps.map(number) };
      case 'loose':
        return { kind: 'loose', step: number(shape.step) };
      default:
        return shape satisfies never;
    }
  };
  return shapes.map(number);
}

const at = fc.nat({ max: 5 });
const kind: fc.Arbitrary<AnswerKind> = fc.constantFrom('good', 'odd', 'bad');
const answers = (maxLength: number) =>
  fc.array(fc.record({ at, kind }, { noNullPrototype: true }), { minLength: 1, maxLength });
function command<Do extends Command['do']>(
  name: Do,
  fields: { [Field in Exclude<keyof (Command & { do: Do }), 'do'>]: fc.Arbitrary<(Command & { do: Do })[Field]> },
  weight: number,
): { weight: number; arbitrary: fc.Arbitrary<Command> } {
  // The fields are those of the command.
  return {
    weight,
    arbitrary: fc.record(
      { do: fc.constant(name), ...fields },
      { noNullPrototype: true },
    ) as unknown as fc.Arbitrary<Command>,
  };
}
const commands = fc.array(
  fc.oneof(
    command('answer', { at, kind, addressed: fc.boolean() }, 6),
    command('burst', { answers: answers(4) }, 5),
    command('again', { at }, 2),
    command('sameKey', { at, to: at }, 2),
    command('bare', { kind, keyed: fc.boolean() }, 3),
    command(
      'malformed',
      { args: fc.constantFrom([], [{ n: 0 }, 'ask:1'], [{ n: 0 }, { id: 1 }], [{ n: 0 }, { key: ['k1'] }]) },
      1,
    ),
    command('otherRun', { at }, 1),
    command('offline', { answers: answers(3) }, 1),
    command('expire', {}, 1),
    command('cancelScope', { scope: fc.nat({ max: 1 }) }, 2),
    command('cancel', {}, 1),
    command('restart', {}, 1),
    command('replay', {}, 1),
  ),
  { minLength: 1, maxLength: 8 },
);

let started: PropertyTest;
let bundle: WorkflowBundle;

beforeAll(async () => {
  bundle = await bundled({ workflowsPath });
  started = await startTest<typeof workflows>({ workflowsPath, activities, replay });
});
afterAll(() => started[Symbol.asyncDispose]());

test('whatever is asked and answered, and whenever: each accepted answer reaches its question, once', async () => {
  await fc.assert(
    fc.asyncProperty(plan, commands, (plan, script) => new Play(started, bundle, plan).run(script)),
    { seed, numRuns, ...(path === undefined ? {} : { path }) },
  );
}, 600_000);
