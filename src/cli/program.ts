/**
 * The commands, their options and their help texts. Each command's code is a file of `commands/`, loaded when it runs.
 */
import { Command, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { Context } from './context.ts';
import { errorLines, Exit, exitCodeOf } from './failure.ts';
import { leave } from './wrong-call.ts';

/** A file of `commands/`. Its context has the options that are declared for the command below. */
interface CommandModule {
  run(context: Context<never>, program: Command): Promise<void>;
}

export function makeProgram(): Command {
  const program = new Command('holdpoint')
    .description('Start, answer and operate threads: workflows that wait for people.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpCommand(helpCommand())
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ outputError: () => undefined })
    .exitOverride(leave('holdpoint'))
    .addHelpText('after', EXIT_CODES);
  addGlobalOptions(program);
  addThreads(program);
  addAnswers(program);
  addEnds(program);
  addOperations(program);
  return program;
}

function helpCommand(): Command {
  return new Command('help')
    .argument('[command]')
    .helpOption(false)
    .helpGroup('Help:')
    .description('print the help of a command');
}

const EXIT_CODES = `
Connection: options come first, then TEMPORAL_* variables, then the profile of temporal.toml.
Exit codes: 0 done, 1 error, 2 wrong call, 3 answer or input refused, 4 not found, 5 no server.`;

function addGlobalOptions(program: Command): void {
  program
    .optionsGroup('Connection and output:')
    .option('--address <host:port>', 'Temporal server (TEMPORAL_ADDRESS; default localhost:7233)')
    .option('--namespace <name>', 'namespace (TEMPORAL_NAMESPACE; default "default")')
    .option('--profile <name>', 'profile of temporal.toml (TEMPORAL_PROFILE)')
    .option('--api-key <key>', 'API key (TEMPORAL_API_KEY)')
    .option('--tls', 'connect with TLS')
    .option('--tls-cert-path <file>', 'client certificate')
    .option('--tls-key-path <file>', 'key of the client certificate')
    .option('--tls-ca-path <file>', 'certificate of the authority that signed the server certificate')
    .option('--tls-server-name <name>', 'expected name in the server certificate')
    .option('--task-queue <name>', 'task queue for `start`, `doctor` and `dev` (TEMPORAL_TASK_QUEUE)')
    .option('--data-converter <module>', 'module that exports `dataConverter` (HOLDPOINT_DATA_CONVERTER)')
    .option('--json', 'print JSON: one document, or one line for each event');
}

function addThreads(program: Command): void {
  program.commandsGroup('Look:');
  command(
    program,
    'list',
    'list the open questions of all threads, or the threads',
    '$ holdpoint list --assignee ann --sort age',
  )
    .option('--entrypoint <name>', 'only threads of this entrypoint')
    .option('--assignee <name>', 'only questions for this person, or for group:<name>')
    .option('--task <name>', 'only questions of this task')
    .option('--group <id>', 'only questions of this group')
    .option('--tag <tag>', 'only questions with this tag')
    .addOption(priorityOption('only questions of this priority'))
    .option('--older-than <duration>', 'only questions asked at least this long ago, e.g. 2h')
    .option('--due <duration>', 'only questions due within this time, or overdue, e.g. 30m')
    .addOption(new Option('--sort <order>', 'oldest or first due on top; reads all questions').choices(['age', 'due']))
    .option('--threads', 'list threads with their status instead of questions')
    .addOption(new Option('--status <status>', 'with --threads: only this status').choices(STATUSES))
    .option('--query <query>', 'only threads that match this Temporal visibility query')
    .option('--limit <n>', 'print at most this many', '50')
    .option('--all', 'print all, without a limit')
    .action(lazy(() => import('./commands/list.ts')));
  command(
    program,
    'show <thread>',
    'show one thread: its status, questions, tasks, answers, remembered decisions, and what is wrong',
    '$ holdpoint show ticket-42',
  )
    .option('--ui <url>', 'print a link to this Temporal Web UI (TEMPORAL_UI_ADDRESS)')
    .action(lazy(() => import('./commands/show.ts')));
  command(
    program,
    'audit <thread>',
    'print what was asked, shown, answered and run on a thread, as JSON Lines; on a terminal, in words',
    '$ holdpoint audit ticket-42 > ticket-42.jsonl',
    'It reads the history of all runs, and needs no worker.',
  )
    .option('--payloads', 'with inputs, results and values')
    .option('--run <id>', 'a run of an earlier chain, if the thread was started again')
    .action(lazy(() => import('./commands/audit.ts')));
  command(
    program,
    'follow [thread]',
    'print the updates of one thread, or the questions of all threads, as they happen',
    '$ holdpoint follow ticket-42 --from start',
  )
    .option('--from <cursor>', "continue after this cursor of a --json line; 'start' begins with the first event")
    .option('--tasks', 'print each step of each task instead of updates')
    .option('--tokens', 'type along: print the words of a model, and what tasks show, as they come')
    .option('--previews <url>', 'with --tokens: the Redis that they come through, if it is one (HOLDPOINT_PREVIEWS)')
    .option('--until-waiting', 'end as soon as the thread waits for answers only')
    .option('--entrypoint <name>', 'without a thread: only threads of this entrypoint')
    .option('--assignee <name>', 'without a thread: only questions for this person or group')
    .option('--tag <tag>', 'without a thread: only questions with this tag')
    .addOption(priorityOption('without a thread: only questions of this priority'))
    .option('--due <duration>', 'without a thread: only questions due within this time, or overdue')
    .option('--interval <duration>', 'without a thread: pause between two looks at the list', '2s')
    .action(lazy(() => import('./commands/follow.ts')));
}

