/**
 * `holdpoint forget`: takes back a decision that the thread remembers (R12).
 */
import { localUser } from '../../inbox/actor.ts';
import type { Context } from '../context.ts';
import { inertLine } from '../inert.ts';
import { printRequested } from '../obstacle.ts';

interface ForgetOptions {
  readonly actor?: string;
}

export async function run(context: Context<ForgetOptions>): Promise<void> {
  const { args, options } = context;
  const [thread = '', id = ''] = args;
  const { actor = localUser() } = options;
  await (await context.tools()).thread(thread).forget(id, { actor });
  await printRequested(
    context,
    `Decision ${inertLine(id)} of thread ${inertLine(thread)} is taken back. It lets no further call through.`,
  );
}
