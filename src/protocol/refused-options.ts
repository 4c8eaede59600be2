/**
 * The check of options where they are given, and the one sentence that refuses them (R10).
 *
 * An option with an unknown name is refused, because ignoring it could do harm: `{ Id: 'ask:9' }` would answer another
 * question.
 */
import { shortened } from './text.ts';

/** All names of an options type; the type requires every one of them. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

export interface OptionRules {
  /** Whether the options must be given. @default false */
  readonly isRequired?: boolean;
  /**
   * Whether the options are passed on to Temporal, whose newer versions have more of them. Then an unknown name is refused
   * only if it looks like a slip.
   *
   * @default false
   */
  readonly isOpen?: boolean;
  /** Names that are allowed and ignored. */
  readonly ignores?: Readonly<Record<string, true>>;
}

/** Makes the error for a refused value: ``Expected `x` to be …, got `v` (type)``. */
export function refusedOption(name: string, expected: string, got: unknown): TypeError {
  return new TypeError(
    `Expected ${name} to be ${expected}, got \`${shown(got)}\` (${got === null ? 'null' : typeof got})`,
  );
}

/**
 * Checks that options are an object, and that their names are known.
 *
 * @param of The function that takes the options, as the message names it.
 * @throws `TypeError` if they are not.
 */
export function assertOptions(options: unknown, of: string, names: object, rules: OptionRules = {}): void {
  const problem = optionsProblem(options, of, names, rules);
  if (problem) throw problem;
}

/** The error that {@link assertOptions} throws; `undefined` if the options are right. */
export function optionsProblem(
  options: unknown,
  of: string,
  names: object,
  { isRequired = false, isOpen = false, ignores = {} }: OptionRules = {},
): TypeError | undefined {
  if (options === undefined && !isRequired) return undefined;
  const known = Object.keys(names);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    return refusedOption(
      `the options of ${of}`,
      known.length > 0 ? `an object with ${list(known)}` : 'an object',
      options,
    );
  const isWrong = (name: string): boolean =>
    !known.includes(name) && !Object.hasOwn(ignores, name) && (!isOpen || known.some((right) => isSlip(name, right)));
  const wrong = Object.keys(options).find(isWrong);
  if (wrong === undefined) return undefined;
  const meant = known.filter((right) => isSlip(wrong, right));
  return new TypeError(
    `Expected the options of ${of} to be ${list(meant.length > 0 ? meant : known)}, got one with the name \`${wrong}\``,
  );
}

/**
 * Checks a text that is sent to the server.
 *
 * @throws `TypeError` if it is not a string, is empty, or holds half of a character, which the server refuses.
 */
export function assertText(name: string, text: unknown): asserts text is string | undefined {
  if (text === undefined) return;
  if (typeof text !== 'string' || text === '') throw refusedOption(name, 'a non-empty string', text);
  if (!text.isWellFormed())
    throw refusedOption(name, 'a well-formed string, without half of a character', text.toWellFormed());
}

/** Whether two names differ only in case, in one letter, or in the order of two letters. */
function isSlip(wrong: string, right: string): boolean {
  const [one, other] = [wrong.toLowerCase(), right.toLowerCase()];
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  const rest = one.slice(same);
  const rests = [rest, one.slice(same + 1), `${rest[1]}${rest[0]}${rest.slice(2)}`];
  return rests.includes(other.slice(same)) || rests.slice(0, 2).includes(other.slice(same + 1));
}

function list(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join() : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

const SHOWN_CHARACTERS = 200;
const asText: (value: unknown) => string = String;

function shown(value: unknown): string {
  let text: string | undefined;
  try {
    const isJson = typeof value === 'object' || typeof value === 'function';
    text = isJson ? JSON.stringify(value) : asText(value);
  } catch {}
  return shortened(text ?? '…', SHOWN_CHARACTERS);
}
