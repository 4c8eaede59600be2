/** What the compiler says about a mistake: it names what would have been right. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compile, root } from './tsc.ts';

// In the package, where `holdpoint/client` means this one. Hidden, so that the other type programs do not see it.
const folder = mkdtempSync(join(root, 'test/.docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('an entrypoint that does not exist is refused with the names of those that do', () => {
  const code = [
    `import type { Holdpoint } from 'holdpoint/client';`,
    `import type * as workflows from '../types/fixtures/workflows.ts';`,
    `declare const client: Holdpoint<typeof workflows>;`,
    `client.thread('t', 'grahp');`,
  ];
  writeFileSync(join(folder, 'mistake.ts'), code.join('\n'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['*.ts'] }),
  );
  const errors = compile(join(folder, 'tsconfig.json')).join('\n');
  expect(errors).toContain(`'"grahp"' is not assignable to parameter of type '"echo" | "graph" | "nightly" | "order"'`);
});
