/**
 * Values and shells (O1): how to recognise a value that a shell has changed, and how to quote a value for each shell.
 *
 * PowerShell before 7.3 and cmd.exe remove the double quotes from `'{"a":1}'`. cmd.exe keeps the single quotes.
 */

/** Why a text was probably JSON before a shell or a word processor changed it; `undefined` if it was not. */
export function misquoted(text: string): string | undefined {
  const trimmed = text.trim();
  if (isInSingleQuotes(trimmed)) return 'it is in single quotes, which cmd.exe does not remove';
  if (/^[{[“”„«]/.test(trimmed)) return /[“”„«»]/.test(trimmed) ? 'its quotes are not "' : 'it begins like JSON';
  if (trimmed.startsWith('"')) return 'its quotes do not match';
  // PowerShell passes `{ "approved": false }` without the braces, and `$false` as `False`.
  if (/^[\w-]+\s*:\s*(?:true|false|null)$/.test(trimmed)) return 'its braces and quotes are missing';
  return /^(?:True|False|None|undefined|NaN)$/.test(trimmed) ? 'JSON has true, false and null' : undefined;
}

/** True for `'yes'` with its quotes. Only cmd.exe passes them on; the other shells remove them. */
export function isInSingleQuotes(text: string): boolean {
  return /^['‘’].*['‘’]$/s.test(text.trim());
}

/** Lines that show how each shell quotes this JSON. */
export function quotingHint(json: string): string {
  const escaped = json.replaceAll('"', String.raw`\"`);
  const inPowerShell = json.replaceAll("'", "''");
  const inBash = json.replaceAll("'", String.raw`'\''`);
  const rows = [
    ['bash, zsh, fish', `'${inBash}'`],
    ['PowerShell 7.3', `'${inPowerShell}'`],
    ['PowerShell 5', `'${inPowerShell.replaceAll('"', String.raw`\"`)}'`],
    ['cmd.exe', `"${escaped}"`],
  ];
  return [
    'If the shell has changed the value, quote it like this:',
    ...rows.map(([shell = '', quoted = '']) => `  ${shell.padEnd(17)}${quoted}`),
    'In every shell, @answer.json reads a file and - reads stdin. To send any value as text, add --text.',
  ].join('\n');
}
