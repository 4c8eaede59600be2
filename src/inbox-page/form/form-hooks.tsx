/** What the forms of values and of approvals have in common: where the focus goes, and the text to type before it is sent. */
import type { JSX } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { Problem } from '../../protocol/shapes.ts';
import { focusOn, type ListedProblem } from './problems.tsx';
import { Confirm, isConfirmed } from './sending.tsx';

/**
 * The focus goes to the first problem after each attempt to send, and not while the person corrects it.
 *
 * @returns Says that there was an attempt.
 */
export function useFocusOnProblem([first]: readonly ListedProblem[]): () => void {
  const [attempts, setAttempts] = useState(0);
  useLayoutEffect(() => {
    if (attempts > 0 && first) focusOn(first.id);
  }, [attempts]);
  return () => setAttempts((count) => count + 1);
}

/** Shows what the server found wrong, once. A new list with the same problems is the same. */
export function useRefusal(problems: readonly Problem[], show: (problems: readonly Problem[]) => void): void {
  useLayoutEffect(() => {
    if (problems.length > 0) show(problems);
  }, [JSON.stringify(problems)]);
}

export interface Confirmation {
  readonly isGiven: boolean;
  readonly field: JSX.Element | null;
  /** Does it if the text is typed, and else asks for it. */
  readonly before: (send: () => void) => void;
}

/** @param wanted The text to type; `undefined` if there is none. */
export function useConfirmation(wanted: string | undefined, id: string, isDisabled: boolean): Confirmation {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string>();
  const isGiven = isConfirmed(wanted, typed);
  const field =
    wanted === undefined ? null : (
      <Confirm
        id={id}
        wanted={wanted}
        typed={typed}
        problem={problem}
        isDisabled={isDisabled}
        onType={(text) => {
          setTyped(text);
          setProblem(undefined);
        }}
      />
    );
  return {
    isGiven,
    field,
    before: (send) => {
      if (isGiven) return send();
      setProblem(`Type ${wanted} to send it.`);
      focusOn(id);
    },
  };
}
