/**
 * What a run shows without being asked: its memo, its search attributes, and the current details in the Web UI.
 *
 * Each change of the memo and of the search attributes is a command, made in the step that changes something (Q2). The
 * details are not in the history, so they are drawn once for everything that changes in a step.
 */
import { inWorkflowContext, setCurrentDetails } from '@temporalio/workflow';
import type { Remembered } from '../../protocol/remembered.ts';
import type { Interrupt, Refusal } from '../../protocol/shapes.ts';
import { describeWaiting } from './details.ts';
import { QuestionMemo } from '../questions/memo.ts';
import { SearchAttributes } from './search-attributes.ts';

/** What is shown. */
export interface Displayed {
  /** The open questions, oldest first. */
  open(): readonly Interrupt[];
  /** The last refused answers, oldest first. */
  refusals(): readonly Refusal[];
  readonly remembered: {
    /** What was decided for more than one call, oldest first. */
    list(): readonly Remembered[];
  };
  /** How to go on, as Markdown, if the run is idle. */
  describeIdle(): string | undefined;
  isIdle(): boolean;
}

export class Display {
  /** The entries of the questions in the memo. */
  readonly memo: QuestionMemo = new QuestionMemo();
  readonly #searchAttributes = new SearchAttributes();
  readonly #shown: Displayed;
  #isDrawing = false;

  constructor(shown: Displayed) {
    this.#shown = shown;
  }

  /** Keeps up to date by what the server finds the thread. */
  index(): void {
    // Without search attributes, nobody has to count the open questions.
    if (!this.#searchAttributes.isOn) return;
    const open = this.#shown.open();
    const isWaiting = open.length > 0;
    this.#searchAttributes.show(isWaiting ? 'waiting' : this.#shown.isIdle() ? 'idle' : 'running', open);
  }

  /** Draws the current details at the end of this step. */
  draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    void Promise.resolve().then(() => {
      this.#isDrawing = false;
      // A step that took too long is cut off. What is left of it runs when the worker drops the workflow.
      if (!inWorkflowContext()) return;
      const shown = this.#shown;
      setCurrentDetails(
        describeWaiting({
          open: shown.open(),
          refused: shown.refusals(),
          remembered: shown.remembered.list(),
          idle: shown.describeIdle(),
        }),
      );
    });
  }
}
