/**
 * The digest of what a person is asked (A13): what an inbox sends with the signal `shown`, and what `audit` gives with the
 * question. If both are the same, the person was shown what was asked.
 *
 * Its fields are those that the asking code says. Times, default and problems of a question stay the same while it is open, so
 * its entry `asked` is enough for them. Votes have entries of their own.
 */
import { createHash } from 'node:crypto';
import type { Shown } from '../../protocol/shapes.ts';
import { canonicalJson } from '../../protocol/value-hash.ts';

const FIELDS: Readonly<Record<keyof Shown, true>> = {
  value: true,
  title: true,
  description: true,
  assignees: true,
  schema: true,
  group: true,
  confirm: true,
  tags: true,
  priority: true,
  by: true,
};

/**
 * The SHA-256 of the canonical JSON of the fields that are shown, as hex.
 *
 * @param question A whole one: of a question that was cut for the memo, this is the digest of something else.
 */
export function digestOf(question: Shown): string {
  const shown = Object.entries(question).filter(([name]) => Object.hasOwn(FIELDS, name));
  return sha256(canonicalJson(Object.fromEntries(shown)));
}

/** The same of any value; `undefined` for one that is no JSON: the user's converter may carry more. */
export function digestOfJson(value: unknown): string | undefined {
  try {
    // `JSON.stringify` returns no text for `undefined`.
    const json = canonicalJson(value) as string | undefined;
    return json === undefined ? undefined : sha256(json);
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
