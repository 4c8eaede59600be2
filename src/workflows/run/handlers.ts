/**
 * The messages that a run takes: a list of their handlers.
 *
 * Handlers are set before the first await: Temporal buffers a message without a handler, and delivers one that came with
 * the start the moment a handler exists.
 */
import { currentUpdateInfo, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import {
  ANSWER_SIGNAL,
  ANSWERS_QUERY,
  CANCEL_TURN_SIGNAL,
  CLOSE_SIGNAL,
  FORGET_SIGNAL,
  INTERRUPTS_QUERY,
  INVOKE_UPDATE,
  REASSIGN_SIGNAL,
  RECEIPT_QUERY,
  RESUME_SIGNAL,
  SHOWN_SIGNAL,
  STATE_QUERY,
  UPDATE_STATE_UPDATE,
} from '../../protocol/names.ts';
import type { Answer, Interrupt, Receipt, State } from '../../protocol/shapes.ts';
import { setInOrder } from '../sandbox/reset.ts';

/** What every run answers. */
export interface RunMessages {
  /** The signal `resume`. */
  resume(args: readonly unknown[]): void;
  /** The signal `answer`. */
  answer(args: readonly unknown[]): void;
  /** The signal `reassign`. */
  reassign(about: unknown): void;
  /** The signal `forget`. */
  forget(about: unknown): void;
  open(): readonly Interrupt[];
  accepted(): readonly Answer[];
  receipt(key: string): Receipt | null;
  state(): State;
}

export function setRunHandlers(run: RunMessages): void {
  setInOrder(() =>
    setHandler(defineSignal<unknown[]>(REASSIGN_SIGNAL), (about) => run.reassign(about), {
      description: 'Says who should answer an open question: ({ id, run?, assignees, actor?, key? })',
    }),
  );
  setInOrder(() =>
    setHandler(defineSignal<unknown[]>(ANSWER_SIGNAL), (...args) => run.answer(args), {
      description: 'Answers an open question with one argument: ({ value, id?, run?, actor?, groups?, key? })',
    }),
  );
  setHandler(defineSignal<unknown[]>(RESUME_SIGNAL), (...args) => run.resume(args), {
    description: 'Answers an open question: (value, { id?, run?, actor?, groups?, key? }?)',
  });
  setHandler(defineSignal<unknown[]>(FORGET_SIGNAL), (about) => run.forget(about), {
    description: 'Takes a remembered decision back: ({ id, actor? })',
  });
  // The signal is a record in the history, which `audit` reads (A13). Without a handler it would stay in a buffer for ever.
  setHandler(defineSignal<unknown[]>(SHOWN_SIGNAL), () => undefined, {
    description: 'Records that a question was shown to a person: ({ id, run, actor, at, digest? })',
  });
  setHandler(defineQuery<readonly Interrupt[]>(INTERRUPTS_QUERY), () => run.open(), {
    description: 'The open questions',
  });
  setHandler(defineQuery<readonly Answer[]>(ANSWERS_QUERY), () => run.accepted(), {
    description: 'The accepted answers',
  });
  setHandler(defineQuery<Receipt | null, [string]>(RECEIPT_QUERY), (key) => run.receipt(key), {
    description: 'What became of the answer with this key',
  });
  setHandler(defineQuery<State>(STATE_QUERY), () => run.state(), {
    description: 'Status, open questions, value, refused answers, remembered decisions',
  });
}

/** What a thread with memory takes as well: inputs, and what ends a turn or the thread. */
export interface InputMessages {
  /** Throws what the caller of `invoke` gets if the input is not taken. Like every validator it records nothing. */
  validateInvoke(key: string | undefined): void;
  /** @param key The id of the update. */
  invoke(input: unknown, key: string | undefined): Promise<unknown>;
  /** The signal `cancelTurn`. */
  cancel(about: unknown): void;
  close(about: unknown): void;
}

/** The update `updateState`. */
export interface SaveMessages {
  validateUpdateState(saved: unknown): void;
  updateState(saved: unknown): void;
}

export function setTurnHandlers(inputs: InputMessages, saves: SaveMessages): void {
  setInOrder(() =>
    setHandler(
      defineUpdate<unknown, [unknown]>(INVOKE_UPDATE),
      (input) => inputs.invoke(input, currentUpdateInfo()?.id),
      {
        description: 'Runs a turn: (input) → value. The update id is its key.',
        validator: (_input) => inputs.validateInvoke(currentUpdateInfo()?.id),
      },
    ),
  );
  setHandler(defineUpdate<void, [unknown]>(UPDATE_STATE_UPDATE), (saved) => saves.updateState(saved), {
    description: 'Sets what the next turn gets as `previous`: (saved)',
    validator: (saved) => saves.validateUpdateState(saved),
  });
  setHandler(defineSignal<unknown[]>(CANCEL_TURN_SIGNAL), (about) => inputs.cancel(about), {
    description: 'Cancels the running turn: ({ reason?, actor? }?). The thread takes the next one.',
  });
  setHandler(defineSignal<unknown[]>(CLOSE_SIGNAL), (about) => inputs.close(about), {
    description: 'Ends the thread after the running turn: ({ reason?, actor? }?)',
  });
}
