/** `hasCode`, the same behind every door. */
import { hasCode as hasCodeInTask } from 'holdpoint/activity';
import { hasCode, type ErrorCode, type Problem } from 'holdpoint/client';
import { hasCode as hasCodeInBody } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';

declare const error: unknown;

test('`hasCode` narrows an unknown error to the codes that were asked for', () => {
  if (hasCode(error, 'NotPending')) {
    expectTypeOf(error.code).toEqualTypeOf<'NotPending'>();
    expectTypeOf(error).toExtend<Error>();
  }
  if (hasCode(error, 'NotPending', 'AlreadyAnswered')) {
    expectTypeOf(error.code).toEqualTypeOf<'NotPending' | 'AlreadyAnswered'>();
  }
  if (hasCode(error, 'InvalidAnswer')) {
    expectTypeOf(error.problems).toEqualTypeOf<readonly Problem[] | undefined>();
  }
  if (hasCode(error, 'InvalidAnswer', 'NotPending') && error.code === 'InvalidAnswer') {
    expectTypeOf(error.problems?.[0]?.path).toEqualTypeOf<string | undefined>();
  }
  if (hasCode(error, 'NotPending')) {
    // @ts-expect-error only `InvalidAnswer` has problems
    void error.problems;
  }
  if (!hasCode(error, 'NotPending')) expectTypeOf(error).toBeUnknown();
});

test('an unknown code is refused', () => {
  // @ts-expect-error there is no such code
  hasCode(error, 'NotPendign');
  expectTypeOf<'NotPending'>().toExtend<ErrorCode>();
});

test('it is one function', () => {
  expectTypeOf(hasCodeInTask).toEqualTypeOf(hasCode);
  expectTypeOf(hasCodeInBody).toEqualTypeOf(hasCode);
});
