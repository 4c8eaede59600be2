/**
 * The conversation of a thread as UI messages: a message of a person and an answer for each turn.
 *
 * It is read from the history. So it is there without a worker, turns that failed are in it, and its ids are those of the
 * streams.
 */
import type { TalkEvent } from '../client/tools.ts';
import type { Content, ContentPart } from '../protocol/messages.ts';
import { saidIn } from './said.ts';
import { UiDialect, type UiSdk } from './ui-dialect.ts';
import type { UiMessage, UiPart } from './ui-messages.ts';
import { UiParts } from './ui-parts.ts';
import { UiTurn } from './ui-turn.ts';

/** The id of the answer to an input. */
export function replyId(key: string): string {
  return `${key}.reply`;
}

/** The place in the thread up to which a message shows it. */
export function seenAt({ run, event }: Pick<TalkEvent, 'run' | 'event'>): string {
  return `${run}.${event}`;
}

interface Turn {
  readonly n: number;
  readonly key: string;
  readonly turn: UiTurn;
  readonly dialect: UiDialect;
  readonly reply: UiParts;
  isOver: boolean;
}

/**
 * The messages that the events make, without the answer of a turn that is open.
 *
 * @param sdk The version of `ai` that the page has.
 */
export async function readConversation(
  events: AsyncIterable<TalkEvent>,
  sdk: UiSdk = 7,
): Promise<readonly UiMessage[]> {
  // Version 6 lacks chunks, but no part and no state of a message.
  const makeDialect = (): UiDialect => new UiDialect(sdk === 5 ? 5 : 7);
  const inputs = new Map<string, unknown>();
  const turns: Turn[] = [];
  let firstKey = '';
  for await (const event of events) {
    const { input, turn: at } = event;
    if (input?.key !== undefined) inputs.set(input.key, input.value);
    // A thread begins with an input, and a plain one has no other turn.
    if (turns.length === 0) firstKey = input?.key ?? firstKey;
    const { n = 1, key = firstKey } = at ?? {};
    // After a reset, turns that had ended run again.
    while (turns.length > 0 && turns.at(-1)!.n > n) turns.pop();
    if (turns.at(-1)?.n !== n)
      turns.push({ n, key, turn: new UiTurn(), dialect: makeDialect(), reply: new UiParts(), isOver: false });
    addTo(turns.at(-1)!, event);
  }
  return turns.flatMap(({ key, reply, isOver }) => [
    ...userMessages(key, inputs.get(key)),
    ...(isOver ? [replyOf(key, reply)] : []),
  ]);
}

function addTo(open: Turn, event: TalkEvent): void {
  const { turn, dialect, reply, isOver } = open;
  const { end } = event;
  // Its stream has ended, too: a task may end later, and the run.
  if (isOver) return;
  const chunks = dialect.say([...turn.read(event), ...(end ? turn.finish() : [])]);
  for (const chunk of chunks) reply.apply(chunk);
  if (!end) return;
  open.isOver = true;
  const failed = 'error' in end ? { failed: end.error } : {};
  reply.apply({ type: 'message-metadata', messageMetadata: { holdpoint: { seen: seenAt(event), ...failed } } });
}

function replyOf(key: string, { parts, metadata }: UiParts): UiMessage {
  return { id: replyId(key), role: 'assistant', parts, ...(metadata ? { metadata } : {}) };
}

/** What people say in an input, as messages of a page. */
function userMessages(key: string, input: unknown): readonly UiMessage[] {
  return saidIn(input).map((content, i) => ({
    id: i === 0 ? key : `${key}.${i}`,
    role: 'user',
    parts: partsOf(content),
  }));
}

function partsOf(content: Content): UiPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.flatMap(partOf);
}

/** The reverse of what `ui-body.ts` makes of a part. */
function partOf({ type, text, image_url: image, file }: ContentPart): readonly UiPart[] {
  if (type === 'text' && typeof text === 'string') return [{ type, text }];
  const { url } = (image ?? {}) as { readonly url?: unknown };
  if (typeof url === 'string') return [{ type: 'file', url, mediaType: mediaTypeOf(url) ?? 'image/*' }];
  const { file_data: data, filename } = (file ?? {}) as { readonly file_data?: unknown; readonly filename?: unknown };
  if (typeof data !== 'string') return [];
  const name = typeof filename === 'string' ? { filename } : {};
  return [{ type: 'file', url: data, mediaType: mediaTypeOf(data) ?? 'application/octet-stream', ...name }];
}

function mediaTypeOf(url: string): string | undefined {
  return /^data:([^;,]+)/.exec(url)?.[1];
}
