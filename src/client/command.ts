/**
 * `new Command({ resume })`: an answer in the place of an input, as in LangGraph.
 */
import type { AnswerAddress } from '../protocol/shapes.ts';
import { assertAddress, ADDRESS_NAMES } from './sending/address.ts';

export interface CommandOptions extends AnswerAddress {
  /** The answer: any JSON value. */
  readonly resume: unknown;
}

/** On every command: of another copy of this package, it is no instance of this one's class. */
const COMMAND = Symbol.for('holdpoint/command');

/** Answers the open question where an input would start a thread: `thread.stream(new Command({ resume: 'yes' }))`. */
export class Command {
  readonly resume: unknown;
  readonly address: AnswerAddress;

  /** @param options The answer, and optionally which question it is for (`id`, `run`), who answers, and a key. */
  constructor(options: CommandOptions) {
    assertAddress(options, '`new Command`', { resume: true, ...ADDRESS_NAMES }, { isRequired: true });
    const { resume, ...address } = options;
    this.resume = resume;
    this.address = address;
    // Not declared: the types of two copies are the same.
    Object.defineProperty(this, COMMAND, { value: true });
  }
}

export function isCommand(input: unknown): input is Command {
  return typeof input === 'object' && input !== null && COMMAND in input;
}
