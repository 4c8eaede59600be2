/**
 * A value as one short text, for people who look at a list or a page.
 */
import { shortened } from '../../protocol/text.ts';

const PREVIEW_CHARACTERS = 200;

/** A string as it is, anything else as JSON; cut where it is longer than `characters`. */
export function preview(value: unknown, characters: number = PREVIEW_CHARACTERS): string {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value), characters);
}
