/**
 * Values and shells: what a value looks like when a shell has changed it, and how each shell takes one as it is (O1).
 *
 * PowerShell before 7.3 and cmd.exe take the double quotes out of `'{"a":1}'`; cmd.exe leaves the single ones in.
 */
/** Why a text that is not JSON most likely was JSON before a shell or a word processor had it; `undefined` if it was not. */
export function misquoted(text: string): string | undefined {
  const trimmed = text.trim();
  if (isInSingleQuotes(trimmed)) return 'it has single quotes around it, as cmd.exe leaves them';
  if (/^[{[“”„«]/.test(trimmed)) return /[“”„«»]/.test(trimmed) ? 'its quotes are not "' : 'it begins like JSON';
  if (trimmed.startsWith('"')) return 'its quotes do not match';
  // PowerShell passes `{ "approved": false }` without its braces, and `$false` as `False`.
  if (/^[\w-]+\s*:\s*(?:true|false|null)$/.test(trimmed)) return 'its braces and quotes are gone';
  return /^(?:True|False|None|undefined|NaN)$/.test(trimmed) ? 'JSON has true, false and null' : undefined;
}

/** As cmd.exe passes `'yes'`: no other shell leaves those quotes. */
export function isInSingleQuotes(text: string): boolean {
  return /^['‘’].*['‘’]$/s.test(text.trim());
}

/** How to give a value in each shell. */
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
    'If a shell has changed it: this is how JSON is quoted in each.',
    ...rows.map(([shell = '', quoted = '']) => `  ${shell.padEnd(17)}${quoted}`),
    'In every shell: @answer.json reads a file, - reads stdin. A value that is meant as text, whatever it looks like: --text.',
  ].join('\n');
}
