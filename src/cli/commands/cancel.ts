/**
 * `holdpoint cancel`: cancels a thread. If the thread has memory, it cancels the running turn (R4).
 */
import type { Context } from '../context.ts';
import { inertLine } from '../inert.ts';
import { printRequested } from '../obstacle.ts';

interface CancelOptions {
  readonly reason?: string;
}

export async function run(context: Context<CancelOptions>): Promise<void> {
  const { args, options } = context;
  const [id = ''] = args;
  const thread = (await context.tools()).thread(id);
  await thread.cancel(options.reason);
  await printRequested(context, `Cancellation of thread ${inertLine(id)} requested. Its worker will carry it out.`);
}
