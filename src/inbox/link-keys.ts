/**
 * The keys of signed links, from a file: a line is the id of a key and its secret. The first key signs. A change of the file
 * counts at once.
 */
import { readLinkKeys, type LinkKey } from './links.ts';
import { SecretFile } from './secret-file.ts';

/** @throws `TypeError` if the file cannot be used. */
export function linkKeysIn(file: string): () => readonly LinkKey[] {
  const keys = new SecretFile(file, parseKeys);
  return () => keys.content;
}

function parseKeys(text: string): readonly LinkKey[] {
  const keys = text.split('\n').flatMap((line, i) => {
    const words = line.replace(/^#.*$/, '').split(/\s+/).filter(Boolean);
    const [id, secret] = words;
    if (id === undefined) return [];
    if (secret === undefined || words.length > 2)
      throw new Error(`line ${i + 1} is not the id of a key and its secret`);
    return [{ id, secret }];
  });
  // A file that is gone has none.
  if (keys.length > 0) readLinkKeys(keys);
  return keys;
}
