/**
 * `holdpoint complete -- <words>`: what may stand in place of the last word. The completion scripts call it.
 *
 * Nothing but candidates is printed; where a server is needed and does not answer at once, none are.
 */
import type { Command } from 'commander';
import { Context } from '../context.ts';
import { inertLine } from '../inert.ts';
import { makeProgram } from '../program.ts';

const THREADS = 50;
const WITHIN_MS = 1_500;

export async function run(context: Context): Promise<void> {
  const words = context.args;
  const last = words.at(-1) ?? '';
  for (const candidate of await candidates(words.slice(0, -1), last)) {
    if (candidate.startsWith(last)) process.stdout.write(`${candidate}\n`);
  }
}

async function candidates(before: readonly string[], last: string): Promise<readonly string[]> {
  const program = makeProgram();
  const name = before.find((word) => !word.startsWith('-'));
  const command = program.commands.find((one) => one.name() === name);
  if (last.startsWith('-')) return optionsOf(command ? [command, program] : [program]);
  const option = optionsTaking(before.at(-1), command ? [command, program] : [program]);
  if (option) return option.argChoices ?? [];
  if (!command) return program.commands.map((one) => one.name()).filter((one) => one !== 'complete');
  if (command.name() === 'completion') return ['bash', 'zsh', 'fish'];
  const isFirst = before.at(-1) === name;
  return isFirst && command.registeredArguments[0]?.name() === 'thread' ? threads(before) : [];
}

function optionsOf(commands: readonly Command[]): string[] {
  return commands.flatMap(({ options }) => options.flatMap(({ long }) => (long ? [long] : [])));
}

/** The option that the word is, if a value follows it. */
function optionsTaking(word: string | undefined, commands: readonly Command[]): Command['options'][number] | undefined {
  return commands.flatMap(({ options }) => options).find(({ long, required }) => long === word && required);
}

/** Of threads that run; the connection options on the line count. */
async function threads(before: readonly string[]): Promise<readonly string[]> {
  const program = makeProgram();
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
