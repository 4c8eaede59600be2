/**
 * `heartbeats()`: previews ride on the heartbeats of their task, and readers look at the running activities of the thread.
 *
 * Nothing needs to be installed. The server keeps only the newest details of an activity, so each heartbeat carries all of
 * the preview, or its end. The details go with the activity: what a task shows in its last moments may not be seen.
 */
import { durationMs, type Duration } from '../protocol/duration.ts';
import { decodePreviewDetails } from '../protocol/preview-details.ts';
import type { Preview } from '../protocol/preview.ts';
import type { PendingCall, PreviewTarget, PreviewTransport } from './transport.ts';
import { assertOptions, refusedOption, type OptionNames } from '../protocol/refused-options.ts';
import { pause } from './pause.ts';

/** The options of `heartbeats`. */
export interface HeartbeatsOptions {
  /**
   * The shortest pause between two heartbeats of a task that shows something: milliseconds, or text such as '1s'. Readers
   * look twice as often. On Temporal Cloud each heartbeat is a billed action.
   *
   * @default 250
   */
  readonly every?: Duration | undefined;
}

const NAMES: OptionNames<HeartbeatsOptions> = { every: true };

/** Readers would hardly pause. */
const LEAST_MS = 10;

/** While nothing new is shown, the pause between two looks grows with the time since the last news, up to this. */
const LONGEST_LOOK_MS = 1_000;
const QUIET_SHARE = 10;

/**
 * The transport of previews for which nothing is installed.
 *
 * @example
 * const worker = await Worker.create({ …, plugins: [new HoldpointPlugin({ previews: heartbeats() })] });
 *
 * @throws `TypeError` if an option is wrong.
 */
export function heartbeats(options: HeartbeatsOptions = {}): PreviewTransport {
  assertOptions(options, '`heartbeats`', NAMES);
  const everyMs = durationMs(options.every ?? 250, 'every');
  if (everyMs < LEAST_MS) throw refusedOption('`every`', `at least ${LEAST_MS} milliseconds`, options.every);
  return {
    everyMs,
    usesHeartbeats: true,
    open: ({ carry }) => carry && { append: (_piece, whole) => carry(whole), end: () => undefined },
    read: (target) => look(target, everyMs / 2),
  };
}

/** Looks at the running activities, until the signal aborts. */
async function* look(target: PreviewTarget, everyMs: number): AsyncGenerator<readonly Preview[]> {
  const { pendingCalls, signal } = target;
  let seen = '';
  let newsAt = Date.now();
  while (!signal.aborted) {
    const pieces = (await pendingCalls()).flatMap(pieceOf);
    const now = JSON.stringify(pieces);
    if (now !== seen) {
      [seen, newsAt] = [now, Date.now()];
      yield pieces;
    }
    const quietMs = (Date.now() - newsAt) / QUIET_SHARE;
    await pause(Math.max(everyMs, Math.min(quietMs, LONGEST_LOOK_MS)), signal);
  }
}

/** What a call shows. The server keeps the details of an attempt until the next one heartbeats. */
function pieceOf({ id, attempt, details }: PendingCall): readonly Preview[] {
  const { preview } = decodePreviewDetails(details);
  if (!preview) return [];
  if (preview.attempt >= attempt) return [{ ...preview, call: id }];
  return [{ ...preview, call: id, attempt, begin: 0, from: 0, parts: [] }];
}
