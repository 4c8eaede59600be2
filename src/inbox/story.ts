/**
 * The story of a thread so far, for people: from its audit, which needs no worker (A13).
 *
 * Whoever sees a question of the thread is told what came before it. What others were asked, and what they said, is left out.
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
import { isObject } from '../web/body.ts';
import type { Visitor } from './actor.ts';
import type { Story, StoryEvent } from './api.ts';
import { forbidden } from './gate.ts';
import { webUiLink } from './item.ts';
import { titleOf } from './kind.ts';
import type { ReadSettings } from './options.ts';

/** More would not be read. */
const MAX_EVENTS = 300;

/** The story for a person. @throws `HttpProblem` 403 if no question of the thread is for the person. `ThreadNotFound`. */
export async function readStory(
  settings: ReadSettings,
  thread: string,
  { visitor, signal }: { readonly visitor: Visitor; readonly signal: AbortSignal },
): Promise<Story> {
  const { tools, webUi } = settings;
  const description = await tools.describe(thread);
  const teller = new Teller(settings, { thread, description, visitor });
  for await (const entry of tools.thread(thread).audit({ payloads: true, signal })) await teller.see(entry);
  if (!(await teller.mayTell())) throw forbidden('This thread is for others.');
  const { runId } = description;
  return { ...teller.story(), ...(webUi === undefined ? {} : { webUi: webUiLink(webUi, tools, { thread, runId }) }) };
}

interface Told {
  readonly thread: string;
  readonly description: ThreadDescription;
  readonly visitor: Visitor;
}

/** Sees the entries in their order, and tells the story. */
class Teller {
  readonly #settings: ReadSettings;
  readonly #told: Told;
  readonly #events: StoryEvent[] = [];
  /** The questions that the person may see, by run and id. */
  readonly #seen = new Map<string, ListedInterrupt>();
  readonly #open = new Set<string>();
  #facts: Partial<Pick<Story, 'startedAt' | 'closedAt' | 'input' | 'value' | 'failure'>> = {};
  #count = 0;

  constructor(settings: ReadSettings, told: Told) {
    this.#settings = settings;
    this.#told = told;
  }

  async see(entry: AuditEntry): Promise<void> {
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
        if (!(await this.#settings.permits(this.#told.visitor, question, 'see'))) return;
        const key = keyOf(run, entry.id);
        this.#seen.set(key, question);
        this.#open.add(key);
        const { id, value } = question;
        return this.#add({ at, kind: 'asked', id, run, title: titleOf(question), value, isOpen: true });
      }
      case 'answered':
      case 'voted':
      case 'refused':
        return this.#seeAnswer(entry);
      case 'reassigned': {
        const { id, assignees, actor } = entry;
        if (this.#seen.has(keyOf(run, id))) this.#add({ at, kind: 'reassigned', id, assignees, ...defined({ actor }) });
        return;
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

  /** Whoever may read the audit may read the story, too. */
  async mayTell(): Promise<boolean> {
    const { thread, description, visitor } = this.#told;
    const { entrypoint } = description;
    return this.#seen.size > 0 || this.#settings.permits(visitor, { thread, entrypoint }, 'audit');
  }

  story(): Story {
    const { thread, description } = this.#told;
    const { status, interrupts, turn, entrypoint, execution } = description;
    const { startedAt = execution.startTime.toISOString(), ...facts } = this.#facts;
    return {
      thread,
      entrypoint,
      status: threadStatus(status, interrupts, turn),
      startedAt,
      ...defined(facts),
      events: this.#events.map((event) =>
        event.kind === 'asked' ? { ...event, isOpen: this.#open.has(keyOf(event.run, event.id)) } : event,
      ),
      isCut: this.#count > MAX_EVENTS,
    };
  }

  #seeAnswer({ kind, at, run, id, actor, value }: AuditPlace & AuditedAnswer): void {
    if (id === undefined || !this.#seen.has(keyOf(run, id))) return;
    const whose = { at, id, ...defined({ actor }) };
    if (kind === 'voted') return this.#add({ ...whose, kind, actor: actor ?? 'somebody', value });
    if (kind !== 'answered') return this.#add({ ...whose, kind: 'refused' });
    // A reset delivers it again.
    if (this.#open.delete(keyOf(run, id))) this.#add({ ...whose, kind, how: kind, value });
  }

  /** An answered question was told of by its answer. */
  #seeClosing({ at, run, id, how, actor }: AuditPlace & AuditedClosing): void {
    if (!this.#open.delete(keyOf(run, id))) return;
    const value = how === 'default' ? this.#seen.get(keyOf(run, id))?.default?.value : undefined;
    this.#add({ at, kind: 'answered', id, how: how ?? 'unknown', ...defined({ actor, value }) });
  }

  #end({ at, how, value, message }: Extract<AuditEntry, { kind: 'ended' }>): void {
    const failure = how === 'completed' ? undefined : (message ?? how);
    this.#facts = { ...this.#facts, closedAt: at, ...defined({ value, failure }) };
    this.#open.clear();
  }

  #add(event: StoryEvent | undefined): void {
    if (!event) return;
    this.#count++;
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
  }
}

function keyOf(run: string, id: string): string {
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
