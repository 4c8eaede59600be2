/**
 * Texts that are shown or sent, and have a limited length.
 */

/**
 * A well-formed text of at most `characters` UTF-16 units: a longer one is cut and ends with `…`.
 *
 * No character is cut in half. A lone surrogate becomes U+FFFD: a worker that sends one in a protobuf string shuts down.
 */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text.toWellFormed();
  const cut = text.slice(0, Math.max(0, characters - 1));
  const isHalved = /[\ud800-\udbff]$/.test(cut);
  return `${(isHalved ? cut.slice(0, -1) : cut).toWellFormed()}…`;
}
