/** The answer that could not be used, to a question that is asked again (I7). */
import type { Item, StoryEvent } from '../../inbox/api.ts';

type Answered = Extract<StoryEvent, { kind: 'answered' }>;

/** The last answer to the same question from before it was asked again. A thread may ask others meanwhile. */
export function answerBefore(
  events: readonly StoryEvent[],
  { title, askedAt, question }: Pick<Item, 'title' | 'askedAt' | 'question'>,
): Answered | undefined {
  const value = JSON.stringify(question.value);
  const same = new Set(
    events.flatMap((event) => {
      const isSame = event.kind === 'asked' && (event.title === title || JSON.stringify(event.value) === value);
      return isSame ? [event.id] : [];
    }),
  );
  const isBefore = (event: StoryEvent): event is Answered =>
    event.kind === 'answered' && event.at <= askedAt && same.has(event.id);
  return events.findLast(isBefore);
}
