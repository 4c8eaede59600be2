/**
 * What to say when a package is not installed that is imported only where it is needed.
 */

const ENVCONFIG = '@temporalio/envconfig';

/** Whether an import failed because this package is not there; one that it needs itself is another matter. */
export function isMissing(error: unknown, name: string): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && String(message).includes(`'${name}'`);
}

/** For the import of Temporal's environment configuration, which a process that brings its own connection never needs. */
export function explainEnvconfig(error: unknown): never {
  if (!isMissing(error, ENVCONFIG)) throw error;
  throw new Error(
    `Expected the package \`${ENVCONFIG}\` to be installed beside holdpoint: it reads \`TEMPORAL_ADDRESS\` and the rest. Install it in the version of your other \`@temporalio/*\` packages (\`npm ls @temporalio/common\` shows it), or pass a connection of your own.`,
    { cause: error },
  );
}
