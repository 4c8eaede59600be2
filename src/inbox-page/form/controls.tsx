/** The control of one field: its label, its help, what is wrong with it, and what it is filled with. */
import type { ComponentChildren, JSX, TargetedInputEvent } from 'preact';
import type { TypedField } from '../../protocol/form-input.ts';
import type { Field } from '../../protocol/form.ts';
import { listOf } from '../../protocol/json-object.ts';
import { typeOf } from '../../protocol/schema-parts.ts';
import { TYPE_WORDS } from '../../protocol/variant-title.ts';
import { isSame } from './chosen-entry.ts';
import type { EditedForm } from './edited-form.ts';
import { Problems } from './problems.tsx';
import { choiceLabel, helpOf, labelOf, variantLabel } from './words.ts';

/** What all fields of a form have in common. */
export interface FormContext {
  readonly edited: EditedForm;
  readonly onEdit: (edited: EditedForm) => void;
  /** Begins the ids of its controls. */
  readonly prefix: string;
  readonly isDisabled: boolean;
}

export interface ControlProps<Kind extends Field['kind']> {
  readonly field: Field & { readonly kind: Kind };
  readonly context: FormContext;
  /** Set where what is around the field has the same name. */
  readonly isNameless?: boolean;
}

export function idOf({ prefix }: FormContext, { key }: Pick<Field, 'key'>): string {
  return `${prefix}-${encodeURIComponent(key)}`;
}

/** What a control needs, for itself and for a screen reader. */
function attributesOf(field: Field, context: FormContext) {
  const id = idOf(context, field);
  const messages = context.edited.problems.get(field.key) ?? [];
  const help = helpOf(field);
  const described = [help && `${id}-help`, messages.length > 0 && `${id}-problem`].filter(Boolean).join(' ');
  return {
    id,
    messages,
    help,
    shared: {
      'aria-describedby': described || undefined,
      'aria-invalid': messages.length > 0 ? ('true' as const) : undefined,
      'aria-required': field.isRequired ? ('true' as const) : undefined,
      disabled: context.isDisabled,
    },
  };
}

function Label({ field }: { readonly field: Field }): JSX.Element {
  return (
    <>
      <bdi>{labelOf(field)}</bdi>
      {!field.isRequired && <span class="form-optional"> optional</span>}
    </>
  );
}

export function Help({ id, text }: { readonly id: string; readonly text: string }): JSX.Element | null {
  return text === '' ? null : (
    <p class="form-help" id={`${id}-help`} dir="auto">
      {text}
    </p>
  );
}

