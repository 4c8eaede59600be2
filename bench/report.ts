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
  writeFileSync(file, `${HEAD}\n\nThis table: ${machine}.\n\n${table(lines)}\n\n${TAIL}`);
}

const HEAD = `# Benchmarks

What holdpoint costs on top of Temporal. Each line does the same work twice, with holdpoint and written by hand on
\`@temporalio/*\`, on the same server and with workers of the same settings. *measured* is the median over the rounds of
ours / bare, or of ours - bare where the aim is a difference; *middle half* goes from one quartile to the other; *ours*
and *bare* are the median times, for orientation. A line that compares two other things says which is left and right.

\`npm run bench\` measures all of it in about eight minutes, prints the table and writes this page. The two sides alternate
(A B A B …) in one run and are compared round by round, so the ratios are much the same on every machine, and the times
are not. A ratio may stray by 15 % from run to run. Nothing here fails a build.`;

function milliseconds(ms: number): string {
  return `${Math.abs(ms) < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}

const TAIL = `## The history of an agent

Each round of an agent sends the model all messages so far, and Temporal keeps what a task was given and what it returned.
So within a turn the history grows with the square of its rounds, for holdpoint as for a loop written by hand: twice the
rounds, four times the bytes. Temporal ends a run at 50 MB, and suggests to go on in a new one at 4 MB, which a thread with
memory does between two turns; the new run begins with the saved messages alone.

- Let a turn end when the person is to speak: many turns of a few rounds stay small for ever, one of 200 rounds does not.
- Keep tool messages short. Store a large result elsewhere, and give the model a summary and a reference to it.
- \`maxRounds\` of \`reactAgent\` is 25 by default. Multiply before raising it: rounds × rounds × bytes of a round / 2.
- What is saved is carried whole into every turn: cut or summarize old messages before \`entrypoint.final\` saves them, or
  set them with \`updateState\`.
- An \`externalStorage\` in the data converter takes large payloads out of the history.

Messages are in the history where a task or a turn is given them or returns them, and nowhere else: not in summaries and
receipts, and in the memo only what a question shows and the value of a first turn up to 16 KB.
`;
