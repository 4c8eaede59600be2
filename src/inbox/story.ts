/**
 * The story of a thread so far, for people: from its audit, which needs no worker (A13).
 *
 * Whoever may see a question of the thread is told all of it, also what came after that question, and long after it has
 * closed. What others were asked, and what they said, is left out. A question that was passed on is for those who have it now.
 *
 * After a reset the thread may ask something else, and other people, under the same run and id. Each time that it asks is a
 * question of its own here.
 */
import {
  threadStatus,
  type AuditedAnswer,
  type AuditedClosing,
  type AuditEntry,
  type AuditPlace,
  type ListedInterrupt,
  type ThreadDescription,
} from '../client/tools.ts';
import { defined } from '../protocol/defined.ts';
import { isObject } from '../protocol/json-object.ts';
import type { Interrupt } from '../protocol/shapes.ts';
import { unlessSilent } from '../web/silence.ts';
import { forbidden, type HttpProblem } from '../web/problem.ts';
import type { Visitor } from './actor.ts';
import type { Story, StoryEvent } from './api.ts';
import { unlessMissing } from './item.ts';
import { titleOf } from './kind.ts';
import type { ReadSettings } from './options.ts';
import { webUiLink } from './web-ui.ts';

/** How many events a story has at most: the newest ones. */
const MAX_EVENTS = 300;
/** How many are kept until it is known which of them are for the person. */
const MAX_KEPT = 3_000;

/** The story for a person. @throws `HttpProblem` 403 if no question of the thread is for the person, or there is no such thread. */
export async function readStory(
  settings: ReadSettings,
  thread: string,
  { visitor, signal }: { readonly visitor: Visitor; readonly signal: AbortSignal },
): Promise<Story> {
  const { tools, webUi, permits } = settings;
  const description = await unlessMissing(tools.describe(thread));
  if (!description) throw notYourThread();
  const teller = new Teller(settings, { thread, description, visitor });
  const audit = (own: AbortSignal): AsyncIterable<AuditEntry> =>
    tools.thread(thread).audit({ payloads: true, signal: own });
  for await (const entry of unlessSilent(audit, signal)) teller.see(entry);
  const story = await teller.story();
  if (!story) throw notYourThread();
  const { runId, entrypoint } = description;
  const mayAudit = (await permits(visitor, { thread, entrypoint }, 'audit')) || undefined;
  return {
    ...story,
    ...defined({ mayAudit }),
    ...(webUi === undefined ? {} : { webUi: webUiLink(webUi, tools, { thread, runId }) }),
  };
}

/** The problem of a thread that is not for the person. It does not say whether the thread exists. */
function notYourThread(): HttpProblem {
  return forbidden('This thread is for others, or does not exist.');
}

interface Told {
  readonly thread: string;
  readonly description: ThreadDescription;
  readonly visitor: Visitor;
}

/** A question, each time that it is asked. */
interface Asked {
  /** As it is after what was seen so far. */
  question: ListedInterrupt;
  isOpen: boolean;
  /** The answer that closed it last. */
  answer?: AnswerEntry;
}

interface Kept {
  readonly event: StoryEvent;
  /** The question that it is about. */
  readonly about?: Asked;
}

type AnswerEntry = AuditPlace & AuditedAnswer;

/** Sees the entries in their order, and tells the story. */
class Teller {
  readonly #settings: ReadSettings;
  readonly #told: Told;
  readonly #events: Kept[] = [];
  readonly #asked: Asked[] = [];
  /** The question that was asked last with each run and id. */
  readonly #latest = new Map<string, Asked>();
  /** Answers that a reset has delivered again before the question was asked again. */
  #early: AnswerEntry[] = [];
  #facts: Partial<Pick<Story, 'startedAt' | 'closedAt' | 'input' | 'value' | 'failure'>> = {};
  #count = 0;

  constructor(settings: ReadSettings, told: Told) {
    this.#settings = settings;
    this.#told = told;
  }

  see(entry: AuditEntry): void {
    const { at, run } = entry;
    switch (entry.kind) {
      case 'started':
        if (entry.continues === undefined) this.#facts = { startedAt: at, input: entry.input };
        return;
      case 'input':
        this.#facts = { ...this.#facts, input: entry.input };
        return;
      case 'asked':
        return this.#ask(entry);
      case 'answered':
      case 'voted':
      case 'refused':
        return this.#seeAnswer(entry);
      case 'reassigned': {
        const { id, assignees, actor } = entry;
        const about = this.#latest.get(keyOf(run, id));
        if (!about) return;
        about.question = { ...about.question, assignees };
        return this.#add({ at, kind: 'reassigned', id, assignees, ...defined({ actor }) }, about);
      }
      case 'closed':
        return this.#seeClosing(entry);
      case 'task':
        return this.#add(taskEvent(entry));
      case 'ended':
        if (entry.to === undefined) this.#end(entry);
        return;
      case 'reset':
        return this.#reset(entry);
      // What the rest says is for an audit.
      default:
    }
  }

