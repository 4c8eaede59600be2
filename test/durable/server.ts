/**
 * The servers of the durable tests. Test files find theirs by `TEMPORAL_ADDRESS`, which their processes inherit.
 *
 * Vitest calls this for each project in turn; the first call starts the server, and the later ones find its address. The
 * project `plain` has a server of its own, which is closer to most servers: it hands a task to any worker, and is slower.
 * Its files find that by `HOLDPOINT_PLAIN_ADDRESS` (test/plain.ts).
 */
import { startServer } from 'holdpoint/testing';
import type { TestProject } from 'vitest/node';

export async function setup({ name }: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const shared = env['TEMPORAL_ADDRESS'];
  const isPlain = name === 'plain';
  if (isPlain) delete env['TEMPORAL_ADDRESS'];
  const server = await startServer({ tuned: !isPlain });
  if (isPlain) env['HOLDPOINT_PLAIN_ADDRESS'] = server.address;
  const address = isPlain ? shared : server.address;
  if (address !== undefined) env['TEMPORAL_ADDRESS'] = address;
  return () => server.stop();
}
