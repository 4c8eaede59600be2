/**
 * `holdpoint reassign`: says who should answer an open question from now on (A12).
 */
import { localUser } from '../../inbox/actor.ts';
import type { Context } from '../context.ts';
import { inertLine } from '../inert.ts';
import { obstacleSentence } from '../obstacle.ts';

interface ReassignOptions {
  readonly run?: string;
  readonly actor?: string;
}

export async function run(context: Context<ReassignOptions>): Promise<void> {
  const { args, options, out } = context;
  const [thread = '', id = '', ...assignees] = args;
  const { actor = localUser(), run: of } = options;
  const tools = await context.tools();
  const result = await tools
    .thread(thread)
    .reassign(id, assignees, { actor, ...(of === undefined ? {} : { run: of }) });
  const obstacle = result.outcome === 'queued' ? await tools.obstacle(thread).catch(() => undefined) : undefined;
  out.document({ thread, ...result, assignees, actor, ...(obstacle ? { obstacle } : {}) }, () => [
    result.outcome === 'reassigned'
      ? `${out.paint('green', 'Reassigned')}: ${inertLine(id)} is now for ${inertLine(assignees.join(', '))}.`
      : `${out.paint('yellow', 'Queued')}: the server has the reassignment of ${inertLine(id)}, but no worker has handled it yet.`,
    ...(obstacle ? [inertLine(obstacleSentence(obstacle, thread))] : []),
  ]);
}
