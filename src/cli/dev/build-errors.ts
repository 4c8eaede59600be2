/**
 * Why webpack could not build a bundle, as one sentence. Webpack's own text has its loaders and their stack traces in it.
 */
import { relative } from 'node:path';
import type { Compilation } from './imports.ts';

type Module = Compilation['modules'] extends ReadonlySet<infer One> ? One : never;

/** `undefined` if webpack itself has found no mistake. */
export function whyNotBuilt({ errors, compiler }: Compilation): string | undefined {
  const [first] = errors;
  if (!first) return undefined;
  // Webpack's own errors have the module with the mistake.
  const { message, module } = first as Error & { readonly module?: Pick<Module, 'nameForCondition'> | null };
  const file = module?.nameForCondition();
  const place = file ? relative(compiler.context, file) : 'The workflow bundle';
  // swc draws the lines around the mistake, below a line with the place.
  const line = /\[.*:(\d+):\d+\]$/m.exec(message)?.[1];
  const more = errors.length === 1 ? '' : ` It is the first of ${errors.length} mistakes.`;
  return `\`${place}${line === undefined ? '' : `:${line}`}\` does not build: ${reason(message)}.${more}`;
}

/** `Module not found: Error: Can't resolve …`, or a line about a loader and, below it, what the loader says. */
function reason(message: string): string {
  const said = message.replace(/^Module (?:not found|build failed \(.*\)): *\n? *(?:\w*Error: *)?/, '');
  const [line = message] = said.split('\n').filter((one) => one.trim() !== '');
  return line
    .trim()
    .replace(/^[x×] /, '')
    .replace(/\.$/, '');
}
