/**
 * A word of a command line that is shown, for people who copy it into a shell.
 */

/**
 * Quotes a word if it needs quotes. It must not have control characters.
 *
 * @param isWindows Whether to use double quotes, the only ones that cmd.exe knows.
 */
export function quotedWord(word: string, { isWindows = false }: { readonly isWindows?: boolean } = {}): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return isWindows ? `"${word.replaceAll('"', String.raw`\"`)}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
