/**
 * The phase of a run, and the status that people see of it.
 */
import type { State } from '../../protocol/shapes.ts';

export type Phase =
  /** A body is at work, or waits for an answer. */
  | { readonly kind: 'live' }
  /** The body has returned, and its running calls come to their end. */
  | { readonly kind: 'returned' }
  /** A thread with memory is between two turns. */
  | { readonly kind: 'idle' }
  | EndPhase;

export type EndPhase =
  | { readonly kind: 'completed'; readonly value?: unknown }
  | { readonly kind: 'failed' | 'canceled' };

export function hasEnded(phase: Phase): boolean {
  return phase.kind === 'completed' || phase.kind === 'failed' || phase.kind === 'canceled';
}

/** @param isWaiting Whether a question is open. */
export function statusOf(phase: Phase, isWaiting: boolean): Pick<State, 'status' | 'value'> {
  switch (phase.kind) {
    case 'live':
      return { status: isWaiting ? 'waiting' : 'running' };
    case 'returned':
      return { status: 'running' };
    case 'completed': {
      const { kind: status, ...value } = phase;
      return { ...value, status };
    }
    case 'idle':
    case 'failed':
    case 'canceled':
      return { status: phase.kind };
    default:
      return phase satisfies never;
  }
}
