/**
 * Prints what happens on a thread. As JSON, each line has the cursor after it, from which another reader can continue.
 *
 * A question is printed when it opens, when it changes and when it closes, with how and by whom (A9, A12).
 */
import type {
  InterruptUpdate,
  PreviewUpdate,
  TaskUpdate,
  ThreadDescription,
  ThreadEvent,
  Update,
  Updates,
} from '../client/tools.ts';
import { INTERRUPT_UPDATE } from '../protocol/names.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { formatDuration, formatTime } from './ages.ts';
import type { Context } from './context.ts';
import { inertLine } from './inert.ts';
import type { Output } from './output.ts';
import { asText, changedText, closedText, headline, questionLines } from './question.ts';
import { cut } from './table.ts';
import { Typing } from './typing.ts';

/** @param began The thread when the command began. Questions that had closed by then are printed as past. */
export async function printLines(
  { out }: Context,
  thread: string,
  lines: Updates<ThreadEvent>,
  began?: ThreadDescription,
) {
  const past = new Past(began);
  const typing = new Typing(out);
  try {
    for await (const line of lines) {
      const { update, interrupts, previews } = line;
      for (const preview of previews) printPreview(out, { preview, typing, cursor: lines.cursor });
      const isPast = past.testFor(line);
      if (!update && interrupts.length === 0) continue;
      const document = { ...(update ? { update } : {}), ...(interrupts.length > 0 ? { interrupts } : {}) };
      out.event({ cursor: lines.cursor, ...document }, () => {
        const rest = update && typing.without(update);
        const printed = [
          ...interrupts.flatMap((one) => interruptLines(thread, one, { isPast, out })),
          ...(rest ? updateLines(rest, out) : []),
        ];
        if (printed.length > 0) typing.end();
        return printed;
      });
    }
  } finally {
    typing.end();
  }
}

interface PrintedPreview {
  readonly preview: PreviewUpdate;
  readonly typing: Typing;
  readonly cursor: string | undefined;
}

function printPreview(out: Output, { preview, typing, cursor }: PrintedPreview): void {
  out.event({ cursor, [preview.mode]: preview.item }, () => {
    typing.show(preview);
    return [];
  });
}

export async function printTasks({ out }: Context, updates: Updates<TaskUpdate>): Promise<void> {
  for await (const task of updates) {
    out.event({ cursor: updates.cursor, task }, () => [taskLine(task, out)]);
  }
}

/** Tells the steps before the command began from the steps after it. */
class Past {
  readonly #began: ThreadDescription | undefined;
  readonly #open: ReadonlySet<string>;
  /** True once the reader has reached the run that was current when the command began. */
  #isCurrent = false;
  /** True once the reader has passed the last event of that time. */
  #isOver: boolean;

  constructor(began: ThreadDescription | undefined) {
    this.#began = began;
    this.#isOver = began === undefined;
    this.#open = new Set(began?.isRunning ? began.interrupts.map(({ id }) => id) : []);
  }

  /** Makes the test whether a question that opens with this line had closed before the command began. */
  testFor({ run, event }: ThreadEvent): (interrupt: Interrupt) => boolean {
    const { runId, historyLength = 0, run: chain } = this.#began ?? {};
    this.#isOver ||= run === runId ? event > historyLength : this.#isCurrent;
    this.#isCurrent ||= run === runId;
    const isOver = this.#isOver;
    return (interrupt) => !isOver && !(interrupt.run === chain && this.#open.has(interrupt.id));
  }
}

function updateLines(update: Update, out: Output): string[] {
  return Object.entries(update)
    .filter(([name]) => name !== INTERRUPT_UPDATE)
    .map(([name, value]) => `${out.paint('cyan', inertLine(name))}: ${inertLine(asText(value) ?? '-')}`);
}

interface Shown {
  readonly isPast: (interrupt: Interrupt) => boolean;
  readonly out: Output;
}

function interruptLines(thread: string, item: InterruptUpdate, { isPast, out }: Shown): string[] {
  switch (item.kind) {
    case 'open':
      return item.interrupts.flatMap((interrupt) => waitingLines(thread, interrupt, out));
    case 'opened': {
      const { interrupt } = item;
      if (!isPast(interrupt)) return waitingLines(thread, interrupt, out);
      return [`${out.paint('dim', 'asked')}: ${inertLine(interrupt.id)}  ${headline(interrupt)}`];
    }
    case 'changed':
      return [
        `${out.paint('yellow', 'changed')}: ${inertLine(item.interrupt.id)}  ${changedText(item, item.interrupt)}`,
      ];
    case 'closed':
      return [`${out.paint('green', 'closed')}: ${inertLine(item.id)}  ${closedText(item)}`];
    default:
      return item satisfies never;
  }
}

function waitingLines(thread: string, interrupt: Interrupt, out: Output): string[] {
  return [out.paint('yellow', 'waits for an answer:'), ...questionLines(thread, interrupt, out)];
}

function taskLine({ id, kind, at, attempt, durationMs }: TaskUpdate, out: Output): string {
  const took = durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`;
  const which = attempt === undefined || attempt === 1 ? '' : `, attempt ${attempt}`;
  return `${out.paint('dim', formatTime(at))}  ${cut(kind, 9, true)}  ${inertLine(id)}${took}${which}`;
}
