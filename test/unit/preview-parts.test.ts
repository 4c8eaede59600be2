/** What `preview` refuses where it is called, so that nothing fails later where nobody waits for it (P1). */
import { Context } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { markPreview, preview } from '../../src/activities/preview.ts';
import { RecordingWriter } from './fixtures/asked.ts';

test('P1: a chunk or a part of a message that JSON would change is refused', async () => {
  const shown = await new MockActivityEnvironment().run(async () => {
    const writer = new RecordingWriter();
    markPreview(Context.current(), writer);
    const call = { kind: 'call', index: 1n as unknown as number } as const;
    expect(() => preview.message(call)).toThrow(expect.objectContaining({ type: 'NotSerializable' }));
    expect(() => preview({ n: NaN })).toThrow(expect.objectContaining({ type: 'NotSerializable' }));
    preview.message({ kind: 'text', text: 'a' });
    return writer.shown;
  });
  expect(shown).toEqual([{ kind: 'text', text: 'a' }]);
});
