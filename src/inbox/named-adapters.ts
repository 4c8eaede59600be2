/**
 * The adapters of LangChain's questions, by the names that the command has for them.
 */
import { refusedOption } from '../protocol/refused-options.ts';
import type { InboxAdapter } from './adapters/adapter.ts';
import { agentInbox } from './adapters/agent-inbox.ts';
import { middleware } from './adapters/middleware.ts';

const ADAPTERS: ReadonlyMap<string, InboxAdapter> = new Map([
  ['agent-inbox', agentInbox],
  ['middleware', middleware],
]);

/** @throws `TypeError` if none has this name. */
export function adapterNamed(name: string): InboxAdapter {
  const adapter = ADAPTERS.get(name);
  if (!adapter) throw refusedOption('an adapter', [...ADAPTERS.keys()].join(' or '), name);
  return adapter;
}
