/**
 * A pair: the same work done by us and by hand, measured alternately in one run.
 *
 * What slows a machine down for a while slows both sides down, so the ratio of two neighbours tells more than either
 * time, and is much the same on every machine. A side measures itself: what it must set up first does not count.
 */
export interface Pair {
  /** Does the work once, and returns how long it took, in milliseconds. */
  ours(): Promise<number>;
  bare(): Promise<number>;
  readonly rounds: number;
  /** Rounds that are not counted, for caches and compilers. @default 1 */
  readonly warmups?: number;
}

/** The middle value, and the quartiles on both sides of it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Measured {
  readonly ours: Spread;
  readonly bare: Spread;
  /** Ours / bare, of each round. */
  readonly ratio: Spread;
  /** Ours - bare, of each round. */
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

/** How long something takes, in milliseconds. */
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
