/**
 * `holdpoint show`: shows one thread in full, and what to do about it.
 *
 * It works without a worker. Then it lists what only a worker could tell.
 */
import type { FailureReport, TaskReport, ThreadReport as Report } from '../../client/tools.ts';
import { formatAge, formatDuration, formatTime } from '../ages.ts';
import { holdpointCommand } from '../command-line.ts';
import type { Context } from '../context.ts';
import { inert, inertLine } from '../inert.ts';
import { lostVersionText, lostVersionTodo } from '../lost-version.ts';
import type { Output, Style } from '../output.ts';
import { asText, labelled, questionLines, shortBlock } from '../question.ts';
import { cut, renderTable, type Column } from '../table.ts';
import { isOver, type Remembered } from '../../protocol/remembered.ts';
import type { Answer, Refusal } from '../../protocol/shapes.ts';

interface ShowOptions {
  readonly ui?: string;
}

const VALUE_COLUMNS = 60;

export async function run(context: Context<ShowOptions>): Promise<void> {
  const { args, out } = context;
  const [id = ''] = args;
  const report = await (await context.tools()).report(id);
  const ui = await uiLink(context, report);
  const document = { ...report, ...(ui === undefined ? {} : { ui }) };
  out.document(document, () => reportLines(document, out));
}

/**
 * A link to the Web UI. The address of Temporal Cloud's is known; any other must be given.
 *
 * A running thread's page shows the current details, which say what it waits for. An ended run's page shows its history,
 * which has the result.
 */
async function uiLink(context: Context<ShowOptions>, { thread, runId, closedAt }: Report): Promise<string | undefined> {
  const tools = await context.tools();
  const isCloud = (context.options.address ?? process.env['TEMPORAL_ADDRESS'] ?? '').includes('.tmprl.cloud');
  const ui =
    context.options.ui ?? process.env['TEMPORAL_UI_ADDRESS'] ?? (isCloud ? 'https://cloud.temporal.io' : undefined);
  if (ui === undefined) return undefined;
  const address = /^https?:\/\//.test(ui) ? ui : `http://${ui}`;
  const [namespace, workflow] = [tools.namespace, thread].map(encodeURIComponent);
  return `${address.replace(/\/$/, '')}/namespaces/${namespace}/workflows/${workflow}/${runId}/${closedAt === undefined ? 'user-metadata' : 'history'}`;
}

function reportLines(report: Report, out: Output): string[] {
  return [
    ...headLines(report, out),
    ...troubleLines(report, out),
    ...section(
      'Questions',
      report.interrupts.flatMap((one) => [...questionLines(report.thread, one, out), '']),
      out,
    ),
    ...section('Tasks', taskLines(report.tasks, out), out),
    ...section(report.answers ? 'Answers' : 'Answers sent', answerLines(report, out), out),
    ...section('Refused', (report.refused ?? []).map(refusalLine), out),
    ...section('Remembered', rememberedLines(report, out), out),
  ];
}

function section(title: string, lines: readonly string[], out: Output): string[] {
  if (lines.length === 0) return [];
  const last = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return ['', out.paint('bold', title.toUpperCase()), ...last];
}

const STATUS_STYLES: Partial<Record<Report['status'], Style>> = {
  waiting: 'yellow',
  failed: 'red',
  terminated: 'red',
  timedOut: 'red',
  completed: 'green',
};

function headLines(report: Report & { readonly ui?: string }, out: Output): string[] {
  const { thread, entrypoint, status, turn, startedAt, closedAt, taskQueue, input, value, error, ui, runId } = report;
  const style = STATUS_STYLES[status];
  const ended = closedAt === undefined ? '' : `, ended ${formatTime(closedAt)}`;
  const lines = [
    `${out.paint('bold', inertLine(thread))}  ${inertLine(entrypoint)}  ${style ? out.paint(style, status) : status}`,
    ...labelled('started', `${formatTime(startedAt)} UTC (${formatAge(startedAt)} ago)${ended}`, out),
    ...labelled('turn', String(turn), out),
    ...labelled('run', runId, out),
    ...labelled('queue', `${taskQueue} (${workersText(report)})`, out),
  ];
  if (input !== undefined) lines.push(...labelled('input', shortBlock(input, thread), out));
  if (value !== undefined) lines.push(...labelled('value', shortBlock(value, thread), out));
  if (error) lines.push(...labelled('error', failureText(error), out));
  if (ui !== undefined) lines.push(...labelled('web', ui, out));
  return lines;
}

/** A failure and its causes. Wrapping errors repeat the text of their cause, so each text is printed once. */
function failureText(failure: FailureReport): string {
  const texts = new Set<string>();
  for (let one: FailureReport | undefined = failure; one; one = one.cause) {
    const { type, message, stack } = one;
    if (type !== 'ActivityFailure')
      texts.add(`${type === undefined ? '' : `${type}: `}${message}${stack ? `\n${stack}` : ''}`);
  }
  return [...texts].join('\ncaused by ');
}

/** The server lists a worker for a minute after it is gone, so a restarted worker is counted twice. */
function workersText({ workers: { alive, lastPollAt }, isOnDemand }: Report): string {
  const polled = lastPollAt === undefined ? '' : `, last poll ${formatAge(lastPollAt)} ago`;
  if (alive === 0) return isOnDemand ? `started by the server when there is work${polled}` : `no worker${polled}`;
  return alive === 1 ? `1 worker${polled}` : `${alive} workers within the last minute${polled}`;
}

