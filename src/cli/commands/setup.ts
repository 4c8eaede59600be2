/**
 * `holdpoint setup`: registers the optional search attributes in the namespace. Attributes that exist stay as they are.
 */
import type { RegisteredAttribute } from '../../client/tools.ts';
import { holdpointCommand, temporalCommand } from '../command-line.ts';
import type { Context } from '../context.ts';

/** The outcome for one attribute. */
export interface Registered {
  readonly name: string;
  readonly type: string;
  readonly outcome: 'added' | 'present' | 'conflict';
}

export async function run(context: Context): Promise<void> {
  const { out } = context;
  const tools = await context.tools();
  const { namespace } = tools;
  const attributes = (await tools.registerAttributes()).map(toRegistered);
  out.document({ namespace, attributes }, () => [
    ...attributes.map(({ name, type, outcome }) => `${name} (${type}): ${OUTCOMES[outcome]}`),
    `Clients that start from now on index their new threads in namespace ${namespace}. Running threads are still found, by a scan.`,
  ]);
  const conflict = attributes.find(({ outcome }) => outcome === 'conflict');
  if (conflict) {
    throw new Error(
      `Search attribute ${conflict.name} has another type than ${conflict.type} in namespace ${namespace}, so holdpoint does not use it. Remove it with \`${temporalCommand('operator', 'search-attribute', 'remove', '--name', conflict.name)}\`, then run \`${holdpointCommand('setup')}\` again.`,
    );
  }
}

const OUTCOMES = { added: 'added', present: 'already registered', conflict: 'exists with another type' } as const;

function toRegistered({ name, type, foundType }: RegisteredAttribute): Registered {
  const outcome = foundType === undefined ? 'added' : foundType === type ? 'present' : 'conflict';
  return { name, type, outcome };
}
