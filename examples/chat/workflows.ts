/** The support agent of the page. This file runs in Temporal's sandbox. */
import { reactAgent } from 'holdpoint/agent';
import { entrypoint, tasks } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { callModel, callTool } = tasks<typeof activities>();

export const support = entrypoint({ name: 'support', memory: {} }, reactAgent({ callModel, callTool }));
