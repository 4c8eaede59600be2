/**
 * What a wrong call of the command is told.
 */
import type { CommanderError } from 'commander';
import { Exit, UsageError } from './failure.ts';
import { shellWord } from './inert.ts';

/** What happens when commander ends the command: help and version exit with 0, everything else is a wrong call. */
export function leave(name: string): (error: CommanderError) => never {
  return ({ code, exitCode, message }) => {
    if (exitCode === 0) throw new Exit(0);
    if (code === 'commander.help') throw new Exit(2);
    const sentence = message.replace(/^error: /, '').replace(/\.$/, '');
    throw new UsageError(`${sentence[0]?.toUpperCase()}${sentence.slice(1)}. ${adviceFor(name, code, sentence)}`);
  };
}

/** @param name The command that was called, such as `holdpoint list`. */
function adviceFor(name: string, code: string, sentence: string): string {
  const [, option = ''] = /^unknown option '(.*?)'/s.exec(sentence) ?? [];
  const help = `See \`${name} --help\`.`;
  // No option contains a space or begins with a digit, so this is a value.
  if (code === 'commander.unknownOption' && /^-(?:\s|\d|-$)|\s/.test(option))
    return `If a value begins with -, write -- before it, after all options: ${behindDashes(option)}.`;
  if (code === 'commander.unknownOption')
    return `${help} If it is a value that begins with -, write -- before it, after all options.`;
  if (code === 'commander.excessArguments' && name === 'holdpoint resume')
    return 'Quote a value that contains spaces. Quote JSON for the shell, or read it from a file: @answer.json.';
  return help;
}

/** The same call with `--` before the value. An API key in it is not repeated on the screen. */
function behindDashes(value: string): string {
  const others = process.argv.slice(2).filter((word) => word !== value);
  const hasKey = others.some((word) => word.startsWith('--api-key'));
  const words = hasKey ? ['…'] : others.map(shellWord);
  return `\`holdpoint ${[...words, '--', shellWord(value)].join(' ')}\``;
}
