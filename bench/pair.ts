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

export async function measurePair({ ours, bare, rounds, warmups = 1 }: Pair): Promise<Measured> {
  const pairs: { ours: number; bare: number }[] = [];
  for (let round = -warmups; round < rounds; round++) {
    const pair = { ours: await ours(), bare: await bare() };
    if (round >= 0) pairs.push(pair);
  }
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
