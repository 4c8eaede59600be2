/** A person reviews each tool call before it runs: approves it, edits its arguments, or answers in its place. */
import { reactAgent } from 'holdpoint/agent';
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { callModel, callTool } = tasks<typeof activities>();

export const agent = entrypoint({ name: 'agent', memory: {} }, reactAgent({ callModel, callTool }));
