/** The settings of the example are environment variables. */

/** @throws If it is not set. The task that needs it is tried again, in vain, and its error is in the history. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Expected the environment variable ${name} to be set`);
  return value;
}

/** The keys that sign links: the worker makes the links, and the inbox takes them. */
export function linkKeys(): readonly { readonly id: string; readonly secret: string }[] {
  return [{ id: '1', secret: setting('LINK_SECRET') }];
}
