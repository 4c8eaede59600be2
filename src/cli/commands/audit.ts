/**
 * `holdpoint audit`: prints what the history of a thread says that happened (A13).
 */
import type { AuditEntry } from '../../client/tools.ts';
import { formatTime } from '../ages.ts';
import type { Context } from '../context.ts';
import { inertLine } from '../inert.ts';
import type { Output, Style } from '../output.ts';
import { asText, closedText, headline } from '../question.ts';

interface AuditOptions {
  readonly payloads?: boolean;
  readonly run?: string;
}

export async function run(context: Context<AuditOptions>): Promise<void> {
  const { args, options, out } = context;
  const [id = ''] = args;
  const thread = (await context.tools()).thread(id);
  const { payloads, run: of } = options;
  for await (const entry of thread.audit({ payloads, run: of })) out.record(entry, () => lineOf(entry, out));
}

const WORD_WIDTH = 10;
const STYLES: Partial<Record<AuditEntry['kind'], Style>> = {
  asked: 'yellow',
  answered: 'green',
  refused: 'red',
  missing: 'red',
};

function lineOf(entry: AuditEntry, out: Output): string {
  const { at, kind, worker } = entry;
  const style = STYLES[kind];
  const word = kind.padEnd(WORD_WIDTH);
  const version = worker?.deploymentName === undefined ? undefined : worker.buildId;
  const under = version === undefined ? '' : out.paint('dim', `  version ${inertLine(version)}`);
  return `${out.paint('dim', formatTime(at))}  ${style ? out.paint(style, word) : word}  ${textOf(entry)}${under}`;
}

function textOf(entry: AuditEntry): string {
  switch (entry.kind) {
    case 'started':
      return inertLine(entry.entrypoint);
    case 'input':
      return `with key ${inertLine(entry.key)}`;
    case 'turn':
      return `${entry.n} ${entry.status}`;
    case 'asked': {
      const who = entry.question.assignees?.join(', ');
      return inertLine(`${entry.id}  ${who ? `for ${who}: ` : ''}`) + headline(entry.question);
    }
    case 'shown':
      return inertLine(`${entry.id}  to ${entry.actor}`);
    case 'reassigned':
      return inertLine(`${entry.id}  to ${entry.assignees.join(', ')} by ${entry.actor ?? 'nobody named'}`);
    case 'answered':
    case 'voted':
    case 'refused':
    case 'sent':
      return inertLine(
        `${entry.id ?? '(the open question)'}  by ${entry.actor ?? 'nobody named'}: ${asText(entry.value)}`,
      );
    case 'closed':
      return `${inertLine(entry.id)}  ${closedText(entry)}`;
    case 'task':
      return inertLine(`${entry.id}  ${entry.state}${entry.message === undefined ? '' : `: ${entry.message}`}`);
    case 'notified':
      return inertLine(`${entry.id}  ${entry.about}: ${entry.state}`);
    case 'command':
      return inertLine(
        [entry.name, entry.id, entry.actor && `by ${entry.actor}`, entry.reason].filter(Boolean).join('  '),
      );
    case 'reset':
      return inertLine(`from run ${entry.from}${entry.reason === undefined ? '' : `: ${entry.reason}`}`);
    case 'ended':
      return inertLine(`${entry.how}${entry.message === undefined ? '' : `: ${entry.message}`}`);
    case 'missing':
      return `the server has deleted run ${inertLine(entry.runId)}, and maybe more of them`;
    default:
      return entry satisfies never;
  }
}