  /** The story. `undefined` if nothing of it is for the person. Whoever may read the audit may read the story, too. */
  async story(): Promise<Story | undefined> {
    const { thread, description, visitor } = this.#told;
    const { permits } = this.#settings;
    const { status, interrupts, turn, entrypoint, execution } = description;
    const seen = new Set<Asked>();
    for (const asked of this.#asked) if (await permits(visitor, asked.question, 'see')) seen.add(asked);
    if (seen.size === 0 && !(await permits(visitor, { thread, entrypoint }, 'audit'))) return undefined;
    const { startedAt = execution.startTime.toISOString(), ...facts } = this.#facts;
    const kept = this.#events.filter(({ about }) => about === undefined || seen.has(about));
    return {
      thread,
      entrypoint,
      status: threadStatus(status, interrupts, turn),
      startedAt,
      ...defined(facts),
      events: kept
        .slice(-MAX_EVENTS)
        .map(({ event, about }) => (event.kind === 'asked' && about ? { ...event, isOpen: about.isOpen } : event)),
      isCut: kept.length > MAX_EVENTS || this.#count > MAX_KEPT,
    };
  }

  #ask({ at, run, id, question }: Extract<AuditEntry, { kind: 'asked' }>): void {
    const asked = this.#open(question);
    const { value } = question;
    this.#add({ at, kind: 'asked', id, run, title: titleOf(question), value, isOpen: true }, asked);
    const isEarly = (answer: AnswerEntry): boolean => answer.run === run && answer.id === id;
    const early = this.#early.filter(isEarly);
    this.#early = this.#early.filter((answer) => !isEarly(answer));
    for (const answer of early) this.#seeAnswer({ ...answer, at });
  }

  #open(interrupt: Interrupt): Asked {
    const asked = { question: this.#listed(interrupt), isOpen: true };
    this.#asked.push(asked);
    this.#latest.set(keyOf(interrupt.run, interrupt.id), asked);
    return asked;
  }

  #listed(interrupt: Interrupt): ListedInterrupt {
    const { thread, description } = this.#told;
    return { ...interrupt, thread, entrypoint: description.entrypoint };
  }

  #seeAnswer(entry: AnswerEntry): void {
    const { kind, at, run, id, actor, value, isRepeated } = entry;
    const about = this.#latest.get(keyOf(run, id));
    // Nobody has sent it now. It may have been for what was asked before the reset.
    if (isRepeated && kind === 'refused') return;
    if (isRepeated && !about?.isOpen) this.#early.push(entry);
    else if (id !== undefined && about) {
      const whose = { at, id, ...defined({ actor }) };
      if (kind === 'voted') return this.#add({ ...whose, kind, actor: actor ?? 'somebody', value }, about);
      if (kind !== 'answered') return this.#add({ ...whose, kind: 'refused' }, about);
      about.isOpen = false;
      about.answer = entry;
      this.#add({ ...whose, kind, how: kind, value }, about);
    }
  }

  /** An answered question was told of by its answer, unless a reset goes back to between that answer and what it did. */
  #seeClosing({ at, run, id, how, actor, key }: AuditPlace & AuditedClosing): void {
    const about = this.#latest.get(keyOf(run, id));
    if (!about?.isOpen) return;
    about.isOpen = false;
    const answer = how === 'answered' && about.answer?.key === key ? about.answer?.value : undefined;
    const value = how === 'default' ? about.question.default?.value : answer;
    this.#add({ at, kind: 'answered', id, how: how ?? 'unknown', ...defined({ actor, value }) }, about);
  }

  /** The thread goes on from an earlier place, where these questions are open. */
  #reset({ at, reason, open }: Extract<AuditEntry, { kind: 'reset' }>): void {
    const { startedAt, input } = this.#facts;
    this.#facts = { ...defined({ startedAt }), input };
    this.#closeAll();
    this.#early = [];
    this.#add({ at, kind: 'reset', ...defined({ reason }) });
    for (const interrupt of open) {
      const before = this.#asked.find(({ question }) => isSame(question, interrupt));
      if (!before) this.#open(interrupt);
      else {
        before.isOpen = true;
        before.question = this.#listed(interrupt);
        this.#latest.set(keyOf(interrupt.run, interrupt.id), before);
      }
    }
  }

  #closeAll(): void {
    for (const asked of this.#asked) asked.isOpen = false;
  }

  #end({ at, how, value, message }: Extract<AuditEntry, { kind: 'ended' }>): void {
    const failure = how === 'completed' ? undefined : (message ?? how);
    this.#facts = { ...this.#facts, closedAt: at, ...defined({ value, failure }) };
    this.#closeAll();
  }

  #add(event: StoryEvent | undefined, about?: Asked): void {
    if (!event) return;
    this.#count++;
    this.#events.push({ event, ...defined({ about }) });
    if (this.#events.length > MAX_KEPT) this.#events.shift();
  }
}

function keyOf(run: string, id: string | undefined): string {
  return JSON.stringify([run, id]);
}

/** Whether it is the same question, asked at the same time. */
function isSame(one: Interrupt, other: Interrupt): boolean {
  return keyOf(one.run, one.id) === keyOf(other.run, other.id) && one.askedAt === other.askedAt;
}

/** A pass that has asked is told of by its question. */
function taskEvent(entry: Extract<AuditEntry, { kind: 'task' }>): StoryEvent | undefined {
  const { at, name, id, state, message, result } = entry;
  switch (state) {
    case 'asked':
      return undefined;
    case 'finished': {
      const said = messageIn(result);
      if (said) return { at, kind: 'message', ...said };
      return { at, kind: 'task', name, id, state: 'done', ...defined({ result }) };
    }
    case 'running':
    case 'cutOff':
    case 'unregistered':
      return { at, kind: 'task', name, id, state: 'running', ...defined({ message }) };
    case 'failed':
    case 'timedOut':
    case 'canceled':
      return { at, kind: 'task', name, id, state: 'failed', ...defined({ message }) };
    default:
      return state satisfies never;
  }
}

/** A task of an agent returns the message of a model, or of a tool. */
function messageIn(result: unknown): Omit<Extract<StoryEvent, { kind: 'message' }>, 'at' | 'kind'> | undefined {
  if (!isObject(result)) return undefined;
  const { role, content, name } = result;
  if ((role !== 'assistant' && role !== 'tool') || typeof content !== 'string' || content === '') return undefined;
  return { role, text: content, ...(typeof name === 'string' ? { name } : {}) };
}
