/**
 * Text that others wrote, made safe to print: an escape sequence in a question must not control the operator's terminal,
 * nor may text be turned around to say something else.
 */

// Control and format characters, which also turn text around or hide in it; the joiner is part of many emoji.
const CONTROL = /(?![\t\n\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Control characters as `\x1b` or `\u202e`; newlines and tabs stay. */
export function inert(text: string): string {
  return text.replace(CONTROL, show);
}

/** The same on one line, for tables and messages. */
export function inertLine(text: string): string {
  return inert(text.replace(/\s*\r?\n\s*/g, ' ↵ ').replaceAll('\t', ' '));
}

/** A JSON text with the same meaning, and no control characters in it. */
export function inertJson(json: string): string {
  return json.replace(CONTROL, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i), 4)}`).join(''),
  );
}

/** A word that a shell takes as it is: cmd.exe knows double quotes alone. */
export function shellWord(word: string): string {
  const safe = inertLine(word);
  if (/^[\w@%+=:,./-]+$/.test(safe)) return safe;
  return process.platform === 'win32'
    ? `"${safe.replaceAll('"', String.raw`\"`)}"`
    : `'${safe.replaceAll("'", String.raw`'\''`)}'`;
}

function show(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
