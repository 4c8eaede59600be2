/** What is wrong with what a person entered: beside the field, and as a list at the top that leads to each field. */
import type { JSX } from 'preact';

export interface ListedProblem {
  /** The id of the control that it is about. */
  readonly id: string;
  readonly label: string;
  readonly message: string;
}

export function Problems({ id, messages }: { readonly id: string; readonly messages: readonly string[] }): JSX.Element {
  // The element stays, so that a screen reader is told of its text. It takes the focus where the problem is about no control.
  return (
    <p class="form-problem" id={id} tabIndex={-1} hidden={messages.length === 0}>
      {messages.join(' ')}
    </p>
  );
}

export function ProblemSummary({ problems }: { readonly problems: readonly ListedProblem[] }): JSX.Element {
  const [first] = problems;
  return (
    <div class="form-summary" role="alert" hidden={!first}>
      {first && (
        <>
          <p>
            {problems.length === 1
              ? 'One thing is missing or wrong:'
              : `${problems.length} things are missing or wrong:`}
          </p>
          <ul>
            {problems.map(({ id, label, message }) => (
              <li key={`${id} ${message}`}>
                <a
                  href={`#${encodeURIComponent(id)}`}
                  onClick={(event) => {
                    event.preventDefault();
                    focusOn(id);
                  }}
                >
                  {label ? `${label}: ` : ''}
                  {message}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/**
 * Whether a control for dates is filled in half. Its value is the empty text then, as if nothing had been entered, and it
 * sends no event, so it is asked when the form is sent.
 */
export function isHalfFilled(id: string): boolean {
  const control = document.getElementById(id);
  return control instanceof HTMLInputElement && control.validity.badInput;
}

export function focusOn(id: string): void {
  const element = document.getElementById(id);
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: 'center' });
}
