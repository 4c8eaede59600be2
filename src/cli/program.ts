/**
 * The commands, their options and their help. What a command does is in `commands/`, and loaded when it runs.
 */
import { Command, Option, type CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { Context } from './context.ts';
import { shellWord } from './inert.ts';
import { errorLines, Exit, exitCodeOf, UsageError } from './failure.ts';

/** A file of `commands/`. */
interface CommandModule {
  // Each takes the options that are declared for it here.
  run(context: Context<never>): Promise<void>;
}

export function makeProgram(): Command {
  const program = new Command('holdpoint')
    .description('Start, answer and look after threads: workflows that wait for people.')
    .version(version(), '-V, --version')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ outputError: () => undefined })
    .exitOverride(leave)
    .addHelpText('after', EXIT_CODES);
  addGlobalOptions(program);
  addThreads(program);
  addAnswers(program);
  addEnds(program);
  addOperations(program);
  return program;
}

const EXIT_CODES = `
Exit codes: 0 done, 1 error, 2 usage, 3 refused answer, 4 not found, 5 no server.
Connection: flags, then TEMPORAL_* variables, then a profile of temporal.toml.`;

function addGlobalOptions(program: Command): void {
  program
    .optionsGroup('Connection and output:')
    .option('--address <host:port>', 'Temporal server (TEMPORAL_ADDRESS; default localhost:7233)')
    .option('--namespace <name>', 'namespace (TEMPORAL_NAMESPACE; default "default")')
    .option('--profile <name>', 'profile of temporal.toml (TEMPORAL_PROFILE)')
    .option('--api-key <key>', 'API key (TEMPORAL_API_KEY)')
    .option('--tls', 'connect with TLS')
    .option('--tls-cert-path <file>', 'client certificate')
    .option('--tls-key-path <file>', "the client certificate's key")
    .option('--tls-ca-path <file>', "certificate of the server's authority")
    .option('--tls-server-name <name>', 'name that the server certificate must have')
    .option('--task-queue <name>', 'where threads are started (TEMPORAL_TASK_QUEUE)')
    .option('--data-converter <module>', 'module that exports `dataConverter` (HOLDPOINT_DATA_CONVERTER)')
    .option('--json', 'print JSON: one document, or one line per event');
}

function addThreads(program: Command): void {
  program.commandsGroup('Look:');
  command(
    program,
    'list',
    'open questions of all threads, or the threads',
    '$ holdpoint list --assignee ann --sort age',
  )
    .option('--entrypoint <name>', 'of threads of this entrypoint')
    .option('--assignee <name>', 'for this person, or group:<name>')
    .option('--task <name>', 'asked by this task')
    .option('--older-than <duration>', 'asked at least so long ago, e.g. 2h')
    .option('--due <duration>', 'due within this time, e.g. 30m')
    .addOption(new Option('--sort <order>', 'oldest question first; looks at all of them').choices(['age', 'due']))
    .option('--threads', 'list threads, with their status')
    .addOption(new Option('--status <status>', 'with --threads: of this status').choices(STATUSES))
    .option('--query <query>', "a visibility query of Temporal's that the threads must match too")
    .option('--limit <n>', 'at most so many', '50')
    .option('--all', 'all of them')
    .action(lazy(() => import('./commands/list.ts')));
  command(
    program,
    'show <thread>',
    'one thread: status, questions, tasks, answers, what is wrong',
    '$ holdpoint show ticket-42',
  )
    .option('--ui <url>', 'address of the Temporal Web UI, for a link (TEMPORAL_UI_ADDRESS)')
    .action(lazy(() => import('./commands/show.ts')));
  command(
    program,
    'follow [thread]',
    'live: updates and questions of a thread, or questions of all as they open and close',
    '$ holdpoint follow ticket-42 --from start',
  )
    .option('--from <cursor>', "a cursor of an earlier line, or 'start'")
    .option('--tasks', 'each step of each task')
    .option('--until-waiting', 'end when only answers are left to wait for')
    .option('--entrypoint <name>', 'without a thread: of threads of this entrypoint')
    .option('--assignee <name>', 'without a thread: for this person or group')
    .option('--interval <duration>', 'without a thread: how often to look', '2s')
    .action(lazy(() => import('./commands/follow.ts')));
}

const STATUSES = ['running', 'waiting', 'idle', 'completed', 'failed', 'canceled', 'terminated', 'timedOut'];

function addAnswers(program: Command): void {
  program.commandsGroup('Act:');
  command(
    program,
    'start <entrypoint>',
    'start a thread, or add a turn to one with memory',
    `$ holdpoint start graph --thread ticket-42 --input '"foo"' --task-queue demo --follow`,
  )
    .option('--thread <id>', 'thread id (default: the entrypoint and a random part)')
    .option('--input <value>', 'JSON or text, @file, or - for stdin')
    .option('--text', 'the input is text, even if it looks like JSON')
    .option('--key <key>', 'makes the start repeatable: the same key starts once')
    .option('--follow', 'print updates until it ends or waits for answers')
    .action(lazy(() => import('./commands/start.ts')));
  command(
    program,
    'resume <thread> [value]',
    'answer a question; on a terminal it asks for the value',
    `$ holdpoint resume ticket-42 --id approve:1 '{"approved":true}'`,
    'The value is JSON, or plain text where the schema allows a text; @file reads a file, - reads stdin.\n' +
      'Put a value that begins with - behind --, after all options.',
  )
    .option('--text', 'the value is text, even if it looks like JSON')
    .option('--id <id>', 'which question; not needed when one is open')
    .option('--run <id>', 'refuse when the thread is in another run')
    .option('--actor <name>', 'who answers (default: user@host)')
    .option('--key <key>', 'makes the answer repeatable, and names its receipt')
    .option('--wait <duration>', 'how long to wait for a worker to take it', '5s')
    .option('--no-wait', 'send only')
    .action(lazy(() => import('./commands/resume.ts')));
}

