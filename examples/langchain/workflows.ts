/** A ReAct loop over stored messages. Only LangChain's types are imported, so LangChain stays out of the sandbox. */
import type { StoredMessage } from '@langchain/core/messages';
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { callModel, callTool } = tasks<typeof activities>();

export const agent = entrypoint(
  { name: 'agent', memory: {} },
  async (messages: readonly StoredMessage[], previous: readonly StoredMessage[] = []) => {
    let all = [...previous, ...messages];
    for (;;) {
      const { message, calls } = await callModel(all);
      all = [...all, message];
      if (calls.length === 0) return entrypoint.final({ value: message, save: all });
      all = [...all, ...(await Promise.all(calls.map((call) => callTool(call))))];
    }
  },
);