export function Typed({ field, context, isNameless }: ControlProps<TypedField['kind']>): JSX.Element {
  const { id, messages, help, shared } = attributesOf(field, context);
  const { edited, onEdit } = context;
  const text = edited.textOf(field);
  const common = {
    ...shared,
    id,
    value: text,
    dir: 'auto' as const,
    onInput: (event: TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onEdit(edited.typed(field, event.currentTarget.value)),
  };
  // The types of the elements tell inputs apart by roles, and this one has none.
  const kind = { type: inputType(field, text) } as { readonly type: 'text' };
  const isLong = field.kind === 'json' || (field.kind === 'text' && field.shape === 'long');
  return (
    <div class="form-field">
      <label class={isNameless ? 'form-label visually-hidden' : 'form-label'} for={id}>
        <Label field={field} />
      </label>
      <Help id={id} text={help} />
      {isLong ? (
        <textarea {...common} rows={3} class={isCode(field) ? 'form-code' : ''} spellcheck={!isCode(field)} />
      ) : (
        <input {...common} {...kind} inputMode={inputMode(field)} autocomplete="off" step={stepOf(field)} />
      )}
      {field.kind === 'json' && field.takesText && <SentAs field={field} context={context} />}
      <Problems id={`${id}-problem`} messages={messages} />
    </div>
  );
}

function isCode(field: TypedField): boolean {
  return field.kind === 'json' && !field.takesText;
}

/** A text or JSON: says which of them it is read as. */
function SentAs({
  field,
  context: { edited },
}: {
  readonly field: TypedField;
  readonly context: FormContext;
}): JSX.Element {
  const entry = edited.entryOf(field);
  const value = entry?.kind === 'given' ? entry.value : '';
  const isBroken = value === edited.textOf(field) && /^\s*[[{]/.test(value);
  return (
    <p class="form-help" aria-live="polite">
      {typeof value !== 'string' && `This is sent as ${TYPE_WORDS[typeOf(value)]}. In quotes it would be a text.`}
      {isBroken && 'This is sent as a text.'}
    </p>
  );
}

const DATE = /^(?:\d{4}-\d\d-\d\d)?$/;
const LOCAL_TIME = /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)?$/;

/** A control for dates shows nothing in place of what it cannot hold, so such a text gets a plain one. */
function inputType(field: TypedField, text: string): 'text' | 'date' | 'datetime-local' | 'email' | 'url' {
  if (field.kind !== 'text') return 'text';
  switch (field.shape) {
    case 'date':
      return DATE.test(text) ? 'date' : 'text';
    case 'date and time':
      return LOCAL_TIME.test(text) ? 'datetime-local' : 'text';
    case 'email':
      return 'email';
    case 'address':
      return 'url';
    case 'line':
    case 'long':
      return 'text';
    default:
      return field.shape satisfies never;
  }
}

/** A number is typed as text: a control for numbers changes it when the wheel turns, and hides what is wrong in it. */
function inputMode(field: TypedField): 'numeric' | 'decimal' | undefined {
  if (field.kind !== 'number') return undefined;
  const { minimum } = Object.assign({}, ...field.parts) as { readonly minimum?: unknown };
  // The keyboard of a phone for whole numbers has no minus sign.
  return field.isInteger && typeof minimum === 'number' && minimum >= 0 ? 'numeric' : 'decimal';
}

function stepOf(field: TypedField): string | undefined {
  return field.kind === 'text' && field.shape === 'date and time' ? 'any' : undefined;
}

/** So many choices are shown all at once. */
const MAX_RADIOS = 6;

interface Option {
  readonly label: string;
  readonly value: unknown;
}

export function Choice({ field, context, isNameless }: ControlProps<'choice' | 'variant' | 'yes or no'>): JSX.Element {
  const choices: readonly Option[] =
    field.kind === 'yes or no'
      ? [
          { label: 'Yes', value: true },
          { label: 'No', value: false },
        ]
      : field.choices.map((choice) => ({
          label: field.kind === 'variant' ? variantLabel(choice) : choiceLabel(choice),
          value: choice.value,
        }));
  const options = field.isRequired ? choices : [...choices, { label: 'No answer', value: undefined }];
  const Control = options.length > MAX_RADIOS ? Select : Radios;
  return <Control field={field} context={context} options={options} isNameless={isNameless} />;
}

interface OptionsProps {
  readonly field: Field;
  readonly context: FormContext;
  readonly options: readonly Option[];
  readonly isNameless?: boolean | undefined;
}

function chosenIndex({ field, context, options }: OptionsProps): number {
  const entry = context.edited.entryOf(field);
  if (!entry) return -1;
  const value = entry.kind === 'given' ? entry.value : undefined;
  return options.findIndex((option) => isSame(option.value, value));
}

function Radios(props: OptionsProps): JSX.Element {
  const { field, context, options, isNameless } = props;
  const { id, messages, help, shared } = attributesOf(field, context);
  const { 'aria-required': isRequired, disabled, ...described } = shared;
  const chosen = chosenIndex(props);
  return (
    <fieldset class="form-field" role="radiogroup" aria-required={isRequired} {...described} disabled={disabled}>
      <legend class={isNameless ? 'form-label visually-hidden' : 'form-label'}>
        <Label field={field} />
      </legend>
      <Help id={id} text={help} />
      <div class={options.every(({ label }) => label.length < 12) ? 'form-options form-options-short' : 'form-options'}>
        {options.map(({ label, value }, i) => (
          <label class="form-option" key={i}>
            <input
              type="radio"
              // The first one is where a list of problems leads.
              id={i === Math.max(0, chosen) ? id : undefined}
              name={id}
              checked={i === chosen}
              onChange={() => context.onEdit(context.edited.chosen(field, value))}
            />
            <bdi>{label}</bdi>
          </label>
        ))}
      </div>
      <Problems id={`${id}-problem`} messages={messages} />
    </fieldset>
  );
}

function Select(props: OptionsProps): JSX.Element {
  const { field, context, options, isNameless } = props;
  const { id, messages, help, shared } = attributesOf(field, context);
  const chosen = chosenIndex(props);
  return (
    <div class="form-field">
      <label class={isNameless ? 'form-label visually-hidden' : 'form-label'} for={id}>
        <Label field={field} />
      </label>
      <Help id={id} text={help} />
      <select
        {...shared}
        id={id}
        value={String(chosen)}
        onChange={(event) =>
          context.onEdit(context.edited.chosen(field, options[Number(event.currentTarget.value)]?.value))
        }
      >
        {chosen < 0 && <option value="-1">Choose…</option>}
        {options.map(({ label }, i) => (
          <option key={i} value={String(i)}>
            {label}
          </option>
        ))}
      </select>
      <Problems id={`${id}-problem`} messages={messages} />
    </div>
  );
}

export function Several({ field, context }: ControlProps<'several'>): JSX.Element {
  const { id, messages, help, shared } = attributesOf(field, context);
  const { 'aria-required': _, disabled, ...described } = shared;
  const entry = context.edited.entryOf(field);
  const chosen = listOf(entry?.kind === 'given' ? entry.value : entry ? [] : field.start);
  const isChosen = (value: unknown): boolean => chosen.some((one) => isSame(one, value));
  const toggle = (value: unknown): void => {
    const next = field.choices
      .map((choice) => choice.value)
      .filter((one) => (isSame(one, value) ? !isChosen(one) : isChosen(one)));
    context.onEdit(context.edited.chosen(field, next));
  };
  return (
    <fieldset class="form-field" {...described} disabled={disabled}>
      <legend class="form-label">
        <Label field={field} />
      </legend>
      <Help id={id} text={help} />
      <div class="form-options">
        {field.choices.map((choice, i) => (
          <label class="form-option" key={i}>
            <input
              type="checkbox"
              id={i === 0 ? id : undefined}
              checked={isChosen(choice.value)}
              onChange={() => toggle(choice.value)}
            />
            <bdi>{choiceLabel(choice)}</bdi>
          </label>
        ))}
      </div>
      <Problems id={`${id}-problem`} messages={messages} />
    </fieldset>
  );
}

/** A box that is ticked to fill in an optional object or list. */
export function Presence({
  field,
  context,
  children,
}: ControlProps<'presence'> & { readonly children: ComponentChildren }): JSX.Element {
  const { id, messages, help, shared } = attributesOf(field, context);
  const entry = context.edited.entryOf(field);
  const isGiven = entry?.kind === 'given' && entry.value === true;
  return (
    <div class="form-field">
      <label class="form-option">
        <input
          {...shared}
          type="checkbox"
          id={id}
          checked={isGiven}
          onChange={() => context.onEdit(context.edited.chosen(field, !isGiven))}
        />
        <span>
          <Label field={field} />
        </span>
      </label>
      <Help id={id} text={help} />
      <Problems id={`${id}-problem`} messages={messages} />
      {isGiven && <div class="form-group">{children}</div>}
    </div>
  );
}
