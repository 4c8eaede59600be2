/**
 * The table of all measurements, and the page docs/benchmarks.md around it.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Measured } from './pair.ts';

export interface Line {
  readonly work: string;
  /** What is to be reached; `-` where the line is for orientation. */
  readonly aim: string;
  /** What was measured, in the unit of the aim: a ratio, a difference or a count. */
  readonly result: string;
  readonly spread: string;
  readonly ours: string;
  readonly bare: string;
}

/** A line whose aim is a ratio. `per`: how many units of the work one measurement did. */
export function ratioLine(work: string, aim: string, { ours, bare, ratio }: Measured, per = 1): Line {
  return {
    work,
    aim,
    result: ratio.median.toFixed(2),
    spread: `${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)}`,
    ours: milliseconds(ours.median / per),
    bare: milliseconds(bare.median / per),
  };
}

/** A line whose aim is a number of milliseconds more. */
export function differenceLine(work: string, aim: string, { ours, bare, difference }: Measured): Line {
  return {
    work,
    aim,
    result: signed(milliseconds(difference.median)),
    spread: `${signed(milliseconds(difference.low))} to ${signed(milliseconds(difference.high))}`,
    ours: milliseconds(ours.median),
    bare: milliseconds(bare.median),
  };
}

/** A line that counts, exactly. */
export function countLine(work: string, aim: string, counts: { ours: number; bare: number; unit: string }): Line {
  const { ours, bare, unit } = counts;
  const texts = [ours - bare, ours, bare].map((n) => `${Number.isInteger(n) ? n : n.toFixed(1)} ${unit}`);
  return { work, aim, result: signed(texts[0]!), spread: 'exact', ours: texts[1]!, bare: texts[2]! };
}

/** One line as soon as it is measured. */
export function progress({ work, aim, result, spread }: Line): string {
  return `${work}: ${result} (${spread}), to reach: ${aim}`;
}

export function table(lines: readonly Line[]): string {
  const rows = lines.map(
    ({ work, aim, result, spread, ours, bare }) =>
      `| ${work} | ${aim} | **${result}** | ${spread} | ${ours} | ${bare} |`,
  );
  return ['| work | to reach | measured | middle half | ours | bare |', '|---|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

export function writePage(file: URL, lines: readonly Line[]): void {
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores`;
  writeFileSync(file, `${HEAD}\n\nThis table: ${machine}.\n\n${table(lines)}\n`);
}

const HEAD = `# Benchmarks

What holdpoint costs on top of Temporal. Each line does the same work twice, with holdpoint and written by hand on
\`@temporalio/*\`, on the same server and with workers of the same settings. *measured* is the median over the rounds of
ours / bare, or of ours - bare where the aim is a difference; *middle half* goes from one quartile to the other; *ours*
and *bare* are the median times, for orientation. A line that compares two other things says which is left and right.

\`npm run bench\` measures all of it in about five minutes, prints the table and writes this page. The two sides alternate
(A B A B …) in one run and are compared round by round, so the ratios are much the same on every machine, and the times
are not. A ratio may stray by 15 % from run to run. Nothing here fails a build.`;

function milliseconds(ms: number): string {
  return `${Math.abs(ms) < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}
