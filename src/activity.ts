/**
 * `holdpoint/activity`: what a file of tasks imports. It runs in the Node worker.
 */
export { interrupt } from './activities/interrupt.ts';
export { hasCode, type ErrorCode } from './protocol/errors.ts';
export type { InterruptOptions } from './protocol/shapes.ts';
