/**
 * `holdpoint close`: ends a thread with memory after its running turn.
 */
import type { Context } from '../context.ts';
import { inertLine } from '../inert.ts';
import { printRequested } from '../obstacle.ts';

interface CloseOptions {
  readonly reason?: string;
}

export async function run(context: Context<CloseOptions>): Promise<void> {
  const { args, options } = context;
  const [id = ''] = args;
  const thread = (await context.tools()).thread(id);
  await thread.close(options.reason);
  await printRequested(
    context,
    `Close of thread ${inertLine(id)} requested. The thread will end after its running turn.`,
  );
}