function addEnds(program: Command): void {
  command(
    program,
    'cancel <thread>',
    'cancel the run; of a thread with memory, the running turn',
    '$ holdpoint cancel ticket-42 --reason "duplicate of ticket-41"',
  )
    .option('--reason <text>', 'shown in the history')
    .action(lazy(() => import('./commands/cancel.ts')));
  command(
    program,
    'close <thread>',
    'end a thread with memory after its running turn',
    '$ holdpoint close chat-7 --reason "customer left"',
  )
    .option('--reason <text>', 'shown in the history')
    .action(lazy(() => import('./commands/close.ts')));
}

function addOperations(program: Command): void {
  program.commandsGroup('Operate:');
  command(
    program,
    'dev',
    'a server and a worker for development',
    '$ holdpoint dev --workflows workflows.ts --activities activities.ts --task-queue demo',
  )
    .option(
      '--workflows <file>',
      'entrypoints; with --activities it runs a worker, started again when an imported file changes',
    )
    .option('--activities <file>', 'tasks')
    .option('--port <port>', 'of the server (default: 7233, or a free one)')
    .option('--ui-port <port>', 'of the Web UI (default: 8233, or a free one)')
    .option('--db <file>', 'keeps the threads over a restart (default: in memory)')
    .action(lazy(() => import('./commands/dev.ts')));
  command(program, 'setup', 'register the optional search attributes; safe to repeat', '$ holdpoint setup').action(
    lazy(() => import('./commands/setup.ts')),
  );
  command(
    program,
    'doctor',
    'check server, namespace, workers, search attributes, and the threads that run',
    '$ holdpoint doctor',
  )
    .option('--limit <n>', 'look at so many threads, the newest', '100')
    .action(lazy(() => import('./commands/doctor.ts')));
  command(
    program,
    'completion <shell>',
    'print the completion script for bash, zsh or fish',
    '$ source <(holdpoint completion bash)',
  ).action(lazy(() => import('./commands/completion.ts')));
  // The scripts of `completion` call it, with the words of the command line.
  program
    .command('complete [words...]', { hidden: true })
    .allowUnknownOption()
    .action(lazy(() => import('./commands/complete.ts')));
}

function command(program: Command, usage: string, summary: string, ...[example, more]: readonly string[]): Command {
  const sentence = `${summary[0]?.toUpperCase()}${summary.slice(1)}.`;
  return program
    .command(usage)
    .summary(summary)

    .description(more === undefined ? sentence : `${sentence}\n${more}`)
    .addHelpText('after', `\nExample:\n  ${example}`);
}

/** An action whose module is loaded when it runs; the client that it opened is closed behind it. */
function lazy(load: () => Promise<CommandModule>): (this: Command) => Promise<void> {
  return async function act(this: Command) {
    const context = new Context(this.optsWithGlobals(), this.args);
    const isAboutThread = this.registeredArguments[0]?.name() === 'thread';
    try {
      const module = await load();
      await module.run(context as Context<never>);
    } catch (error) {
      if (error instanceof Exit) throw error;
      const { isJson } = context.out;
      process.stderr.write(`${errorLines(error, { isJson, thread: isAboutThread ? this.args[0] : undefined })}\n`);
      throw new Exit(exitCodeOf(error));
    } finally {
      await context.close();
    }
  };
}

/** Help and version end well; all else that commander refuses is a wrong call. */
function leave({ code, exitCode, message }: CommanderError): never {
  if (exitCode === 0) throw new Exit(0);
  if (code === 'commander.help') throw new Exit(2);
  const sentence = message.replace(/^error: /, '').replace(/\.$/, '');
  throw new UsageError(`${sentence[0]?.toUpperCase()}${sentence.slice(1)}. ${adviceFor(code, sentence)}`);
}

function adviceFor(code: string, sentence: string): string {
  const [, option = ''] = /^unknown option '(.*?)'/s.exec(sentence) ?? [];
  // No option has a space in it, or begins with a number.
  if (code === 'commander.unknownOption' && /^-(?:\s|\d|-$)|\s/.test(option))
    return `A value that begins with - stands behind --, after all options: ${behindDashes(option)}.`;
  if (code === 'commander.unknownOption')
    return 'See `holdpoint --help`. If it is a value that begins with -, put -- before it, after all options.';
  if (code === 'commander.excessArguments')
    return 'A value with spaces is one argument only in quotes; JSON, too, must be quoted for the shell, or come from a file: @answer.json.';
  return 'See `holdpoint --help`.';
}

/** The same call with the value behind `--`; a key that is in it is not repeated. */
function behindDashes(value: string): string {
  const others = process.argv.slice(2).filter((word) => word !== value);
  const hasKey = others.some((word) => word.startsWith('--api-key'));
  const words = hasKey ? ['…'] : others.map(shellWord);
  return `\`holdpoint ${[...words, '--', shellWord(value)].join(' ')}\``;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
