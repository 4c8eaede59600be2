/**
 * The errors for optional packages that are not installed. Such a package is imported only where it is needed.
 */

const ENVCONFIG = '@temporalio/envconfig';

/** Whether an import failed because this package itself is missing, not one of its own dependencies. */
export function isMissing(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && String(message).includes(`'${name}'`);
}

/** Explains a failed import of `@temporalio/envconfig`. A process with a connection of its own never needs it. */
export function explainEnvconfig(error: unknown): never {
  if (!isMissing(error, ENVCONFIG)) throw error;
  throw new Error(
    `Expected the package \`${ENVCONFIG}\` to be installed beside holdpoint: it reads \`TEMPORAL_ADDRESS\` and the rest. Install it in the version of your other \`@temporalio/*\` packages (\`npm ls @temporalio/common\` shows it), or pass a connection of your own.`,
    { cause: error },
  );
}
