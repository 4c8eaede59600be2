/** What the page says about people, endings and what happens next. */
import type { Ending, ListedItem } from '../../inbox/api.ts';
import type { Interrupt, Vote } from '../../protocol/shapes.ts';
import { inertText } from '../../protocol/inert-text.ts';
import { shortened } from '../../protocol/text.ts';
import { ago, moment } from './times.ts';

const GROUP = 'group:';

/** The name of somebody who is asked: `finance (group)`. */
export function nameOf(assignee: string): string {
  return assignee.startsWith(GROUP) ? `${assignee.slice(GROUP.length)} (group)` : assignee;
}

/** Who is asked, in a few words for the list. */
export function whoText(item: Pick<ListedItem, 'assignees'>): string {
  const [first, ...others] = item.assignees ?? [];
  if (first === undefined) return 'Anybody';
  const name = first.startsWith(GROUP) ? first.slice(GROUP.length) : first;
  return others.length > 0 ? `${name} +${others.length}` : name;
}

/** `ann`, `ann and bob`, `ann, bob and eve`. */
export function listed(names: readonly string[], last = 'and'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

/** A value in a few words. An answer of an approval is the name of its decision. */
export function briefly(value: unknown): string {
  if (typeof value === 'string') return `“${shortened(value, 80)}”`;
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === null) return 'nothing';
  if (typeof value === 'number') return String(value);
  const decisions = decisionsIn(value);
  if (decisions.length > 0) return listed([...new Set(decisions)]);
  return shortened(JSON.stringify(value) ?? 'nothing', 80);
}

const DONE: Readonly<Record<string, string>> = {
  approve: 'approved',
  edit: 'approved with changes',
  reject: 'rejected',
  respond: 'answered in its place',
};

/** The decisions that an answer holds, as words. */
function decisionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { type, decisions } = value as { readonly type?: unknown; readonly decisions?: unknown };
  if (Array.isArray(decisions)) return decisions.flatMap(decisionsIn);
  return typeof type === 'string' && Object.hasOwn(DONE, type) ? [DONE[type]!] : [];
}

/** How a question ended, as a sentence: `Ann answered this 2 minutes ago: approved.` */
export function endingText(ending: Ending, now: number, me?: string): string {
  const when = ago(ending.at, now);
  switch (ending.how) {
    case 'answered': {
      const who = ending.actor === undefined ? 'Somebody' : ending.actor === me ? 'You' : ending.actor;
      const what = ending.answer === undefined ? '' : `: ${briefly(ending.answer)}`;
      return `${who} answered this ${when}${what}.`;
    }
    case 'default': {
      const what = ending.answer === undefined ? '' : ` with ${briefly(ending.answer)}`;
      return `Time ran out ${when}. It was answered${what} by itself.`;
    }
    case 'expired':
      return `Time ran out ${when}, and the program went on without an answer.`;
    case 'withdrawn':
      return `It is not asked any more: the program took the question back ${when}.`;
    case 'passed on':
      return 'This is for others now.';
    default:
      ending.how satisfies 'unknown';
      return 'This question is closed.';
  }
}

/** What happens to an open question, as sentences. */
export function nextSteps(question: Interrupt, now: number): string[] {
  const { by, dueAt, expiresAt } = question;
  const steps: string[] = [];
  if (by?.quorum !== undefined && by.quorum > 1) steps.push(quorumStep(by.quorum, question.votes ?? []));
  if (dueAt !== undefined) {
    const isLate = Date.parse(dueAt) <= now;
    steps.push(
      isLate ? `It was due ${withAt(moment(dueAt, now))}.` : `It should be answered by ${moment(dueAt, now)}.`,
    );
  }
  if (expiresAt !== undefined) {
    const end = question.default
      ? `it counts as ${briefly(question.default.value)}`
      : 'the program goes on without an answer';
    steps.push(`If it is still open ${withAt(moment(expiresAt, now))}, ${end}.`);
  }
  if (expiresAt === undefined && !by?.quorum) steps.push('The program waits until somebody answers.');
  if (by?.only === 'assignees') steps.push('Only those who are asked can answer.');
  if (by?.not?.length) steps.push(`The answer cannot come from ${listed(by.not, 'or')}.`);
  return steps;
}

function quorumStep(quorum: number, votes: readonly Vote[]): string {
  const people = `${quorum} people`;
  if (votes.length === 0) return `It closes when ${people} give the same answer. A refusal closes it at once.`;
  const sofar = votes.length === 1 ? 'one person has answered' : `${votes.length} have answered`;
  return `It closes when ${people} give the same answer: ${sofar}. A refusal closes it at once.`;
}

function withAt(text: string): string {
  return /^\d/.test(text) ? `at ${text}` : text;
}

/** The first character of a name. An emoji stays whole. */
export function initialOf(name: string): string {
  return (Array.from(inertText(name))[0] ?? '').toUpperCase();
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
