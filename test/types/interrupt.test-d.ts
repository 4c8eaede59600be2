/** `interrupt`, in a task and in the body of an entrypoint. */
import { interrupt as interruptInTask } from 'holdpoint/activity';
import { interrupt } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';

test('the caller names the type of the answer; unnamed it is unknown', () => {
  expectTypeOf(interrupt<string>('ok?')).toEqualTypeOf<Promise<string>>();
  expectTypeOf(interrupt('ok?')).toEqualTypeOf<Promise<unknown>>();
  expectTypeOf(interruptInTask<{ ok: boolean }>({ draft: 1 })).toEqualTypeOf<Promise<{ ok: boolean }>>();
  expectTypeOf(interruptInTask('ok?')).toEqualTypeOf<Promise<unknown>>();
});

test('options are checked', () => {
  void interrupt('ok?', { title: 'OK?', description: '**really**', assignees: ['ann', 'group:finance'] });
  void interruptInTask('ok?', { title: 'OK?', description: '**really**', assignees: ['ann', 'group:finance'] });
  // @ts-expect-error there is no such option
  void interrupt('ok?', { titel: 'OK?' });
  // @ts-expect-error there is no such option
  void interruptInTask('ok?', { titel: 'OK?' });
  // @ts-expect-error a list of names
  void interrupt('ok?', { assignees: 'ann' });
});
