/**
 * A reading for a request that must be answered. Readers of threads wait for as long as the Temporal server is away (S6), which
 * is right for a stream; this reading fails.
 */
import { clearTimeout, setTimeout } from 'node:timers';

/** How long nothing may come. Temporal's client gives up a single request after about as long. */
const SILENCE_MS = 20_000;

/**
 * What a reader yields. The time that its consumer takes does not count.
 *
 * @param read Begins the reading, which the signal ends.
 * @throws `NoServer` if nothing comes for twenty seconds.
 */
export async function* unlessSilent<Item>(
  read: (signal: AbortSignal) => AsyncIterable<Item>,
  signal?: AbortSignal,
): AsyncGenerator<Item, void> {
  const silent = new AbortController();
  const wait = (): NodeJS.Timeout => setTimeout(() => silent.abort(silence()), SILENCE_MS);
  let timer = wait();
  try {
    for await (const item of read(AbortSignal.any([silent.signal, ...(signal ? [signal] : [])]))) {
      clearTimeout(timer);
      yield item;
      timer = wait();
    }
  } finally {
    clearTimeout(timer);
  }
}

function silence(): Error {
  const message = `The Temporal server has said nothing for ${SILENCE_MS / 1_000} seconds. Check that it runs.`;
  return Object.assign(new Error(message), { code: 'NoServer' });
}
