/**
 * The command that answers a question, to copy into a shell.
 */
import type { QuestionAddress } from './api.ts';

/** What a control character would do in a terminal, nobody knows. */
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** `holdpoint resume ticket-42 --id approve:1 --run …`. The answer is asked for in the terminal. */
export function resumeCommand({ thread, run, id }: QuestionAddress): string {
  const words = ['holdpoint', 'resume', '--id', id, '--run', run, '--', thread];
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  const safe = word.replaceAll(CONTROL, '?');
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", String.raw`'\''`)}'`;
}
