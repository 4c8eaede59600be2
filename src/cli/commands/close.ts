/**
 * `holdpoint close`: ends a thread with memory after its running turn.
 */
import type { Context } from '../context.ts';
import { inertLine } from '../inert.ts';

interface CloseOptions {
  readonly reason?: string;
}

export async function run(context: Context<CloseOptions>): Promise<void> {
  const { args, options, out } = context;
  const [id = ''] = args;
  const thread = (await context.client()).thread(id);
  await thread.close(options.reason);
  out.document({ thread: id, outcome: 'requested' }, () => [
    `Thread ${inertLine(id)} closes after its running turn; its worker carries it out.`,
  ]);
}
