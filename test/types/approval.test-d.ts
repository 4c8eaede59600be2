/** `approval`, and the decision that `interrupt` returns with it. */
import { approval as approvalInTask } from 'holdpoint/activity';
import { approval, type Decision } from 'holdpoint/agent';
import { interrupt } from 'holdpoint/workflow';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const parameters = z.object({ amount: z.number(), currency: z.string().default('EUR') });

test('without parameters an edit carries anything', () => {
  expectTypeOf(interrupt('q', { schema: approval() })).toEqualTypeOf<Promise<Decision>>();
});

test('with a Standard Schema an edit carries what the schema takes', () => {
  type Args = { amount: number; currency?: string | undefined };
  expectTypeOf(interrupt('q', { schema: approval(parameters) })).toEqualTypeOf<Promise<Decision<Args>>>();
  void interrupt('q', { schema: approval(parameters), timeout: '1 day', default: { type: 'reject', reason: 'late' } });
  // @ts-expect-error the default is not a decision
  void interrupt('q', { schema: approval(parameters), timeout: '1 day', default: { type: 'no' } });
});

test('with a JSON Schema the caller names the arguments', () => {
  const schema = approval<{ amount: number }>({ type: 'object' });
  expectTypeOf(interrupt('q', { schema })).toEqualTypeOf<Promise<Decision<{ amount: number }>>>();
  // @ts-expect-error no schema
  approval('refund');
});

test('a decision is told apart by its type', async () => {
  const decision = await interrupt('q', { schema: approval(parameters) });
  if (decision.type === 'edit') expectTypeOf(decision.args.amount).toBeNumber();
  if (decision.type === 'reject') expectTypeOf(decision.reason).toEqualTypeOf<string | undefined>();
  // @ts-expect-error not every decision has a text
  void decision.text;
});

test('it is one function', () => {
  expectTypeOf(approvalInTask).toEqualTypeOf(approval);
});
