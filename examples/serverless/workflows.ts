/** The entrypoints of the function: the three steps, and the agent that can ask a person. */
export { graph } from '../feedback/workflows.ts';
export { agent } from '../agent/workflows.ts';
