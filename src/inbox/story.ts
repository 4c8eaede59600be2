/**
 * The story of a thread so far, for people: from its audit, which needs no worker (A13).
 *
 * Whoever sees a question of the thread is told what came before it. What others were asked, and what they said, is left out.
 * A question that was passed on is for those who have it now.
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
import type { Visitor } from './actor.ts';
import type { Story, StoryEvent } from './api.ts';
import { forbidden } from './gate.ts';
import { webUiLink } from './item.ts';
import { titleOf } from './kind.ts';
import type { ReadSettings } from './options.ts';

/** More would not be read. */
const MAX_EVENTS = 300;
/** How many are kept until it is known which of them are for the person. */
const MAX_KEPT = 3_000;

/** The story for a person. @throws `HttpProblem` 403 if no question of the thread is for the person. `ThreadNotFound`. */
export async function readStory(
  settings: ReadSettings,
  thread: string,
  { visitor, signal }: { readonly visitor: Visitor; readonly signal: AbortSignal },
): Promise<Story> {
  const { tools, webUi } = settings;
  const description = await tools.describe(thread);
  const teller = new Teller(settings, { thread, description, visitor });
  for await (const entry of tools.thread(thread).audit({ payloads: true, signal })) teller.see(entry);
  const story = await teller.story();
  if (!story) throw forbidden('This thread is for others.');
  const { runId } = description;
  return { ...story, ...(webUi === undefined ? {} : { webUi: webUiLink(webUi, tools, { thread, runId }) }) };
}

interface Told {
  readonly thread: string;
  readonly description: ThreadDescription;
  readonly visitor: Visitor;
}

interface Kept {
  readonly event: StoryEvent;
  /** The question that it is about. */
  readonly about?: string;
}

/** Sees the entries in their order, and tells the story. */
class Teller {
  readonly #settings: ReadSettings;
  readonly #told: Told;
  readonly #events: Kept[] = [];
  /** The questions, by run and id, as they are after what was seen so far. */
  readonly #questions = new Map<string, ListedInterrupt>();
  readonly #open = new Set<string>();
  #facts: Partial<Pick<Story, 'startedAt' | 'closedAt' | 'input' | 'value' | 'failure'>> = {};
  #count = 0;

  constructor(settings: ReadSettings, told: Told) {
    this.#settings = settings;
    this.#told = told;
  }

  see(entry: AuditEntry): void {
    const { thread, description } = this.#told;
    const { at, run } = entry;
    switch (entry.kind) {
      case 'started':
        if (entry.continues === undefined) this.#facts = { startedAt: at, input: entry.input };
        return;
      case 'input':
        this.#facts = { ...this.#facts, input: entry.input };
        return;
      case 'asked': {
        const question = { ...entry.question, thread, entrypoint: description.entrypoint };
        const key = keyOf(run, entry.id);
        this.#questions.set(key, question);
        this.#open.add(key);
        const { id, value } = question;
        return this.#add({ at, kind: 'asked', id, run, title: titleOf(question), value, isOpen: true }, key);
      }
      case 'answered':
      case 'voted':
      case 'refused':
        return this.#seeAnswer(entry);
      case 'reassigned': {
        const { id, assignees, actor } = entry;
        const key = keyOf(run, id);
        const question = this.#questions.get(key);
        if (!question) return;
        this.#questions.set(key, { ...question, assignees });
        return this.#add({ at, kind: 'reassigned', id, assignees, ...defined({ actor }) }, key);
      }
      case 'closed':
        return this.#seeClosing(entry);
      case 'task':
        return this.#add(taskEvent(entry));
      case 'ended':
        if (entry.to === undefined) this.#end(entry);
        return;
      // What the rest says is for an audit.
      default:
    }
  }

  /** The story. `undefined` if nothing of it is for the person. Whoever may read the audit may read the story, too. */
  async story(): Promise<Story | undefined> {
    const { thread, description, visitor } = this.#told;
    const { permits } = this.#settings;
    const { status, interrupts, turn, entrypoint, execution } = description;
    const seen = new Set<string>();
    for (const [key, question] of this.#questions) if (await permits(visitor, question, 'see')) seen.add(key);
    if (seen.size === 0 && !(await permits(visitor, { thread, entrypoint }, 'audit'))) return undefined;
    const { startedAt = execution.startTime.toISOString(), ...facts } = this.#facts;
    const events = this.#events.filter(({ about }) => about === undefined || seen.has(about)).map(({ event }) => event);
    return {
      thread,
      entrypoint,
      status: threadStatus(status, interrupts, turn),
      startedAt,
      ...defined(facts),
      events: events
        .slice(-MAX_EVENTS)
        .map((event) =>
          event.kind === 'asked' ? { ...event, isOpen: this.#open.has(keyOf(event.run, event.id)) } : event,
        ),
      isCut: events.length > MAX_EVENTS || this.#count > MAX_KEPT,
    };
  }

  #seeAnswer({ kind, at, run, id, actor, value }: AuditPlace & AuditedAnswer): void {
    const key = keyOf(run, id);
    if (id === undefined || !this.#questions.has(key)) return;
    const whose = { at, id, ...defined({ actor }) };
    if (kind === 'voted') return this.#add({ ...whose, kind, actor: actor ?? 'somebody', value }, key);
    if (kind !== 'answered') return this.#add({ ...whose, kind: 'refused' }, key);
    // A reset delivers it again.
    if (this.#open.delete(key)) this.#add({ ...whose, kind, how: kind, value }, key);
  }

  /** An answered question was told of by its answer. */
  #seeClosing({ at, run, id, how, actor }: AuditPlace & AuditedClosing): void {
    const key = keyOf(run, id);
    if (!this.#open.delete(key)) return;
    const value = how === 'default' ? this.#questions.get(key)?.default?.value : undefined;
    this.#add({ at, kind: 'answered', id, how: how ?? 'unknown', ...defined({ actor, value }) }, key);
  }

  #end({ at, how, value, message }: Extract<AuditEntry, { kind: 'ended' }>): void {
    const failure = how === 'completed' ? undefined : (message ?? how);
    this.#facts = { ...this.#facts, closedAt: at, ...defined({ value, failure }) };
    this.#open.clear();
  }

  #add(event: StoryEvent | undefined, about?: string): void {
    if (!event) return;
    this.#count++;
    this.#events.push({ event, ...defined({ about }) });
    if (this.#events.length > MAX_KEPT) this.#events.shift();
  }
}

function keyOf(run: string, id: string | undefined): string {
  return JSON.stringify([run, id]);
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
