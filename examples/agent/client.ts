/**
 * Says something to one of the agents, or answers its question. The conversation can be continued at any time:
 *
 *     node examples/agent/client.ts support chat-1 say 'Please refund 80 for R-17'
 *     node examples/agent/client.ts support chat-1 answer '{ "type": "approve" }'
 */
import { Command, connect } from 'holdpoint/client';
import type { Message } from 'holdpoint/agent';
import type * as workflows from './workflows.ts';

const [name = 'agent', id = 'chat-1', verb = 'say', text = 'Hello'] = process.argv.slice(2);

await using client = await connect<typeof workflows>({ taskQueue: 'agent' });
const thread = client.thread(id, name === 'support' ? 'support' : 'agent');
const messages: readonly Message[] = [{ role: 'user', content: text }];
const input = verb === 'say' ? messages : new Command({ resume: JSON.parse(text) as unknown });
for await (const update of thread.stream(input)) console.dir(update, { depth: null });
