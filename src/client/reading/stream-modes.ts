/**
 * The modes of a stream, and the items that it yields in each. All items are plain JSON.
 *
 * S2. Mode `updates`: the results of tasks, the questions that open, and the value of the entrypoint.
 * S4. Mode `tasks`: each step of each task.
 * S5. Mode `interrupts`: each question when it opens, when it changes (A12) and when it closes.
 * P2. Mode `messages`: the messages of models, as they are written and when they are done. Mode `custom`: what tasks pass to
 *     `preview`.
 *
 * `timeline.ts` reads them out of the history, and `previews.ts` adds what running tasks show.
 */
import { isMessages, type AssistantMessage, type ToolMessage } from '../../protocol/messages.ts';
import { INTERRUPT_UPDATE } from '../../protocol/names.ts';
import type { ChunkPart, MessagePart } from '../../protocol/preview.ts';
import type { Changed, Closed, Interrupt } from '../../protocol/shapes.ts';
import type { ChangedQuestion } from './open-questions.ts';

/**
 * `updates`; `messages` for the words of models as they come; `custom` for what tasks pass to `preview`; `interrupts` for
 * questions as they open and close; or `tasks` for each step of each task (not yet stable).
 */
export type StreamMode = keyof Items;

interface Items {
  readonly updates: Update;
  readonly messages: MessageUpdate;
  readonly custom: CustomUpdate;
  readonly interrupts: InterruptUpdate;
  readonly tasks: TaskUpdate;
}

/** The type of a mode's items. */
export type UpdateOf<Mode extends StreamMode> = Items[Mode];

/** One mode, or several. */
export type StreamModes = StreamMode | readonly StreamMode[];

/** The type of a stream's items: those of its mode. With several modes, each item is a pair of its mode and the item. */
export type ItemOf<Modes extends StreamModes> = Modes extends StreamMode
  ? UpdateOf<Modes>
  : Modes extends readonly (infer Mode)[]
    ? PairOf<Mode>
    : never;

type PairOf<Mode> = Mode extends StreamMode ? readonly [mode: Mode, item: UpdateOf<Mode>] : never;

/** An interrupt in an update: `{ id, value }`, and the other fields that were given (S2). */
export type InterruptEntry = Omit<Interrupt, 'run' | 'task' | 'askedAt'>;

/**
 * An item of mode `updates` (S2): `{ [task]: result }`, `{ __interrupt__: […] }`, or `{ [entrypoint]: value }` at the end
 * of the run or turn.
 */
export type Update = {
  /** The result of the task with this name, or the value of the entrypoint. */
  readonly [name: string]: unknown;
  /** The questions that have opened, oldest first. */
  readonly [INTERRUPT_UPDATE]?: readonly InterruptEntry[];
};

/** An item of mode `tasks` (S4): one step of a task's call. Its shape is not stable yet. */
export interface TaskUpdate {
  /** The name of the task. */
  readonly task: string;
  /** The id of the call: `approve:1`. */
  readonly id: string;
  /**
   * What happened. `unregistered`: a worker took the call that does not have the task. `cutOff`: the invocation of a
   * function ended before the task did.
   */
  readonly kind: 'scheduled' | 'finished' | 'failed' | 'timedOut' | 'canceled' | 'asked' | 'unregistered' | 'cutOff';
  /** When it happened: ISO 8601 in UTC. */
  readonly at: string;
  /** Which attempt of the task it was, from 1. */
  readonly attempt?: number;
  /** How long the attempt took, in milliseconds. */
  readonly durationMs?: number;
}

/** An item of mode `interrupts` (S5): a question that opens, changes or closes, and at first all open ones. */
export type InterruptUpdate =
  /** All questions that are open where the reader begins. The first item of a reader that began without `from`. */
  | {
      /** The questions of this item replace all that the reader has shown. */
      readonly kind: 'open';
      /** The open questions, oldest first. */
      readonly interrupts: readonly Interrupt[];
    }
  | {
      /** A question opens. */
      readonly kind: 'opened';
      /** The question, whole, with the `run` that an answer is addressed to. */
      readonly interrupt: Interrupt;
    }
  | ({
      /** An open question changes (A12). */
      readonly kind: 'changed';
      /** The question as it is now, whole. */
      readonly interrupt: Interrupt;
    } & Partial<Omit<Changed, 'id' | 'run'>>)
  | ({
      /** A question closes. */
      readonly kind: 'closed';
    } & Closed);

/** The call of a task that shows something. */
export interface PreviewedCall {
  /** The name of the task. */
  readonly task: string;
  /** The id of the call: `callModel:1`. */
  readonly id: string;
  /** Which attempt of the task shows it, from 1. */
  readonly attempt: number;
}

/**
 * What has been shown of the call is void: another attempt of it has begun, the model is asked again, it has failed, or the
 * thread was reset.
 */
