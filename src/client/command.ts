/**
 * `new Command({ resume })`: an answer in the place of an input, as in LangGraph.
 */
import type { ResumeAddress } from '../protocol/shapes.ts';

export interface CommandOptions extends ResumeAddress {
  /** The answer: any JSON value. */
  readonly resume: unknown;
}

/** Answers the open question where an input would start a thread: `thread.stream(new Command({ resume: 'yes' }))`. */
export class Command {
  readonly resume: unknown;
  readonly address: ResumeAddress;

  /** @param options The answer, and optionally which question it is for (`id`, `run`), who answers, and a key. */
  constructor({ resume, ...address }: CommandOptions) {
    this.resume = resume;
    this.address = address;
  }
}
