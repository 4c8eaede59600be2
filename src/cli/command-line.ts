/**
 * The commands that a message tells the operator to run (O4).
 *
 * Their words are quoted for the shell. They repeat the connection options of this command, so they reach the same server.
 */
import { shellWord } from './inert.ts';

/** The connection options; `true` if a value follows. `--api-key` is missing: a key must not appear on a screen. */
const CONNECTION: Readonly<Record<string, boolean>> = {
  '--address': true,
  '--namespace': true,
  '--profile': true,
  '--tls': false,
  '--tls-cert-path': true,
  '--tls-key-path': true,
  '--tls-ca-path': true,
  '--tls-server-name': true,
};
/** The options that reach the same server from another machine. The other ones name files and profiles of this machine. */
const SHARED: Readonly<Record<string, boolean>> = {
  '--address': true,
  '--namespace': true,
  '--tls': false,
  '--tls-server-name': true,
};
const OURS: Readonly<Record<string, boolean>> = { ...CONNECTION, '--data-converter': true };

/** `holdpoint show ticket-42 --namespace prod`. */
export function holdpointCommand(...words: readonly string[]): string {
  return line('holdpoint', words, OURS);
}

/** `temporal workflow terminate -w ticket-42 --namespace prod`. */
export function temporalCommand(...words: readonly string[]): string {
  return line('temporal', words, CONNECTION);
}

/** The options with which others find the server of this process, as they were typed. */
export function connectionWords(): readonly string[] {
  return given(SHARED);
}

function line(program: string, words: readonly string[], options: Readonly<Record<string, boolean>>): string {
  const flags = given(options);
  // Options must come before `--`.
  const dashes = words.indexOf('--');
  const all = dashes < 0 ? [...words, ...flags] : [...words.slice(0, dashes), ...flags, ...words.slice(dashes)];
  return [program, ...all.map(shellWord)].join(' ');
}

/** The options of this process that are listed, with their values, as they were typed. */
function given(options: Readonly<Record<string, boolean>>): string[] {
  const flags: string[] = [];
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const [name = ''] = words[i]!.split('=', 1);
    if (!Object.hasOwn(options, name)) continue;
    flags.push(words[i]!);
    if (options[name] && words[i] === name && words[i + 1] !== undefined) flags.push(words[(i += 1)]!);
  }
  return flags;
}
