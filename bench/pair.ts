/**
 * A pair: the same work done with holdpoint and by hand, measured alternately in one run.
 *
 * A slow spell of the machine hits both sides. The ratio of two neighbouring measurements is therefore steadier than
 * either time, and about the same on every machine. Each side takes its own time, so its preparation is not counted.
 */
export interface Pair {
  /** Does the work once with holdpoint, and returns how long it took, in milliseconds. */
  ours(): Promise<number>;
  /** The same by hand. */
  bare(): Promise<number>;
  /** How many rounds are measured. */
  readonly rounds: number;
  /** How many rounds run first and are not counted: they fill the caches and warm up the compiler. @default 1 */
  readonly warmups?: number;
}

/** The median and the two quartiles around it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What the rounds of a pair measured. */
export interface Measured {
  /** Milliseconds. */
  readonly ours: Spread;
  /** Milliseconds. */
  readonly bare: Spread;
  /** Ours / bare, computed for each round. */
  readonly ratio: Spread;
  /** Ours - bare in milliseconds, computed for each round. */
  readonly difference: Spread;
}

export async function measurePair({ ours, bare, ...rounds }: Pair): Promise<Measured> {
  const { all } = await measureSteps({
    ours: async () => ({ all: await ours() }),
    bare: async () => ({ all: await bare() }),
    ...rounds,
  });
  return all;
}

/** A pair whose work consists of steps: each side returns how long each of them took. */
export interface SteppedPair<Step extends string> extends Omit<Pair, 'ours' | 'bare'> {
  ours(): Promise<Readonly<Record<Step, number>>>;
  bare(): Promise<Readonly<Record<Step, number>>>;
}

/** Measures all steps in the same rounds. */
export async function measureSteps<Step extends string>(
  pair: SteppedPair<Step>,
): Promise<Readonly<Record<Step, Measured>>> {
  const { ours, bare, rounds, warmups = 1 } = pair;
  const pairs: { ours: Readonly<Record<Step, number>>; bare: Readonly<Record<Step, number>> }[] = [];
  for (let round = -warmups; round < rounds; round++) {
    const both = { ours: await ours(), bare: await bare() };
    if (round >= 0) pairs.push(both);
  }
  const steps = Object.keys(pairs[0]?.ours ?? {}) as Step[];
  const measured = steps.map((step) => [
    step,
    summary(pairs.map((both) => ({ ours: both.ours[step], bare: both.bare[step] }))),
  ]);
  // One entry for each step.
  return Object.fromEntries(measured) as Record<Step, Measured>;
}

function summary(pairs: readonly { readonly ours: number; readonly bare: number }[]): Measured {
  return {
    ours: spread(pairs.map((pair) => pair.ours)),
    bare: spread(pairs.map((pair) => pair.bare)),
    ratio: spread(pairs.map((pair) => pair.ours / pair.bare)),
    difference: spread(pairs.map((pair) => pair.ours - pair.bare)),
  };
}

/** Runs the work once and returns how long it took, in milliseconds. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

function quantile(sorted: readonly number[], q: number): number {
  const place = (sorted.length - 1) * q;
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return below + (above - below) * (place - Math.floor(place));
}