export interface PreviewReset extends PreviewedCall {
  /** Forget what was shown. */
  readonly kind: 'reset';
}

/** How much of the preview is missing in front of an item. */
interface Skipped {
  /** The characters in front of it that are lost: the reader came late, and the preview is long. */
  readonly skipped?: number;
}

/**
 * An item of mode `messages` (P2). A message comes in pieces while its task runs, if previews are on, and then whole. The
 * whole one replaces the pieces.
 */
export type MessageUpdate =
  /** A piece: of the text, of what the model thinks, of its refusal, or of a tool call. */
  | (PreviewedCall & Skipped & MessagePart)
  | PreviewReset
  | (PreviewedCall & {
      /** The task has returned a message, which is now in the history. */
      readonly kind: 'message';
      /** The message: of the model, or the result of a tool. */
      readonly message: AssistantMessage | ToolMessage;
    });

/** An item of mode `custom` (P2). */
export type CustomUpdate =
  /** Something that a task shows. Texts that follow one another may come joined. */
  (PreviewedCall & Skipped & ChunkPart) | PreviewReset;

/** An item of a running task, and the mode that shows it. */
export type PreviewUpdate =
  | { readonly mode: 'messages'; readonly item: MessageUpdate }
  | { readonly mode: 'custom'; readonly item: CustomUpdate };

/** What one event of the history brings to a reader. */
export interface News {
  /** What a running task shows, which is in no history. */
  readonly previews?: readonly PreviewUpdate[];
  /** A task's result, or the value of the run or the turn. */
  readonly update?: Update;
  /** A step of a task's call. */
  readonly task?: TaskUpdate;
  /** Questions that open with it, oldest first. */
  readonly opened?: readonly Interrupt[];
  /** Open questions that change with it. */
  readonly changed?: readonly ChangedQuestion[];
  /** Questions that close with it. */
  readonly closed?: readonly Closed[];
  /** All questions that are open there: where the reader begins, and at the point of a reset. */
  readonly open?: readonly Interrupt[];
}

/** A function that makes the items of an event, in their order. With several modes, each item says which one it is of. */
export function itemsIn<Modes extends StreamModes>(modes: Modes): (event: News) => readonly ItemOf<Modes>[];
export function itemsIn(modes: StreamModes): (event: News) => readonly unknown[] {
  if (typeof modes === 'string') return (event) => itemsOf(modes, event);
  return (event) => modes.flatMap((mode) => itemsOf(mode, event).map((item) => [mode, item] as const));
}

/** The items for one event, in their order. Most events have none. */
export function itemsOf<Mode extends StreamMode>(mode: Mode, event: News): readonly UpdateOf<Mode>[];
export function itemsOf(mode: StreamMode, event: News): readonly Items[StreamMode][] {
  switch (mode) {
    case 'updates':
      return [...(event.update ? [event.update] : []), ...(event.opened ? [interruptUpdate(event.opened)] : [])];
    case 'messages':
      return [...previewed(mode, event), ...messageUpdates(event)];
    case 'custom':
      return previewed(mode, event);
    case 'interrupts':
      return interruptUpdates(event);
    case 'tasks':
      return event.task ? [event.task] : [];
    default:
      return mode satisfies never;
  }
}

function previewed<Mode extends PreviewUpdate['mode']>(mode: Mode, { previews = [] }: News): readonly UpdateOf<Mode>[] {
  // The mode of an update says what its item is.
  return previews.filter((update) => update.mode === mode).map(({ item }) => item as UpdateOf<Mode>);
}

/** The message that a task has returned. */
function messageUpdates({ update, task }: News): readonly MessageUpdate[] {
  if (!update || task?.kind !== 'finished') return [];
  const message = update[task.task];
  if (!isMessages([message])) return [];
  const said = message as AssistantMessage | ToolMessage;
  if (said.role !== 'assistant' && said.role !== 'tool') return [];
  return [{ kind: 'message', task: task.task, id: task.id, attempt: task.attempt ?? 1, message: said }];
}

function interruptUpdate(opened: readonly Interrupt[]): Update {
  return { [INTERRUPT_UPDATE]: opened.map(({ run: _run, task: _task, askedAt: _askedAt, ...entry }) => entry) };
}

function interruptUpdates({ open, closed = [], changed = [], opened = [] }: News): readonly InterruptUpdate[] {
  return [
    ...(open ? [{ kind: 'open', interrupts: open } as const] : []),
    ...closed.map((one) => ({ kind: 'closed', ...one }) as const),
    ...changed.map(changedUpdate),
    ...opened.map((interrupt) => ({ kind: 'opened', interrupt }) as const),
  ];
}

function changedUpdate({ interrupt, changed }: ChangedQuestion): InterruptUpdate {
  const { id: _id, run: _run, ...about } = changed ?? {};
  return { kind: 'changed', interrupt, ...about };
}
