/**
 * Text that an agent or a person wrote, so that it reads as it is (W5): characters that reverse or hide text are shown by
 * their number.
 *
 * Joiners and direction marks stay, because Persian, Hebrew and emoji need them, and they move nothing but themselves.
 */

/** Control characters but the tab and the end of a line, and those that embed, override or isolate a direction. */
const HIDDEN = /(?![\t\n])[\p{Cc}\u2028-\u202e\u2060-\u2069\ufeff]/gu;

export function inertText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
