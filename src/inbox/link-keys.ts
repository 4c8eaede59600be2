/**
 * The keys of signed links, from a file: a line is the id of a key and its secret. The first key signs.
 */
import type { LinkKey } from './links.ts';
import { SecretFile } from './secret-file.ts';

/** @throws `TypeError` if the file cannot be used. */
export function linkKeysIn(file: string): readonly LinkKey[] {
  return new SecretFile(file, parseKeys).content;
}

function parseKeys(text: string): readonly LinkKey[] {
  return text.split('\n').flatMap((line, i) => {
    const words = line.replace(/^#.*$/, '').split(/\s+/).filter(Boolean);
    const [id, secret] = words;
    if (id === undefined) return [];
    if (secret === undefined || words.length > 2)
      throw new Error(`line ${i + 1} is not the id of a key and its secret`);
    return [{ id, secret }];
  });
}
