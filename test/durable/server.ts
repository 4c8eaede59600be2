/**
 * The servers of the durable tests, and what bundles for them (bundler.ts). Test files find theirs by `TEMPORAL_ADDRESS` and
 * `HOLDPOINT_BUNDLER`, which their processes inherit.
 *
 * Vitest calls this for each project in turn; the first call starts both, and the later ones find their addresses. The
 * project `plain` has a server of its own, which is closer to most servers: it hands a task to any worker, and is slower.
 * Its files find that by `HOLDPOINT_PLAIN_ADDRESS` (test/plain.ts).
 */
import { startServer } from 'holdpoint/testing';
import type { TestProject } from 'vitest/node';
import { startBundler } from './bundler.ts';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const bundler = env['HOLDPOINT_BUNDLER'] === undefined ? await startBundler() : undefined;
  if (bundler) {
    env['HOLDPOINT_BUNDLER'] = bundler.url;
    project.onTestsRerun(async () => bundler.forget());
  }
  const shared = env['TEMPORAL_ADDRESS'];
  const isPlain = project.name === 'plain';
  if (isPlain) delete env['TEMPORAL_ADDRESS'];
  const server = await startServer({ tuned: !isPlain });
  if (isPlain) env['HOLDPOINT_PLAIN_ADDRESS'] = server.address;
  const address = isPlain ? shared : server.address;
  if (address !== undefined) env['TEMPORAL_ADDRESS'] = address;
  return async () => {
    await bundler?.stop();
    await server.stop();
  };
}