/** What keeps the thread from continuing, and what to do about it. */
function troubleLines(report: Report, out: Output): string[] {
  const {
    stuck,
    workers,
    isUnanswered,
    unknown,
    closedAt,
    taskQueue,
    lostVersion,
    isOnDemand,
    unregistered = [],
  } = report;
  const lines: string[] = [];
  if (stuck) {
    lines.push(
      '',
      out.paint('red', `STUCK: the workflow task fails and is retried (attempt ${stuck.attempt}):`),
      ...inert(stuck.message)
        .split('\n')
        .map((line) => `  ${line}`),
      "Fix the code and restart the worker; the thread then continues by itself. The worker's log has the stack trace.",
    );
  }
  for (const { id, task, nextTryAt } of unregistered) {
    lines.push(
      '',
      out.paint('red', `NOT REGISTERED: call ${inertLine(id)} waits for a worker that has task ${inertLine(task)}.`),
      `Start one on task queue ${inertLine(taskQueue)}. The call is retried by itself, next at ${formatTime(nextTryAt)} UTC.`,
    );
  }
  if (lostVersion) {
    lines.push(
      '',
      out.paint('red', inertLine(`NO WORKER of its version: it ${lostVersionText({ ...lostVersion, taskQueue })}.`)),
      inertLine(lostVersionTodo(lostVersion, report.thread)),
    );
  } else if (workers.alive === 0 && closedAt === undefined && !isOnDemand) {
    lines.push(
      '',
      out.paint(
        'red',
        `NO WORKER polls task queue ${inertLine(taskQueue)}: start one, and the thread continues by itself.`,
      ),
    );
  }
  if (isUnanswered && closedAt === undefined) {
    const polls = workers.polls.map(({ identity, at }) => `${identity} ${formatAge(at)} ago`).join(', ');
    lines.push(
      '',
      out.paint('red', `NO ANSWER from the workers of task queue ${inertLine(taskQueue)}: they are gone or busy.`),
      inertLine(`Last polls: ${polls}. The server lists a worker for a minute after it is gone.`),
      `Start one, and the thread continues by itself. To check all task queues: ${holdpointCommand('doctor')}`,
    );
  }
  if (unknown.length > 0) {
    const until = stuck ? 'until a worker can run the thread' : 'without a worker';
    lines.push('', out.paint('dim', `Not shown ${until}: ${unknown.map((what) => NAMES[what]).join(', ')}.`));
  }
  return lines;
}

const NAMES = {
  answers: 'which answers were accepted',
  refused: 'refused answers',
  remembered: 'remembered decisions',
  value: 'value',
} as const;

function taskLines(tasks: readonly TaskReport[], out: Output): string[] {
  if (tasks.length === 0) return [];
  const columns: readonly Column[] = [
    { title: 'ID', cuts: 'last' },
    { title: 'STATUS' },
    { title: 'SCHEDULED (UTC)' },
    { title: 'TOOK' },
    { title: 'ATTEMPT' },
    { title: 'LAST FAILURE', cuts: 'first' },
  ];
  const rows = tasks.map(({ id, status, scheduledAt, durationMs, attempt, lastFailure }) => [
    inertLine(id),
    status,
    formatTime(scheduledAt),
    durationMs === undefined ? '-' : formatDuration(durationMs),
    attempt === undefined ? '-' : String(attempt),
    lastFailure === undefined ? '' : inertLine(lastFailure),
  ]);
  const hasFailures = tasks.some(({ lastFailure }) => lastFailure !== undefined);
  return renderTable(hasFailures ? columns : columns.slice(0, -1), rows, out.width);
}

/** The accepted answers, if the workflow could report them; otherwise the answers that the history says were sent. */
function answerLines({ answers, sent }: Report, out: Output): string[] {
  if (answers) return answers.map((answer) => answerLine(answer, out));
  return sent.map(
    ({ at, id, actor }) => `${formatTime(at)}  ${inertLine(id ?? '(the open question)')}  sent ${senderText(actor)}`,
  );
}

function answerLine({ id, value, actor, at, how, votes = [] }: Answer, out: Output): string {
  const others = votes.flatMap((vote) => (vote.actor === actor ? [] : inertLine(vote.actor)));
  const agreed = others.length === 0 ? '' : ` (votes: ${others.join(', ')})`;
  const who = how === 'default' ? 'by default, time ran out' : senderText(actor) + agreed;
  const room = Math.max(VALUE_COLUMNS, out.width - VALUE_COLUMNS);
  return `${formatTime(at)}  ${inertLine(id)}  ${who}: ${cut(inertLine(asText(value)), room)}`;
}

function refusalLine({ at, code, message, actor }: Refusal): string {
  return `${formatTime(at)}  ${code}  ${senderText(actor)}: ${inertLine(message)}`;
}

/** The decisions, and how to take one back. */
function rememberedLines({ thread, closedAt, remembered = [] }: Report, out: Output): string[] {
  const [first] = remembered;
  if (!first) return [];
  const lines = remembered.map((one) => rememberedLine(one, out));
  if (closedAt !== undefined) return lines;
  return [...lines, ...labelled('forget', holdpointCommand('forget', thread, first.id), out)];
}

function rememberedLine({ id, tool, args, type, reason, actor, at, until }: Remembered, out: Output): string {
  const room = Math.max(VALUE_COLUMNS, out.width - VALUE_COLUMNS);
  const which = args === undefined ? 'all calls' : cut(inertLine(asText(args)), room);
  const why = reason === undefined ? '' : `, because: ${inertLine(reason)}`;
  const end =
    until === undefined ? '' : `, ${isOver({ until }, Date.now()) ? 'was over at' : 'until'} ${formatTime(until)}`;
  return `${formatTime(at)}  ${inertLine(id)}  ${type} ${inertLine(tool)} ${senderText(actor)}${end}${why}: ${which}`;
}

function senderText(actor: string | undefined): string {
  return actor === undefined ? 'by an unknown sender' : `by ${inertLine(actor)}`;
}
