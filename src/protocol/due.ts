/**
 * When a question is due: when it should be answered, or else when it closes by itself.
 */
import type { Interrupt } from './shapes.ts';

/** The time, as ISO 8601 in UTC; `undefined` for a question that waits without end. */
export function dueOf({ dueAt, expiresAt }: Pick<Interrupt, 'dueAt' | 'expiresAt'>): string | undefined {
  return dueAt ?? expiresAt;
}
