/**
 * Whether an answer lets an action happen: a yes or a no, or a person's decision about an action (R8, A11).
 */

/** What an answer says about the action that it was asked for. */
export type Verdict = 'approved' | 'rejected';

const VERDICTS: Readonly<Record<string, Verdict>> = {
  approve: 'approved',
  edit: 'approved',
  reject: 'rejected',
  respond: 'rejected',
};

/** The verdict of an answer; `undefined` for an answer of another kind. */
export function verdictOf(answer: unknown): Verdict | undefined {
  if (typeof answer === 'boolean') return answer ? 'approved' : 'rejected';
  const { type } = (answer ?? {}) as { readonly type?: unknown };
  return typeof type === 'string' && Object.hasOwn(VERDICTS, type) ? VERDICTS[type] : undefined;
}

/** The verdict of decisions about several actions: an approval if one of them happens. */
export function verdictOfAll(verdicts: readonly (Verdict | undefined)[]): Verdict | undefined {
  return verdicts.find((one) => one === 'approved') ?? verdicts.find((one) => one === 'rejected');
}
