/**
 * A preview: what a task shows while it runs, as parts in their order.
 *
 * Each part has a size: a text has that of its characters, anything else 1. A place in a preview is the sum of the sizes
 * before it. So texts that follow one another can be joined, and every place stays the same. Where a preview begins anew, one
 * place is left out, so that a reader who has come to the end of what is void sees that.
 *
 * P1. A preview is beside the history. It adds no event, and the result of the task is the truth. What goes wrong with a
 *     preview fails neither the task nor its reader.
 */

/** A piece of a model's message: of its text, of what it thinks, of its refusal, or of a tool call. */
export type MessagePart =
  | {
      /** A piece of the model's text, of what it thinks, or of its refusal. */
      readonly kind: 'text' | 'reasoning' | 'refusal';
      /** The piece. */
      readonly text: string;
    }
  | {
      /** The model begins a tool call. */
      readonly kind: 'call';
      /** Counts the calls of the message from 0. */
      readonly index: number;
      /** The id of the call, if the server has sent it. The message may have another one. */
      readonly toolCallId?: string;
      /** The name of the tool. */
      readonly name?: string;
    }
  | {
      /** A piece of the arguments of a tool call. */
      readonly kind: 'arguments';
      /** The number of the call in the message. */
      readonly index: number;
      /** The piece: a part of a JSON text. */
      readonly text: string;
    };

/** What a task passed to `preview`. */
export interface ChunkPart {
  /** Something of the task's own. */
  readonly kind: 'chunk';
  /** A text, or another JSON value. */
  readonly chunk: unknown;
}

/** One part of a preview. */
export type PreviewPart = MessagePart | ChunkPart;

/** One run of a task's function: a pass of a call, and its attempt. A later one begins its preview anew. */
export interface Take {
  /** When the activity was scheduled, in milliseconds since 1970. The passes of a call share its id. */
  readonly scheduledMs: number;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
}

/** A piece of the preview of one take. */
export interface Preview extends Take {
  /** The id of the call: `callModel:1`. */
  readonly call: string;
  /** The place where the preview begins. What was shown before it, in the same take, is void. */
  readonly begin: number;
  /** The place of the first part. */
  readonly from: number;
  /** Adjacent texts of one kind are joined. */
  readonly parts: readonly PreviewPart[];
}

/** What is kept of a preview, in characters of text and of JSON. Readers that come late get its end. */
export const MAX_PREVIEW_CHARACTERS = 64 * 1024;

/** Whether `one` is a later take than `other`. */
export function isLater(one: Take, other: Take): boolean {
  return (one.scheduledMs - other.scheduledMs || one.attempt - other.attempt) > 0;
}

/** The text in a part; `undefined` if it has none, and its size is 1. */
function textOf(part: PreviewPart): string | undefined {
  switch (part.kind) {
    case 'call':
      return undefined;
    case 'chunk':
      return typeof part.chunk === 'string' && part.chunk !== '' ? part.chunk : undefined;
    default:
      return part.text;
  }
}

function withText(part: PreviewPart, text: string): PreviewPart {
  if (part.kind === 'call') return part;
  return part.kind === 'chunk' ? { ...part, chunk: text } : { ...part, text };
}

/** The size of the parts together. */
export function sizeOf(parts: readonly PreviewPart[]): number {
  return parts.reduce((sum, part) => sum + (textOf(part)?.length ?? 1), 0);
}

/** The place behind the last part. */
export function endOf({ from, parts }: Pick<Preview, 'from' | 'parts'>): number {
  return from + sizeOf(parts);
}

/** The parts with more of them. Texts of one kind that follow one another are joined. */
export function joined(parts: readonly PreviewPart[], more: readonly PreviewPart[]): readonly PreviewPart[] {
  const all = [...parts];
  for (const part of more) {
    const last = all.at(-1);
    const [before, text] = [last && textOf(last), textOf(part)];
    if (!last || before === undefined || text === undefined || !isOneKind(last, part)) all.push(part);
    else all[all.length - 1] = withText(last, before + text);
  }
  return all;
}

function isOneKind(one: PreviewPart, other: PreviewPart): boolean {
  return one.kind === other.kind && (one.kind !== 'arguments' || one.index === (other as typeof one).index);
}

/** The parts behind a place. The first one is cut if the place is within its text. */
export function partsAfter({ from, parts }: Pick<Preview, 'from' | 'parts'>, place: number): readonly PreviewPart[] {
  let at = from;
  return parts.flatMap((part) => {
    const text = textOf(part);
    const begin = at;
    at += text?.length ?? 1;
    if (at <= place) return [];
    return begin >= place || text === undefined ? [part] : [withText(part, text.slice(place - begin))];
  });
}

/** The parts without half a character at the end, such as half an emoji. The other half comes with the next piece. */
export function withoutHalf(parts: readonly PreviewPart[]): readonly PreviewPart[] {
  const last = parts.at(-1);
  const text = (last && textOf(last)) ?? '';
  if (!last || !/[\ud800-\udbff]$/.test(text)) return parts;
  return [...parts.slice(0, -1), ...(text.length > 1 ? [withText(last, text.slice(0, -1))] : [])];
}

/** What goes around a part, in characters of JSON. Many short parts are long, too. */
const AROUND_CHARACTERS = 40;
/** A part is written as JSON once. */
const weights = new WeakMap<PreviewPart, number>();

function weightOf(part: PreviewPart): number {
  const known = textOf(part)?.length ?? weights.get(part);
  if (known !== undefined) return known;
  const weight = JSON.stringify(part).length;
  weights.set(part, weight);
  return weight;
}

/**
 * A preview whose beginning is left out, if it is longer than what is kept. Its last part is kept, except for the beginning of
 * a long text.
 */
export function lastOf<Kept extends Pick<Preview, 'from' | 'parts'>>(
  preview: Kept,
  max = MAX_PREVIEW_CHARACTERS,
): Kept {
  let [from, left] = [endOf(preview), max];
  for (const [i, part] of preview.parts.toReversed().entries()) {
    if (i > 0) left = Math.max(0, left - AROUND_CHARACTERS);
    const [text, weight] = [textOf(part), weightOf(part)];
    if (weight > left && (i > 0 || text !== undefined)) return cutAt(preview, text === undefined ? from : from - left);
    from -= text?.length ?? 1;
    left = Math.max(0, left - weight);
  }
  return preview;
}

function cutAt<Kept extends Pick<Preview, 'from' | 'parts'>>(preview: Kept, from: number): Kept {
  return { ...preview, from, parts: partsAfter(preview, from) };
}

/** What is known of a preview, after one more piece of it. */
export function continued(known: Preview | undefined, piece: Preview): Preview {
  if (!known || isLater(piece, known) || (piece.begin > known.begin && !isLater(known, piece))) return lastOf(piece);
  if (isLater(known, piece) || piece.begin < known.begin) return known;
  const end = endOf(known);
  // Something between the two is lost. What follows it is shown nevertheless.
  if (piece.from > end) return lastOf(piece);
  const parts = joined(known.parts, partsAfter(piece, end));
  return lastOf({ ...known, parts });
}
