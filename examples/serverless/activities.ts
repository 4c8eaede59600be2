/** The tasks of the function's entrypoints. */
export { step1, humanFeedback, step3 } from '../feedback/activities.ts';
export { callModel, callTool } from '../agent/activities.ts';
