/**
 * A package that only some commands need, loaded when one of them runs.
 */
import { isMissing } from '../protocol/missing-package.ts';

export interface OptionalPackage {
  /** The command that needs it. */
  readonly command: string;
  readonly name: string;
}

/** Loads a module. If the package is missing, the error says so, and lists all packages that the command needs. */
export async function loadOptional<Module>(
  load: () => Promise<Module>,
  { command, name }: OptionalPackage,
  packages: readonly string[],
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new Error(
      `\`holdpoint ${command}\` needs ${name}, which is not installed. Run \`npm install --save-dev ${packages.join(' ')}\`.`,
      { cause: error },
    );
  }
}
