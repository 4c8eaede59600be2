/**
 * The table of all measurements, and the page docs/benchmarks.md with its text.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Measured } from './pair.ts';

/** One line of the table, as text. */
export interface Line {
  /** What was done. */
  readonly work: string;
  /** The target; `-` if the line has none and is for orientation. */
  readonly aim: string;
  /** The measurement in the unit of the target: a ratio, a difference or a count. */
  readonly result: string;
  readonly spread: string;
  readonly ours: string;
  readonly bare: string;
}

/** A line whose target is a ratio. One measurement did `per` units of the work. */
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

/** A line whose target is a difference in milliseconds. */
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

/** A line with exact counts, which have no spread. */
export function countLine(work: string, aim: string, counts: { ours: number; bare: number; unit: string }): Line {
  const { ours, bare, unit } = counts;
  const texts = [ours - bare, ours, bare].map((n) => `${Number.isInteger(n) ? n : n.toFixed(1)} ${unit}`);
  return { work, aim, result: signed(texts[0]!), spread: 'exact', ours: texts[1]!, bare: texts[2]! };
}

/** A line whose target is a size of ours. */
export function sizeLine(work: string, aim: string, { ours, bare }: { ours: number; bare: number }): Line {
  const [result, theirs] = [ours, bare].map((megabytes) => `${megabytes.toFixed(2)} MB`) as [string, string];
  return { work, aim, result, spread: 'exact', ours: result, bare: theirs };
}

/** The sentence that reports a line as soon as it is measured. */
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

What holdpoint costs on top of Temporal. Each line does the same work twice: with holdpoint, and written by hand on
\`@temporalio/*\`. Both sides use the same server and the same worker settings.

- *measured* is the median of ours / bare over all rounds, or of ours - bare if the target is a difference.
- *middle half* is the range between the two quartiles.
- *ours* and *bare* are the median times, for orientation. If a line compares two other things, its text says which is
  left and which is right.

\`npm run bench\` measures all of it in about twenty minutes, prints the table and writes this page. The two sides alternate
(A B A B …) in one run and are compared round by round. The ratios are therefore about the same on every machine; the times
are not. A ratio varies by up to 15 % from run to run. No build fails because of this table.`;

function milliseconds(ms: number): string {
  return `${Math.abs(ms) < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}

const TAIL = `## What is missed, and why

- **The sandbox bundle.** It holds everything that an entrypoint may need: questions, answers, memory, shared arguments, and
  the validator of JSON Schema, which alone is 57 KB. Only minified code would be small enough, and its stacks could not be
  read. Evaluating the bundle takes less than a millisecond for each workflow.
- **Answer → result.** What is left is the description that \`result()\` requests beside its wait. It learns from it whether
  the thread has memory. Our workflow, answered by Temporal's own client, is at 1.05 to 1.12.
- **A turn.** Beside the update, the client asks once for the outcome, so that it survives an outage and a new run.
- **\`invoke\` of an answer with a new \`Thread\`.** It describes the thread before it answers, and reads from there.
  After 1,000 tasks, its ratio varies from run to run between 1.5 and 2.
- **Cold starts.** A replayed task costs us one promise more than a task by hand, and a step through our interceptor. The
  sandbox takes a stack trace for each promise, which is most of the difference. Most of a cold start is Temporal's own:
  see [long threads](how-to/long-threads.md#what-a-cold-start-costs).
- **A function, cold.** The 300 ms from the loaded handler to the result are missed after 100 tasks, by hand too.
  \`Worker.create\` takes as long alone: Temporal starts a thread that loads the SDK once more, and both threads compile
  the bundle. The replay comes on top of it, see *cold starts*. Loading the handler, which is one file on both sides, varies
  from round to round by more than what it misses.
- **Single tasks, \`local: true\`, \`Worker.create\`, the client's import, the last rounds of an agent.** The middle half of
  each line includes its target or comes close to it. The differences are the checks of arguments and results, and the
  modules that are loaded.

## Words as they come

The bare side of these lines is a stream straight from the model, without any durability. The model writes 20 words a second,
and each word is the time at which it was written.

- **\`heartbeats()\`.** A word waits for the next heartbeat, and then for the next look of a reader. Both come from \`every\`,
  so a word is late by \`every\` or a little less. The requests of a reader are its looks: two for each \`every\`, shared by all
  readers of a thread in one process.
- **\`redis(url)\`.** A word goes to Redis as soon as it may, and wakes the reader.
- **The first word** also waits for the start of the thread: a workflow task, and the task that asks the model.
- **A page** is a few milliseconds behind a reader in the process of its server.

## The inbox

The page runs in Debian's Chromium, beside the server, the worker and the inbox, on the same two cores.

- **Asked → visible.** The inbox reads the list again every 300 ms while somebody looks, and less often where a reading takes
  long. One follower does it for all pages.
- **Click → accepted.** The five seconds in which an answer can be taken back are not in it. The inbox looks at the question
  in its thread before it sends the answer, and waits until a worker has taken it.
- **1,000 items.** The page loads the first hundred, and the others as one scrolls.

## The history of an agent

Each round of an agent passes all messages so far to its model. By hand, Temporal stores them again with each call: twice the
rounds, four times the bytes, and the server ends a run at 50 MB. With holdpoint, the history holds each message once. What a
call passes and the history holds already is [sent as a reference](reference/tasks.md#shared-arguments).

What a round still stores:

- its own messages, once: what the model said, and what its tools returned;
- 12 events with one tool call, which are about 2 KB with their ids, times and references.

What still grows:

- The events. A run holds 50,000 of them. A thread with memory continues in a new run between two turns, and stores the
  conversation there once more. A single turn of more than 4,000 rounds does not fit into a run.
- The time that the model takes. Cut or summarize old messages before \`entrypoint.final\` saves them, or set them with
  \`updateState\`.

Messages are stored in the history as arguments and results of tasks and turns, and nowhere else. Summaries and receipts
contain none. The memo contains only what a question shows, and the result of a first turn up to 16 KB.
`;
