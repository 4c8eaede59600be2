/**
 * The stream of one turn: its answer as chunks, from the beginning or from where a page has it (C2).
 */
import type { TalkEvent } from '../client/tools.ts';
import { seenAt } from './ui-conversation.ts';
import type { Shown } from './ui-body.ts';
import { UiDialect, type UiSdk } from './ui-dialect.ts';
import type { UiChunk } from './ui-messages.ts';
import { UiTurn } from './ui-turn.ts';

/** What is streamed, and to whom. */
export interface UiStreamSettings {
  /** The id of the answer. */
  readonly id: string;
  /** The turn, from its beginning. */
  readonly events: AsyncIterable<TalkEvent>;
  /** The version of `ai` that the page has. */
  readonly sdk: UiSdk;
  /** What the page has of the answer. */
  readonly shown?: Shown | undefined;
  /** Takes an error that is not the turn's own. */
  readonly onError: (error: unknown) => void;
  /** Aborts when the page leaves. */
  readonly signal: AbortSignal;
}

/** Yields chunks until the turn ends, or only answers are left to wait for. */
export async function* streamTurn(settings: UiStreamSettings): AsyncGenerator<UiChunk, void> {
  const { id, signal, onError } = settings;
  yield { type: 'start', messageId: id };
  try {
    yield* readTurn(settings);
  } catch (error) {
    if (signal.aborted) return;
    onError(error);
    yield { type: 'error', errorText: 'The thread could not be read to the end of the turn.' };
  }
}

async function* readTurn({ events, shown, id, sdk }: UiStreamSettings): AsyncGenerator<UiChunk, void> {
  const turn = new UiTurn();
  const dialect = new UiDialect(sdk);
  const known = shown?.id === id ? shown : undefined;
  let isBehind = known !== undefined;
  let shownRun = runOf(known?.seen);
  for await (const event of events) {
    // A turn is in one run. Another one comes of a reset: it has made void what is shown, and only the current step can be taken
    // back.
    if (shownRun !== undefined && event.run !== shownRun) {
      yield { type: 'error', errorText: 'The thread was reset. Load the conversation again.' };
      return;
    }
    if (known && isBehind && isBeyond(event, known.seen)) {
      isBehind = false;
      // A part of a message that the connection has cut off.
      if (known.steps > turn.steps) yield* dialect.say(turn.restartStep());
    }
    // What the page has already is said, too: what follows may depend on it.
    const chunks = dialect.say(turn.read(dialect.hear(event)));
    const { end } = event;
    if (!isBehind) yield* chunks;
    if (chunks.length > 0) shownRun = event.run;
    if (end) {
      yield* dialect.say(turn.finish());
      yield* over(event);
      return;
    }
    if (!isBehind && chunks.length > 0 && !event.isPreview) yield metadata({ seen: seenAt(event) });
  }
  yield* turn.endStep();
  yield { type: 'finish', finishReason: 'tool-calls' };
}

function* over(event: TalkEvent): Generator<UiChunk> {
  const { end } = event;
  yield metadata({ seen: seenAt(event), ...(end && 'error' in end ? { failed: end.error } : {}) });
  if (end && 'error' in end) yield { type: 'error', errorText: end.error };
  else yield { type: 'finish', finishReason: 'stop' };
}

function metadata(holdpoint: { readonly seen: string; readonly failed?: string }): UiChunk {
  return { type: 'message-metadata', messageMetadata: { holdpoint } };
}

/** Whether an event is behind the place up to which a page has the turn. A place in another run was made void by a reset. */
export function isBeyond({ run, event, isPreview }: TalkEvent, seen: string | undefined): boolean {
  const [, seenRun, seenEvent] = placeIn(seen);
  return run !== seenRun || (isPreview ? event >= Number(seenEvent) : event > Number(seenEvent));
}

function runOf(seen: string | undefined): string | undefined {
  return placeIn(seen)[1];
}

/** The reverse of `seenAt`: the run and the event, as texts. */
function placeIn(seen: string | undefined): readonly (string | undefined)[] {
  return /^(.+)\.(\d+)$/.exec(seen ?? '') ?? [];
}
