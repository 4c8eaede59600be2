/**
 * `new Command({ resume })`: an answer in the place of an input, as in LangGraph.
 */
import type { AnswerAddress } from '../protocol/shapes.ts';
import { ADDRESS_NAMES, assertAddress } from './sending/address.ts';

/** The options of `new Command`: the answer, and optionally its address. */
export interface CommandOptions extends AnswerAddress {
  /** The answer: any JSON value. */
  readonly resume: unknown;
}

/** Marks every command: `instanceof` fails for a command of another copy of this package. */
const COMMAND = Symbol.for('holdpoint/command');

/** Passed in place of an input, it answers the open question: `thread.stream(new Command({ resume: 'yes' }))`. */
export class Command {
  /** The answer. */
  readonly resume: unknown;
  /** The question that it is for, who answers, and a key. */
  readonly address: AnswerAddress;

  /**
   * @param options The answer, and optionally which question it is for (`id`, `run`), who answers (`actor`), and a `key`.
   * @throws `TypeError` when an option is wrong.
   */
  constructor(options: CommandOptions) {
    assertAddress(options, '`new Command`', { resume: true, ...ADDRESS_NAMES }, { isRequired: true });
    const { resume, ...address } = options;
    this.resume = resume;
    this.address = address;
    // Not declared as a field: so the types of two copies are the same.
    Object.defineProperty(this, COMMAND, { value: true });
  }
}

/** Whether an input is a command, also one of another copy of this package. */
export function isCommand(input: unknown): input is Command {
  return typeof input === 'object' && input !== null && COMMAND in input;
}
