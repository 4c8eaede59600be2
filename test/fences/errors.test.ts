/** Each error code has its heading in docs/errors.md, where a message may point. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/protocol/errors.ts';
import { root } from './tsc.ts';

test('docs/errors.md has one heading for each error code, and no others', () => {
  const text = readFileSync(join(root, 'docs/errors.md'), 'utf8').replaceAll(/^```.*?^```/gms, '');
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading.replaceAll('`', '').trim());
  expect(headings.toSorted()).toEqual([...ERROR_CODES].toSorted());
});
