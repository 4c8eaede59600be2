/** The option `output`: what is asked of the server, what is checked, and what happens to an answer that does not fit. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { AssistantMessage } from 'holdpoint/agent';
import { openai, type CallModel, type ModelOptions } from 'holdpoint/openai';
import { scriptedModel, type ScriptedModel } from 'holdpoint/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';

const HI = [{ role: 'user', content: 'Hi' }] as const;
const grade = z.object({ score: z.number().max(10), why: z.string() });
const GOOD = '{"score":7,"why":"short"}';

type Reply = AssistantMessage & { readonly parsed?: unknown };

/** Runs a task of a model in an activity. */
async function run(callModel: CallModel<unknown>): Promise<Reply> {
  const info = { startToCloseTimeoutMs: 300_000, scheduleToCloseTimeoutMs: 0, scheduledTimestampMs: Date.now() };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run<[typeof HI], Reply, typeof callModel>(callModel, HI);
}

function grader(model: ScriptedModel, options: ModelOptions = {}): CallModel<unknown> {
  return openai({ ...options, apiKey: 'secret-key', baseURL: model.baseURL, output: grade }).callModel;
}

test('the server is asked for JSON that fits, and the message has the value', async () => {
  await using model = await scriptedModel([{ content: GOOD }]);
  expect(await run(grader(model))).toMatchObject({ content: GOOD, parsed: { score: 7, why: 'short' } });
  expect(model.requests[0]?.body['response_format']).toEqual({
    type: 'json_schema',
    json_schema: {
      name: 'output',
      strict: true,
      schema: {
        type: 'object',
        properties: { score: { type: 'number', maximum: 10 }, why: { type: 'string' } },
        required: ['score', 'why'],
        additionalProperties: false,
      },
    },
  });
});

test.each<[string, object, boolean]>([
  ['an optional field', z.object({ a: z.string().optional() }), false],
  ['an open object inside', z.object({ a: z.record(z.string(), z.number()) }), false],
  ['closed objects in a list', z.object({ a: z.array(z.object({ b: z.null() })) }), true],
  ['a field with the name `type`', z.object({ type: z.enum(['object']) }), true],
  ['no object', { type: 'array', items: { type: 'string' } }, false],
])('the server is asked to be strict where the schema allows it: %s', async (_, output, strict) => {
  await using model = await scriptedModel([{ refusal: 'No' }]);
  const { callModel } = openai({ apiKey: 'k', baseURL: model.baseURL, output: output as typeof grade });
  await run(callModel);
  expect(model.requests[0]?.body['response_format']).toMatchObject({ json_schema: { strict } });
});

test.each([
  ['not JSON', 'Seven.', 'Expected JSON and nothing else'],
  ['JSON that does not fit', '{"score":70,"why":"short"}', '/score: '],
  ['nothing', '', 'Expected JSON, got nothing'],
])('%s: the model is told why, and asked again', async (_, content, problem) => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  await using model = await scriptedModel([
    { content, usage },
    { content: GOOD, usage },
  ]);
  // The tokens of both answers were used.
  const total = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };
  expect(await run(grader(model))).toMatchObject({ parsed: { score: 7 }, usage: total });
  const { role, content: told } = model.requests[1]!.messages.at(-1)!;
  expect(role).toBe('user');
  expect(told).toContain(`Your answer does not fit: ${problem}`);
  expect(told).toContain('"required":["score","why"]');
  expect(model.requests[1]!.messages).toHaveLength(content === '' ? 2 : 3);
});

test('three answers that do not fit: the task fails for good, and says why', async () => {
  await using model = await scriptedModel([{ content: 'One' }, { content: 'Two' }, { content: '{"score":"x"}' }]);
  await expect(run(grader(model))).rejects.toMatchObject({
    message: expect.stringMatching(
      /^Model `gpt-4o-mini` gave no usable answer: 200 it does not fit `output` \(\/score: .*; \/why: .*\): `\{"score":"x"\}`$/,
    ),
    type: 'UnusableAnswer',
    nonRetryable: true,
  });
});

test('beside calls or a refusal there is no value', async () => {
  await using model = await scriptedModel([{ calls: [{ name: 'f' }] }, { refusal: 'No' }]);
  expect(await run(grader(model))).not.toHaveProperty('parsed');
  expect(await run(grader(model))).not.toHaveProperty('parsed');
});

test('JSON in a block is JSON, and `response_format` may be another one', async () => {
  await using model = await scriptedModel([{ content: `\`\`\`json\n${GOOD}\n\`\`\`` }]);
  const { parsed } = await run(grader(model, { request: { response_format: { type: 'json_object' } } }));
  expect(parsed).toEqual({ score: 7, why: 'short' });
  expect(model.requests[0]?.body['response_format']).toEqual({ type: 'json_object' });
});

test('a JSON Schema is checked as well, and a Standard Schema may parse', async () => {
  await using model = await scriptedModel([{ content: '{"n":"x"}' }, { content: '{"n":1}' }, { content: '{"n":1}' }]);
  const settings = { apiKey: 'k', baseURL: model.baseURL };
  const json = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
  expect(await run(openai({ ...settings, output: json }).callModel)).toMatchObject({ parsed: { n: 1 } });
  const parsing = z.object({ n: z.number().transform((n) => `${n} pieces`) });
  expect(await run(openai({ ...settings, output: parsing }).callModel)).toMatchObject({ parsed: { n: '1 pieces' } });
});

test('a server that does not know the parameter refuses it, and is not asked again', async () => {
  const error = { message: 'This response_format type is unavailable now', type: 'invalid_request_error' };
  await using model = await scriptedModel([{ status: 400, body: { error } }]);
  await expect(run(grader(model))).rejects.toMatchObject({
    message: 'Model `gpt-4o-mini` refused the request: 400 This response_format type is unavailable now',
  });
});

test('what is no schema is refused where it is declared', () => {
  expect(() => openai({ output: 'json' as never })).toThrow(
    'Expected `output` to be a Standard Schema or a JSON Schema',
  );
});
