/** One action of an approval: its name and arguments, and what goes with the decision about it. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { ValueView } from '../item/value-view.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { Changes } from './changes-view.tsx';
import { idOf, type FormContext } from './controls.tsx';
import { editChanges, type DecisionPart, type DecisionTexts, type EditedAction, type IsHalf } from './edited-action.ts';
import { Fields, listedProblems } from './fields.tsx';
import { isHalfFilled, Problems, type ListedProblem } from './problems.tsx';

export interface ActionContext {
  readonly action: EditedAction;
  readonly onEdit: (action: EditedAction) => void;
  readonly prefix: string;
  readonly isDisabled: boolean;
}

/** What is proposed. */
export function Proposal({ context: { action } }: { readonly context: ActionContext }): JSX.Element {
  const { name, args, description, facts } = action.view;
  // The fields of an edit show the same arguments.
  const isEdited = action.type === 'edit';
  return (
    <div class="proposal">
      {name !== '' && (
        <h3 class="proposal-name">
          <code>{name}</code>
        </h3>
      )}
      {description !== undefined && <Markdown text={description} />}
      {isEdited ? (
        <details class="proposal-facts">
          <summary>What was proposed</summary>
          <Arguments args={args} />
        </details>
      ) : (
        <Arguments args={args} />
      )}
      {facts && (
        <details class="proposal-facts">
          <summary>More about it</summary>
          <Arguments args={facts} />
        </details>
      )}
    </div>
  );
}

function Arguments({ args }: { readonly args: unknown }): JSX.Element | null {
  if (args === undefined) return null;
  return (
    <div class="arguments">
      <ValueView value={args} />
    </div>
  );
}

/** What goes with a decision: its reason, its text, its arguments, and what it is remembered for. It gets the focus. */
export function DecisionPanel({ context }: { readonly context: ActionContext }): JSX.Element | null {
  const { type } = context.action;
  const place = useRef<HTMLDivElement>(null);
  // A draft that is there from the beginning takes no focus.
  const last = useRef(type);
  useLayoutEffect(() => {
    if (type !== last.current && type !== 'approve')
      place.current?.querySelector<HTMLElement>('textarea, input:not([type=radio]), select, input')?.focus();
    last.current = type;
  }, [type]);
  return (
    <div class="decision-panel" ref={place}>
      <PanelOf context={context} />
    </div>
  );
}

function PanelOf({ context }: { readonly context: ActionContext }): JSX.Element | null {
  const { action } = context;
  switch (action.type) {
    case undefined:
      return null;
    case 'approve':
      return <Remembering context={context} />;
    case 'reject':
      return (
        <>
          {action.view.reasons !== false && (
            <LongText context={context} part="reason" label="Why not?" help="Whoever asked is told." isOptional />
          )}
          <Remembering context={context} />
        </>
      );
    case 'respond':
      return (
        <LongText
          context={context}
          part="text"
          label="Your response"
          help={action.view.name === '' ? '' : 'It is used as the result, and the action does not happen.'}
        />
      );
    case 'edit':
      return (
        <>
          <Fields context={formContext(context)} />
          <Changes changes={editChanges(action)} />
        </>
      );
    default:
      return action.type satisfies never;
  }
}

function formContext({ action, onEdit, prefix, isDisabled }: ActionContext): FormContext {
  return {
    edited: action.form,
    onEdit: (form) => onEdit({ ...action, form, problems: {} }),
    prefix: `${prefix}-args`,
    isDisabled,
  };
}

interface LongTextProps {
  readonly context: ActionContext;
  readonly part: 'reason' | 'text';
  readonly label: string;
  readonly help: string;
  readonly isOptional?: boolean;
}

function LongText({ context, part, label, help, isOptional }: LongTextProps): JSX.Element {
  const { action, prefix, isDisabled } = context;
  const id = partId(prefix, part);
  const problem = action.problems[part];
  return (
    <div class="form-field">
      <label class="form-label" for={id}>
        {label}
        {isOptional && <span class="form-optional"> optional</span>}
      </label>
      {help !== '' && (
        <p class="form-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      <textarea
        id={id}
        dir="auto"
        rows={3}
        value={action[part]}
        disabled={isDisabled}
        aria-describedby={help === '' ? `${id}-problem` : `${id}-help ${id}-problem`}
        aria-invalid={problem ? 'true' : undefined}
        onInput={(event) => change(context, part, event.currentTarget.value)}
      />
      <Problems id={`${id}-problem`} messages={problem ? [problem] : []} />
    </div>
  );
}

function change(context: ActionContext, part: keyof DecisionTexts, text: string): void {
  const { action, onEdit } = context;
  const { [part]: _part, type: _type, ...problems } = action.problems;
  onEdit({ ...action, [part]: text, problems });
}

export function Remembering({ context }: { readonly context: ActionContext }): JSX.Element | null {
  const { action, prefix, isDisabled } = context;
  const offered = action.view.remember ?? [];
  if (offered.length === 0) return null;
  const id = partId(prefix, 'remember');
  const { remember, until } = action.problems;
  const labels = { arguments: 'For calls with the same arguments', tool: `For every call of ${action.view.name}` };
  const options = [
    { value: '', label: 'Only this time' },
    ...offered.map((value) => ({ value, label: labels[value] })),
  ];
  const untilId = partId(prefix, 'until');
  return (
    <fieldset class="form-field" disabled={isDisabled} aria-describedby={`${id}-problem`}>
      <legend class="form-label">Does this count later too?</legend>
      <div class="form-options">
        {options.map(({ value, label }) => (
          <label class="form-option" key={value}>
            <input
              type="radio"
              name={id}
              id={value === action.remember ? id : undefined}
              checked={value === action.remember}
              onChange={() => change(context, 'remember', value)}
            />
            <bdi>{label}</bdi>
          </label>
        ))}
      </div>
      <Problems id={`${id}-problem`} messages={remember ? [remember] : []} />
      {action.remember !== '' && (
        <div class="form-field">
          <label class="form-label" for={untilId}>
            Until<span class="form-optional"> optional</span>
          </label>
          <input
            id={untilId}
            type="datetime-local"
            value={action.until}
            aria-describedby={`${untilId}-problem`}
            aria-invalid={until ? 'true' : undefined}
            onInput={(event) => change(context, 'until', event.currentTarget.value)}
          />
          <Problems id={`${untilId}-problem`} messages={until ? [until] : []} />
        </div>
      )}
    </fieldset>
  );
}

function partId(prefix: string, part: DecisionPart): string {
  return `${prefix}-${part}`;
}

/** Looks at the controls of a decision. */
export function halfFilled(context: ActionContext): IsHalf {
  return (part) => isHalfFilled(part === 'until' ? partId(context.prefix, part) : idOf(formContext(context), part));
}

const LABELS: Readonly<Record<DecisionPart, string>> = {
  type: '',
  reason: 'Why not?',
  text: 'Your response',
  remember: 'Does this count later too?',
  until: 'Until',
};
const PARTS = Object.keys(LABELS) as readonly DecisionPart[];

/** What is wrong with a decision, for the list at the top of the form. */
export function actionProblems(context: ActionContext): readonly ListedProblem[] {
  const { action, prefix } = context;
  const own = PARTS.flatMap((part) => {
    const message = action.problems[part];
    return message ? [{ id: partId(prefix, part), label: LABELS[part], message }] : [];
  });
  return [...own, ...(action.type === 'edit' ? listedProblems(formContext(context)) : [])];
}
