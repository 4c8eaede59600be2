/**
 * Counters of what happens to questions: `holdpoint_interrupts_opened`, `…_answered`, `…_refused`, `…_expired`,
 * `…_withdrawn`.
 *
 * They go to the metrics of the worker. Temporal does not count during a replay.
 */
import { metricMeter } from '@temporalio/workflow';

export function count(what: 'opened' | 'answered' | 'refused' | 'expired' | 'withdrawn', by: number = 1): void {
  metricMeter.createCounter(`holdpoint_interrupts_${what}`).add(by);
}