function priorityOption(description: string): Option {
  return new Option('--priority <priority>', description).choices(['urgent', 'high', 'normal', 'low']);
}

const STATUSES = ['running', 'waiting', 'idle', 'completed', 'failed', 'canceled', 'terminated', 'timedOut'];

function addAnswers(program: Command): void {
  program.commandsGroup('Act:');
  command(
    program,
    'start <entrypoint>',
    'start a thread, or send the next input to a thread with memory',
    `$ holdpoint start graph --thread ticket-42 --input '"foo"' --task-queue demo --follow`,
  )
    .option('--thread <id>', 'thread id (default: the entrypoint and a random suffix)')
    .option('--input <value>', 'JSON or text, @file to read a file, - to read stdin')
    .option('--text', 'take the input as text, even if it looks like JSON')
    .option('--key <key>', 'makes the start repeatable: a second start with this key does nothing')
    .option('--follow', 'print updates until the thread ends or waits for answers')
    .option('--tokens', 'with --follow: print the words of a model, and what tasks show, as they come')
    .option('--previews <url>', 'with --tokens: the Redis that they come through, if it is one (HOLDPOINT_PREVIEWS)')
    .action(lazy(() => import('./commands/start.ts')));
  command(
    program,
    'resume <thread> [value]',
    'answer a question; without a value, a terminal asks for it',
    `$ holdpoint resume ticket-42 --id approve:1 '{"approved":true}'`,
    'The value is JSON, or plain text if the schema allows text. @file reads a file, - reads stdin.\n' +
      'If the value begins with -, write -- before it, after all options.',
  )
    .option('--text', 'take the value as text, even if it looks like JSON')
    .option('--id <id>', 'the question to answer; needed only if several are open')
    .option('--group <id>', 'answer all open questions of this group, each with the same value')
    .option('--run <id>', 'answer only if the thread is still in this run')
    .option('--actor <name>', 'who answers (default: the user of this machine)')
    .option('--member-of <group>', 'a group of whoever answers; give it once for each', addTo)
    .option('--key <key>', 'makes the answer repeatable: the same key is the same answer')
    .option('--wait <duration>', 'how long to wait until a worker has handled the answer', '5s')
    .option('--no-wait', 'send the answer and do not wait')
    .action(lazy(() => import('./commands/resume.ts')));
  command(
    program,
    'reassign <thread> <id> <assignee...>',
    'say who should answer an open question from now on',
    '$ holdpoint reassign ticket-42 approve:1 ben group:finance',
    'Each assignee is a person, or group:<name>. They replace those of before.',
  )
    .option('--run <id>', 'reassign only if the thread is still in this run')
    .option('--actor <name>', 'who reassigns it (default: the user of this machine)')
    .action(lazy(() => import('./commands/reassign.ts')));
  command(
    program,
    'forget <thread> <id>',
    'take back a decision about a tool that the thread remembers',
    '$ holdpoint forget chat-7 callTool:3',
    'The id is the id of the question in which the decision was made. `holdpoint show` lists the decisions.',
  )
    .option('--actor <name>', 'who takes it back (default: the user of this machine)')
    .action(lazy(() => import('./commands/forget.ts')));
}

function addEnds(program: Command): void {
  command(
    program,
    'cancel <thread>',
    'cancel a thread; if it has memory, cancel its running turn',
    '$ holdpoint cancel ticket-42 --reason "duplicate of ticket-41"',
  )
    .option('--reason <text>', 'recorded in the history')
    .action(lazy(() => import('./commands/cancel.ts')));
  command(
    program,
    'close <thread>',
    'end a thread with memory after its running turn',
    '$ holdpoint close chat-7 --reason "customer left"',
  )
    .option('--reason <text>', 'recorded in the history')
    .action(lazy(() => import('./commands/close.ts')));
}

