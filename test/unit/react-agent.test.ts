/** The options of `reactAgent`, refused where the agent is made (R8). */
import { reactAgent, type Tools } from 'holdpoint/agent';
import { expect, test } from 'vitest';

const parameters = { type: 'object' };
const tools = { stop: { description: 'Stops.', parameters, approval: 'always' } } satisfies Tools;
const task = async (): Promise<never> => {
  throw new Error('It is not called');
};
const options = { tools, callModel: task, callTool: task };

test.each<[string, object, string]>([
  ['no task', { callTool: undefined }, 'Expected `callTool` to be a task, got `undefined` (undefined)'],
  ['no rounds', { maxRounds: 0 }, 'Expected `maxRounds` to be a positive integer, got `0` (number)'],
  ['half a round', { maxRounds: 1.5 }, 'Expected `maxRounds` to be a positive integer, got `1.5` (number)'],
  ['no function', { prepare: 5 }, 'Expected `prepare` to be a function of the messages, got `5` (number)'],
  [
    'options of earlier versions without their tools',
    { tools: undefined, approval: {} },
    'Expected `tools` beside `approval`, which is only for threads of earlier versions. How a person is asked is the option `ask` of `openai` or of a tool',
  ],
  ['no tools', { tools: [] }, 'Expected `tools` to be an object of tools by name, got `[]` (object)'],
  [
    'malformed assignees',
    { approval: { assignees: 'ann' } },
    'Expected `assignees` to be a list of strings, got `ann` (string)',
  ],
  [
    'a default without a deadline',
    { approval: { default: { type: 'approve' } } },
    'Expected `timeout` beside `default`, which is only used when time runs out',
  ],
  [
    'a default that is no decision',
    { approval: { timeout: '1 day', default: { type: 'no' } } },
    'Expected `default` to fit `schema`: /type: Expected one of approve, edit, reject, respond',
  ],
  [
    'parameters that are too large to be asked about',
    { tools: { stop: { ...tools.stop, parameters: { type: 'object', description: 'x'.repeat(32_700) } } } },
    'Expected `schema` to be at most 32 KB as JSON Schema, got 33 KB',
  ],
])('%s', (_, wrong, message) => {
  expect(() => reactAgent({ ...options, ...wrong })).toThrow(new TypeError(message));
});
