/**
 * Makes text that others wrote safe to print. An escape sequence in a question must not control the operator's terminal,
 * and a direction mark must not reverse text so that it reads differently.
 */

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

/** Quotes a word for the shell if it needs quotes. On Windows with double quotes, the only ones that cmd.exe knows. */
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
