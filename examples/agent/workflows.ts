/**
 * Two agents. `agent` is a loop written by hand, and can ask a person for help. `support` uses the ready-made loop, and
 * needs a person's approval for large refunds.
 */
import { reactAgent, type Message } from 'holdpoint/agent';
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { callModel, callTool, callSupportModel, callSupportTool } = tasks<typeof activities>();

export const agent = entrypoint(
  { name: 'agent', memory: {} },
  async (messages: readonly Message[], previous?: readonly Message[]) => {
    let all = [...(previous ?? []), ...messages];
    let reply = await callModel(all);
    while (reply.tool_calls) {
      const results = await Promise.all(reply.tool_calls.map((call) => callTool(call)));
      all = [...all, reply, ...results];
      reply = await callModel(all);
    }
    return entrypoint.final({ value: reply, save: [...all, reply] });
  },
);

export const support = entrypoint(
  { name: 'support', memory: {} },
  reactAgent({ callModel: callSupportModel, callTool: callSupportTool }),
);
