/**
 * The answer before: what was answered to a question that is asked again, and could not be used (A5).
 *
 * The history has it, so it needs no worker. A task asks again in the run in which it has asked, so only that run is read.
 */
import { defined } from '../../protocol/defined.ts';
import type { ThreadDescription } from '../server/description.ts';
import type { ThreadHandle } from '../server/thread-handle.ts';
import type { AuditEntry } from './audit-entries.ts';
import { AuditRun } from './audit-run.ts';
import { RunReader, type ReadSettings } from './run-reader.ts';

/** How long reading the history may take. One of some thousand events takes less. */
const READ_MS = 2_000;

/** An answer that could not be used. */
export interface AnswerBefore {
  /** Who gave it, as the sender claims. */
  readonly actor?: string;
  readonly value: unknown;
}

/** @returns `undefined` if the question `id` asks no other one again, or the history does not say in a moment. */
export async function readAnswerBefore(
  thread: ThreadHandle,
  { runId, historyLength }: ThreadDescription,
  id: string,
): Promise<AnswerBefore | undefined> {
  const reader = new RunReader(thread, runId);
  const audit = new AuditRun(reader, { payloads: false, isCopy: false, keys: new Set() });
  const answers = new Answers();
  const visit: ReadSettings['visit'] = async (event, read) => answers.see(await audit.see(event, read));
  await reader.readTo(historyLength, { visit, signal: AbortSignal.timeout(READ_MS) });
  answers.see(await audit.end());
  const before = reader.timeline.askedBefore(id);
  return before === undefined ? undefined : answers.of(before);
}

/** The answers that have closed the questions of a run. */
class Answers {
  readonly #byQuestion = new Map<string, AnswerBefore>();
  readonly #byKey = new Map<string, AnswerBefore>();

  of(id: string): AnswerBefore | undefined {
    return this.#byQuestion.get(id);
  }

  see(entries: readonly AuditEntry[]): void {
    for (const entry of entries) {
      switch (entry.kind) {
        case 'answered':
        case 'voted':
        case 'refused':
        case 'sent': {
          const { kind, id, key, actor, value } = entry;
          const answer = { ...defined({ actor }), value };
          if (key !== undefined) this.#byKey.set(key, answer);
          if (kind === 'answered' && id !== undefined) this.#byQuestion.set(id, answer);
          break;
        }
        case 'closed': {
          // A reset may deliver an answer before its question is open. Then only the closing says that it counts.
          const { id, how, key = '' } = entry;
          const answer = how === 'answered' ? this.#byKey.get(key) : undefined;
          if (answer && !this.#byQuestion.has(id)) this.#byQuestion.set(id, answer);
          break;
        }
        // What the rest says is for an audit.
        default:
      }
    }
  }
}
