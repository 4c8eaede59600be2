/**
 * Makes text that others wrote safe to print. An escape sequence in a question must not control the operator's terminal,
 * and a direction mark must not reverse text so that it reads differently.
 */
import { quotedWord } from '../protocol/shell-word.ts';

// Control and format characters. The zero-width joiner stays, because many emoji contain it.
const CONTROL = /(?![\t\n\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Shows control characters as `\x1b` or `\u202e`. Newlines and tabs stay. */
export function inert(text: string): string {
  return text.replace(CONTROL, show);
}

/** The same on one line, for tables and messages: a newline becomes ` ↵ `. */
export function inertLine(text: string): string {
  return inert(text.replace(/\s*\r?\n\s*/g, ' ↵ ').replaceAll('\t', ' '));
}

/** Escapes the control characters of a JSON text. Its meaning stays the same. */
export function inertJson(json: string): string {
  return json.replace(CONTROL, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i), 4)}`).join(''),
  );
}

/** A word of a command, as one types it into a shell of this machine. */
export function shellWord(word: string): string {
  return quotedWord(inertLine(word), { isWindows: process.platform === 'win32' });
}

function show(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
