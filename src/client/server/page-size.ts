/**
 * Pages of a history that the client's connection can receive.
 *
 * A connection receives messages up to a limit, 4 MB by default, and a few large values in a row exceed it. `connect` raises
 * the limit; a caller's own connection may not. There, pages are made smaller. Temporal's client has then repeated
 * the read for some 40 seconds, so the size is remembered for the connection.
 */
import type { Client } from '@temporalio/client';
import { isPageTooLarge } from './errors.ts';

/** The server's own limit of a page: that many batches of events that were written together. */
export const MAX_PAGE_BATCHES = 256;
const SHRINK = 8;

const known = new WeakMap<Client['connection'], number>();

/** @param read Reads a page with at most so many batches of events. The last one that it is given is 1. */
export async function readPage<Page>(
  { connection }: Client,
  size: number,
  read: (maximumPageSize: number) => Promise<Page>,
): Promise<Page> {
  for (;;) {
    const asked = Math.min(size, known.get(connection) ?? size);
    try {
      return await read(asked);
    } catch (error) {
      if (asked === 1 || !isPageTooLarge(error)) throw error;
      known.set(connection, Math.ceil(asked / SHRINK));
    }
  }
}
