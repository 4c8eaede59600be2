/**
 * The Temporal Web UI.
 */
import type { Tools } from '../client/tools.ts';

/** The page of a run in the Temporal Web UI. */
export function webUiLink(
  webUi: string,
  { namespace }: Tools,
  { thread, runId }: { readonly thread: string; readonly runId: string },
): string {
  const address = /^https?:\/\//.test(webUi) ? webUi : `http://${webUi}`;
  const [where, workflow] = [namespace, thread].map(encodeURIComponent);
  return `${address.replace(/\/$/, '')}/namespaces/${where}/workflows/${workflow}/${runId}/history`;
}
