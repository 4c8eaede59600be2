/**
 * A value as one short text, for people who look at a list or a page.
 */
import { defined } from '../../protocol/defined.ts';
import { MAX_CLOSED_CHARACTERS } from '../../protocol/limits.ts';
import type { Closed } from '../../protocol/shapes.ts';
import { shortened } from '../../protocol/text.ts';

const PREVIEW_CHARACTERS = 200;

/** A string as it is, anything else as JSON; cut where it is longer than `characters`. */
export function preview(value: unknown, characters: number = PREVIEW_CHARACTERS): string {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value), characters);
}

/** A long actor is cut. A long key is left out, because a key that is cut would be another key. */
export function shortNamed<About extends Pick<Closed, 'actor' | 'key'>>({
  actor,
  key,
  ...about
}: About): Omit<About, 'actor' | 'key'> & Pick<Closed, 'actor' | 'key'> {
  return {
    ...about,
    ...defined({
      actor: actor === undefined ? undefined : preview(actor, MAX_CLOSED_CHARACTERS),
      key: key !== undefined && key.length <= MAX_CLOSED_CHARACTERS ? key : undefined,
    }),
  };
}
