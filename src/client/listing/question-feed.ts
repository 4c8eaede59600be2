/**
 * Questions of all threads, as they open, change and close.
 *
 * The list of open questions is read again and again, also through outages (S6), so the feed lags as the list does.
 */
import { pause } from '../server/abort.ts';
import { Patience } from '../server/outage.ts';
import { QuestionList, type QuestionEvent, type QuestionListSettings } from './question-list.ts';

/** Settings of {@link followQuestions}. */
export interface QuestionFeedSettings extends QuestionListSettings {
  /** The pause between two readings of the list, in milliseconds. */
  readonly pauseMs: number;
}

/** Never ends by itself: when the signal aborts, the waiting `next` rejects with its reason. */
export async function* followQuestions({
  pauseMs,
  ...settings
}: QuestionFeedSettings): AsyncGenerator<QuestionEvent, never> {
  const list = new QuestionList(settings);
  const patience = new Patience(settings);
  for (;;) {
    const events: QuestionEvent[] = [];
    await patience.outlast(() => list.read((event) => events.push(event)));
    yield* events;
    await pause(pauseMs, settings.signal);
  }
}
