/**
 * `holdpoint complete -- <words>`: prints the candidates for the last word. The completion scripts call it.
 *
 * It prints nothing but candidates. If it needs the server and the server does not answer at once, it prints none.
 */
import type { Command } from 'commander';
import { Context } from '../context.ts';
import { inertLine } from '../inert.ts';

const THREADS = 50;
const WITHIN_MS = 1_500;

export async function run(context: Context, program: Command): Promise<void> {
  const words = context.args;
  const last = words.at(-1) ?? '';
  for (const candidate of await candidates(program, words.slice(0, -1), last)) {
    if (candidate.startsWith(last)) process.stdout.write(`${candidate}\n`);
  }
}

/** @param before The words before the last one. */
async function candidates(program: Command, before: readonly string[], last: string): Promise<readonly string[]> {
  const [name] = argumentsIn(before, [program]);
  const command = program.commands.find((one) => one.name() === name);
  const commands = command ? [command, program] : [program];
  if (last.startsWith('-')) return optionsOf(commands);
  const option = optionTaking(before.at(-1), commands);
  if (option) return option.argChoices ?? [];
  if (!command) return program.commands.map((one) => one.name()).filter((one) => one !== 'complete');
  if (command.name() === 'completion') return ['bash', 'zsh', 'fish'];
  const isFirst = argumentsIn(before, commands).length === 1;
  return isFirst && command.registeredArguments[0]?.name() === 'thread' ? threads(program, before) : [];
}

function optionsOf(commands: readonly Command[]): string[] {
  return commands.flatMap(({ options }) => options.flatMap(({ long }) => (long ? [long] : [])));
}

/** The words that are neither options nor values of options. */
function argumentsIn(words: readonly string[], commands: readonly Command[]): readonly string[] {
  return words.filter((word, i) => !word.startsWith('-') && !optionTaking(words[i - 1], commands));
}

/** The option that this word names, if the option takes a value. */
function optionTaking(word: string | undefined, commands: readonly Command[]): Command['options'][number] | undefined {
  return commands.flatMap(({ options }) => options).find(({ long, required }) => long === word && required);
}

/** The ids of running threads, read with the connection options of the completed line. */
async function threads(program: Command, before: readonly string[]): Promise<readonly string[]> {
  program.parseOptions([...before]);
  const context = new Context(program.opts(), []);
  const ids: string[] = [];
  const listed = (async () => {
    const tools = await context.tools();
    const query = `ExecutionStatus = 'Running'`;
    for await (const { thread } of tools.threads({ query, pageSize: THREADS })) {
      ids.push(inertLine(thread));
      if (ids.length >= THREADS) break;
    }
  })().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, WITHIN_MS)));
  await Promise.race([listed, late]);
  clearTimeout(timer);
  void context.close();
  return ids;
}
