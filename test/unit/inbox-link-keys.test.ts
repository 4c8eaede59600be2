/** The file with the keys of signed links (W4). */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linkKeysIn } from '../../src/inbox/link-keys.ts';
import { readLink, resolveLinkKeys, signedLinks } from '../../src/inbox/links.ts';

test('a key that is taken out of the file opens no link any more, and a new one signs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'keys');
  const write = (text: string): void => {
    writeFileSync(`${path}.next`, text, { mode: 0o600 });
    renameSync(`${path}.next`, path);
  };
  write(`old ${'o'.repeat(32)}\n`);
  const keys = resolveLinkKeys(linkKeysIn(path));
  const question = { thread: 't', run: 'r', id: 'i' };
  const linkNow = (): string => {
    const href = signedLinks({ url: 'https://inbox', keys: keys() })(question, { actor: 'ann', expires: '1h' });
    return new URL(href).hash.slice(1);
  };
  const before = linkNow();
  expect(readLink(keys(), before)).toMatchObject({ actor: 'ann' });
  write(`# keys\nnew ${'n'.repeat(32)}\n`);
  expect(readLink(keys(), before)).toBeUndefined();
  expect(linkNow()).toMatch(/^new~/);
  // A file that is wrong while it is changed counts as it was, and one that is gone has no keys.
  write('new short\n');
  expect(linkNow()).toMatch(/^new~/);
  rmSync(path);
  expect(keys()).toEqual([]);
});