function addOperations(program: Command): void {
  program.commandsGroup('Operate:');
  command(
    program,
    'dev',
    'run a server and a worker for development',
    '$ holdpoint dev --workflows workflows.ts --activities activities.ts --task-queue demo',
  )
    .option(
      '--workflows <file>',
      'file of the entrypoints; with --activities a worker runs, and restarts when an imported file changes',
    )
    .option('--activities <file>', 'file of the tasks')
    .option('--port <port>', 'port of the server (default: 7233, or a free one)')
    .option('--ui-port <port>', 'port of the Web UI (default: 8233, or a free one)')
    .option('--db <file>', 'database file that keeps the threads over a restart (default: in memory)')
    .action(lazy(() => import('./commands/dev.ts')));
  addInbox(program);
  command(
    program,
    'bundle <workflows>',
    'build the workflow bundle ahead, and list what is in it',
    '$ holdpoint bundle workflows.ts --out dist/workflow-bundle.js',
    'A worker takes it as `workflowBundle: { codePath }`, in place of `workflowsPath`.\n' +
      'With --data-converter, its converters for payloads and failures are in the bundle.',
  )
    .option('--out <file>', 'file to write', 'workflow-bundle.js')
    .option('--watch', 'build again when a file of the bundle changes')
    .action(lazy(() => import('./commands/bundle.ts')));
  command(
    program,
    'setup',
    'register the search attributes that make lists fast; safe to repeat',
    '$ holdpoint setup',
  ).action(lazy(() => import('./commands/setup.ts')));
  command(
    program,
    'doctor',
    'check the server, the namespace, the workers, the search attributes and the running threads',
    '$ holdpoint doctor',
  )
    .option('--limit <n>', 'how many running threads to check, the newest first', '100')
    .action(lazy(() => import('./commands/doctor.ts')));
  command(
    program,
    'completion <shell>',
    'print the completion script for bash, zsh or fish',
    '$ source <(holdpoint completion bash)',
  ).action(lazy(() => import('./commands/completion.ts')));
  // Called by the scripts of `completion`, with the words of the command line.
  program
    .command('complete [words...]', { hidden: true })
    .allowUnknownOption()
    .action(lazy(() => import('./commands/complete.ts')));
}

function addInbox(program: Command): void {
  command(
    program,
    'inbox',
    'serve a web page on which people answer the open questions of all threads',
    '$ holdpoint inbox --port 8244',
    'Without --tokens or --proxy-header it serves this machine only, and the person who answers is its user.\n' +
      'A file of tokens has lines such as: <token> ann finance legal. A file of keys has lines such as: <id> <secret>.',
  )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', '8244')
    .option('--title <text>', 'title of the page')
    .option('--query <query>', 'only questions of threads that match this visibility query')
    .option('--url <url>', 'address at which people open it, if a proxy is in front')
    .option('--tokens <file>', 'people sign in with the tokens of this file')
    .option('--proxy-header <name>', 'a proxy authenticates, and names the person in this header')
    .option('--proxy-groups <name>', 'with --proxy-header: the header with the groups, with commas between them')
    .option(
      '--proxy-from <addresses>',
      'with --proxy-header: where the proxy is, e.g. 10.0.0.0/8 (default: this machine)',
    )
    .option('--link-keys <file>', 'takes signed links of these keys')
    .option('--auditor <name>', 'a person, or group:<name>, who may read audits; give it once for each', addTo)
    .addOption(
      new Option('--adapter <name>', "shows LangChain's questions of this kind as approvals; give it once for each")
        .choices(['agent-inbox', 'middleware'])
        // In place of the parser that checks, which keeps one value: the command checks.
        .argParser(addTo),
    )
    .option('--no-record-shown', 'do not record in the history to whom a question was shown')
    .option('--ui <url>', 'link to this Temporal Web UI (TEMPORAL_UI_ADDRESS)')
    .action(lazy(() => import('./commands/inbox.ts')));
}

function command(program: Command, usage: string, summary: string, ...[example, more]: readonly string[]): Command {
  const sentence = `${summary[0]?.toUpperCase()}${summary.slice(1)}.`;
  return program
    .command(usage)
    .exitOverride(leave(`holdpoint ${usage.split(' ')[0]}`))
    .summary(summary)
    .description(more === undefined ? sentence : `${sentence}\n${more}`)
    .addHelpText('after', `\nExample:\n  ${example}`);
}

/** Collects an option that may be given several times. */
function addTo(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** An action that loads its module when it runs, and closes the client that the command has opened. */
function lazy(load: () => Promise<CommandModule>): (this: Command) => Promise<void> {
  return async function act(this: Command) {
    const context = new Context(this.optsWithGlobals(), this.args);
    const isAboutThread = this.registeredArguments[0]?.name() === 'thread';
    try {
      const module = await load();
      await module.run(context as Context<never>, this.parent ?? this);
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

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
