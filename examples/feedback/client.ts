/**
 * Starts a thread, or answers its question. Days may pass between the two calls:
 *
 *     node examples/feedback/client.ts ticket-42 start foo
 *     node examples/feedback/client.ts ticket-42 answer baz
 */
import { Command, connect } from 'holdpoint/client';
import type * as workflows from './workflows.ts';

const [id = 'ticket-42', verb = 'start', text = 'foo'] = process.argv.slice(2);

await using client = await connect<typeof workflows>({ taskQueue: 'feedback' });
const thread = client.thread(id, 'graph');
for await (const update of thread.stream(verb === 'start' ? text : new Command({ resume: text }))) console.log(update);
