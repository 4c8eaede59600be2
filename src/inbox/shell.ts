/**
 * The command that answers a question, to copy into a shell.
 */
import type { Tools } from '../client/tools.ts';
import { inertText } from '../protocol/inert-text.ts';
import { quotedWord } from '../protocol/shell-word.ts';
import type { QuestionAddress } from './api.ts';

/**
 * `holdpoint resume --id approve:1 --run … --namespace prod -- ticket-42`. The answer is asked for in the terminal.
 *
 * @param connection The options of the command with which the inbox found its server.
 */
export function resumeCommand(
  { thread, run, id }: QuestionAddress,
  { tools, connection }: { readonly tools: Tools; readonly connection: readonly string[] },
): string {
  const hasNamespace = connection.some((word) => /^--namespace(?:=|$)/.test(word));
  const namespace = hasNamespace ? [] : ['--namespace', tools.namespace];
  const words = ['holdpoint', 'resume', '--id', id, '--run', run, ...namespace, ...connection, '--', thread];
  return words.map((word) => quotedWord(inertText(word).replaceAll(/[\n\t]/g, ' '))).join(' ');
}
