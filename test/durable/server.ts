/**
 * The one server of the durable tests. Test files find it by `TEMPORAL_ADDRESS`, which their processes inherit.
 *
 * Vitest calls this for each project in turn; the first call starts the server, and the later ones find its address.
 */
import { startServer } from 'holdpoint/testing';

export async function setup(): Promise<() => Promise<void>> {
  const server = await startServer();
  process.env['TEMPORAL_ADDRESS'] = server.address;
  return () => server.stop();
}
