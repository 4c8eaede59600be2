/**
 * The conversation of a thread, for a page that does not have it.
 *
 * It is read from the history. So it is there without a worker, and its ids are those of the streams.
 */
import type { TalkEvent } from '../client/tools.ts';
import { userMessages } from './ag-ui-conversation.ts';
import { AgUiPage } from './ag-ui-page.ts';
import { AgUiTurn, type TurnSettings } from './ag-ui-turn.ts';

/** A page that shows what has happened. */
export async function loadPage(events: AsyncIterable<TalkEvent>, settings: TurnSettings): Promise<AgUiPage> {
  const page = new AgUiPage([]);
  const turn = new AgUiTurn(page, settings);
  const inputs = new Map<string, unknown>();
  let first: string | undefined;
  for await (const event of events) {
    const { input, turn: at } = event;
    if (input?.key !== undefined) inputs.set(input.key, input.value);
    first ??= input?.key;
    // A thread begins with an input, and a plain one has no other turn. An input that waits is not shown yet.
    const key = at?.key ?? first;
    if (key !== undefined && inputs.has(key)) page.add(userMessages(key, inputs.get(key)));
    turn.take(event);
  }
  return page;
}
