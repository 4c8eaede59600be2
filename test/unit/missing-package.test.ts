/** The errors for optional packages that are not installed. */
import { expect, test } from 'vitest';
import { explainEnvconfig, isMissing } from '../../src/protocol/missing-package.ts';

test('a missing package is told from one that it needs itself', () => {
  const missing = (name: string): Error =>
    Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  expect(isMissing(missing('openai'), 'openai')).toBe(true);
  expect(isMissing(missing('other'), 'openai')).toBe(false);
  expect(isMissing(new Error("'openai'"), 'openai')).toBe(false);
  expect(() => explainEnvconfig(missing('@temporalio/envconfig'))).toThrow('npm ls @temporalio/common');
  expect(() => explainEnvconfig(missing('other'))).toThrow("Cannot find package 'other'");
});
