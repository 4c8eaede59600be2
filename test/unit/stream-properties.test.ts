/** Any message in any cutting: the stream gives the message of the plain completion (P4). */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage } from '../../src/activities/openai/messages.ts';
import { readText } from '../../src/activities/openai/response.ts';
import { chunksOf, type PlainBody } from './fixtures/cuttings.ts';
import { asText, origin, readBytes } from './fixtures/read-stream.ts';

const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const someText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const args = fc.oneof(
  fc.dictionary(name, fc.oneof(text, fc.integer()), { maxKeys: 3 }).map((one) => JSON.stringify(one)),
  text,
);
const calls = fc.uniqueArray(
  fc.record({ id: name, type: fc.constant('function'), function: fc.record({ name, arguments: args }) }),
  { selector: ({ id }) => id, maxLength: 3 },
);
const details = fc
  .array(fc.record({ text: someText, signature: someText }), { minLength: 1, maxLength: 3 })
  .map((all) => all.map((one, index) => ({ type: 'reasoning.text', ...one, index })));
const parts = fc.tuple(someText, someText).map(([thinking, said]) => [
  { type: 'thinking', thinking: [{ type: 'text', text: thinking }] },
  { type: 'text', text: said },
]);
const message = fc.record(
  {
    content: fc.oneof(text, fc.constant(null), parts),
    refusal: fc.oneof(text, fc.constant(null)),
    reasoning_content: text,
    reasoning_details: details,
    annotations: fc.array(fc.record({ type: fc.constant('url_citation'), url_citation: fc.record({ url: text }) })),
    extra_content: fc.record({ google: fc.record({ thought_signature: someText }) }),
    tool_calls: calls,
  },
  { requiredKeys: ['content'] },
);

/** Cuts something with a length at these places, counted over and over. */
function pieces<Whole extends string | Uint8Array>(whole: Whole, sizes: readonly number[]): readonly Whole[] {
  const cut: Whole[] = [];
  for (let at = 0, n = 0; at < whole.length; n++) {
    const size = sizes[n % sizes.length]!;
    cut.push(whole.slice(at, at + size) as Whole);
    at += size;
  }
  return cut;
}

test('P4: any message, cut anywhere, and its bytes too, is the message of the plain completion', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  const sent = fc.record({ message, sizes, byteSizes: sizes, end: fc.constantFrom('\n', '\r\n', '\r') });
  await fc.assert(
    fc.asyncProperty(sent, async ({ message: said, sizes: lengths, byteSizes, end }) => {
      const choice = { index: 0, message: { role: 'assistant', ...said }, finish_reason: 'stop' };
      const body: PlainBody = { choices: [choice], usage: USAGE };
      const plain = readText(JSON.stringify(body), 200);
      const events = asText([...chunksOf(body, (one) => pieces(one, lengths)), '[DONE]']).replaceAll('\n', end);
      const streamed = await readBytes(pieces(new TextEncoder().encode(events), byteSizes));
      const expected = decodeMessage(plain, origin());
      expect(streamed.message).toEqual(expected);
      const texts = streamed.shown.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
      expect(texts.join('')).toBe(expected.content ?? '');
    }),
    { numRuns: 300 },
  );
});
