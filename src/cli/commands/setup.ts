/**
 * `holdpoint setup`: registers the optional search attributes on the namespace. What is there already stays.
 */
import type { RegisteredAttribute } from '../../client/tools.ts';
import { temporalCommand } from '../command-line.ts';
import type { Context } from '../context.ts';

/** What became of one attribute. */
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
    `Threads that clients start from now on in namespace ${namespace} are found by them; those that run already are found by a scan.`,
  ]);
  const conflict = attributes.find(({ outcome }) => outcome === 'conflict');
  if (conflict) {
    throw new Error(
      `Search attribute ${conflict.name} has another type than ${conflict.type} in namespace ${namespace}, so it is not used. Remove it with \`${temporalCommand('operator', 'search-attribute', 'remove', '--name', conflict.name)}\`, then run this again.`,
    );
  }
}

const OUTCOMES = { added: 'added', present: 'was there already', conflict: 'there with another type' } as const;

function toRegistered({ name, type, foundType }: RegisteredAttribute): Registered {
  const outcome = foundType === undefined ? 'added' : foundType === type ? 'present' : 'conflict';
  return { name, type, outcome };
}
