/**
 * The command with which a person answers a question, to copy into a shell.
 */
import type { Tools } from '../client/tools.ts';
import { inertText } from '../protocol/inert-text.ts';
import { quotedWord } from '../protocol/shell-word.ts';
import type { Visitor } from './actor.ts';
import type { QuestionAddress } from './api.ts';

/** How the inbox has found its server, and whose answer it is. */
export interface ResumeSettings {
  readonly tools: Tools;
  /** The options of the command with which the inbox found its server. */
  readonly connection: readonly string[];
  readonly visitor: Pick<Visitor, 'actor' | 'groups'>;
}

/**
 * `holdpoint resume --id approve:1 --run … --actor ann --member-of finance --namespace prod -- ticket-42`: the same answer as
 * on the page (A11). Its value is asked for in the terminal.
 */
export function resumeCommand(
  { thread, run, id }: QuestionAddress,
  { tools, connection, visitor: { actor, groups } }: ResumeSettings,
): string {
  const hasNamespace = connection.some((word) => /^--namespace(?:=|$)/.test(word));
  const namespace = hasNamespace ? [] : ['--namespace', tools.namespace];
  const who = ['--actor', actor, ...groups.flatMap((group) => ['--member-of', group])];
  const words = ['holdpoint', 'resume', '--id', id, '--run', run, ...who, ...namespace, ...connection, '--', thread];
  return words.map((word) => quotedWord(inertText(word).replaceAll(/[\n\t]/g, ' '))).join(' ');
}
