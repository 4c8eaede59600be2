/** The fields of a form: objects inside of their headings, lists whose items can be added, removed and moved, or JSON. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isTyped } from '../../protocol/form-input.ts';
import type { Field } from '../../protocol/form.ts';
import { Choice, Help, idOf, Presence, Several, Typed, type FormContext } from './controls.tsx';
import { WHOLE } from './edited-form.ts';
import { listShape, treeOf, type FieldNode } from './field-tree.ts';
import { Problems, type ListedProblem } from './problems.tsx';
import { helpOf, labelOf } from './words.ts';

export function Fields({ context }: { readonly context: FormContext }): JSX.Element {
  const { edited, onEdit, isDisabled } = context;
  return (
    <div class="form-fields">
      {edited.json === undefined ? <Root context={context} /> : <AsJson context={context} json={edited.json} />}
      <button
        type="button"
        hidden={isWholeJson(context)}
        class="form-quiet"
        disabled={isDisabled}
        onClick={() => onEdit(edited.json === undefined ? edited.toJson() : edited.toFields())}
      >
        {edited.json === undefined ? 'Write it as JSON' : 'Fill in fields'}
      </button>
    </div>
  );
}

/** Whether the one field of the form takes JSON anyway. */
function isWholeJson({ edited: { form, json } }: FormContext): boolean {
  return json === undefined && form.fields.length === 1 && form.fields[0]?.kind === 'json';
}

function AsJson({ context, json }: { readonly context: FormContext; readonly json: string }): JSX.Element {
  const { edited, onEdit, isDisabled } = context;
  const id = idOf(context, { key: WHOLE });
  const messages = edited.problems.get(WHOLE) ?? [];
  return (
    <div class="form-field">
      <label class="form-label" for={id}>
        The answer as JSON
      </label>
      <textarea
        id={id}
        class="form-code"
        rows={8}
        spellcheck={false}
        value={json}
        disabled={isDisabled}
        aria-describedby={`${id}-problem`}
        aria-invalid={messages.length > 0 ? 'true' : undefined}
        onInput={(event) => onEdit(edited.written(event.currentTarget.value))}
      />
      <Problems id={`${id}-problem`} messages={messages} />
    </div>
  );
}

function Root({ context }: { readonly context: FormContext }): JSX.Element {
  const nodes = treeOf(context.edited.form.fields);
  const general = context.edited.problems.get(WHOLE) ?? [];
  const isList = nodes.some(({ field }) => field.kind === 'another');
  return (
    <>
      <Problems id={`${idOf(context, { key: WHOLE })}-problem`} messages={general} />
      {isList ? (
        <List path="" name="Items" nodes={nodes} context={context} />
      ) : (
        <Nodes nodes={nodes} context={context} />
      )}
    </>
  );
}

interface NodesProps {
  readonly nodes: readonly FieldNode[];
  readonly context: FormContext;
  /** The place whose name is shown around them. */
  readonly within?: string;
}

function Nodes({ nodes, context, within }: NodesProps): JSX.Element {
  return (
    <>
      {nodes.map((node) => (
        <Node key={node.field.key} node={node} context={context} within={within} />
      ))}
    </>
  );
}

function Node({
  node: { field, children },
  context,
  within,
}: {
  readonly node: FieldNode;
  readonly context: FormContext;
  readonly within: string | undefined;
}): JSX.Element | null {
  const isNameless = field.path === within;
  if (isTyped(field)) return <Typed field={field} context={context} isNameless={isNameless} />;
  switch (field.kind) {
    case 'choice':
    case 'yes or no':
      return <Choice field={field} context={context} isNameless={isNameless} />;
    case 'several':
      return <Several field={field} context={context} />;
    case 'variant':
      return (
        <div class="form-variant">
          <Choice field={field} context={context} isNameless={isNameless} />
          <Nodes nodes={children} context={context} within={field.path} />
        </div>
      );
    case 'presence':
      return (
        <Presence field={field} context={context}>
          <Inner field={field} nodes={children} context={context} />
        </Presence>
      );
    case 'group':
      if (isNameless) return <Inner field={field} nodes={children} context={context} />;
      return <Group field={field} nodes={children} context={context} />;
    case 'another':
      return null;
    default:
      return field satisfies never;
  }
}

interface ContainerProps extends NodesProps {
  readonly field: Field & { readonly kind: 'group' | 'presence' };
}

function Group({ field, nodes, context }: ContainerProps): JSX.Element {
  const id = idOf(context, field);
  const messages = context.edited.problems.get(field.key) ?? [];
  return (
    <fieldset class="form-field" id={id} tabIndex={-1} aria-describedby={`${id}-problem`}>
      <legend class="form-label">
        <bdi>{labelOf(field)}</bdi>
      </legend>
      <Help id={id} text={helpOf(field)} />
      <Problems id={`${id}-problem`} messages={messages} />
      <div class="form-group">
        <Inner field={field} nodes={nodes} context={context} />
      </div>
    </fieldset>
  );
}

function Inner({ field, nodes, context }: ContainerProps): JSX.Element {
  return field.of === 'list' ? (
    <List path={field.path} name={labelOf(field)} nodes={nodes} context={context} />
  ) : (
    <Nodes nodes={nodes} context={context} within={field.path} />
  );
}

interface ListProps extends NodesProps {
  readonly path: string;
  readonly name: string;
}

function List({ path, name, nodes, context }: ListProps): JSX.Element {
  const { edited, onEdit, isDisabled } = context;
  const { items, adds, least, fixed } = listShape(path, nodes);
  const place = useRef<HTMLDivElement>(null);
  /** The item that gets the focus once it is there. */
  const next = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const index = next.current;
    next.current = undefined;
    if (index !== undefined) focusItem(place.current, index);
  });
  const change = (edit: typeof edited, focused: number): void => {
    next.current = focused;
    onEdit(edit);
  };
  return (
    <div class="form-list" ref={place}>
      {items.map((item, i) => (
        <div class="form-item" key={i} role="group" aria-label={`${name}, item ${i + 1}`}>
          <div class="form-item-fields">
            <Nodes nodes={item} context={context} />
          </div>
          <div class="form-item-buttons">
            <Small
              label={`Move item ${i + 1} up`}
              sign="↑"
              isDisabled={isDisabled || i <= fixed}
              onClick={() => change(edited.swapped(path, i, i - 1), i - 1)}
            />
            <Small
              label={`Move item ${i + 1} down`}
              sign="↓"
              isDisabled={isDisabled || i < fixed || i === items.length - 1}
              onClick={() => change(edited.swapped(path, i, i + 1), i + 1)}
            />
            <Small
              label={`Remove item ${i + 1}`}
              sign="✕"
              isDisabled={isDisabled || i < fixed || items.length <= least}
              onClick={() => change(edited.removed(path, i), Math.min(i, items.length - 2))}
            />
          </div>
        </div>
      ))}
      {adds && (
        <button
          type="button"
          class="form-add"
          disabled={isDisabled}
          onClick={() => change(edited.chosen(adds, true), items.length)}
        >
          {items.length === 0 ? 'Add an item' : 'Add another item'}
        </button>
      )}
    </div>
  );
}

function focusItem(list: HTMLElement | null, index: number): void {
  const items = list?.querySelectorAll<HTMLElement>(':scope > .form-item') ?? [];
  const control = items[index]?.querySelector<HTMLElement>('input, textarea, select, button:not(:disabled)');
  (control ?? list?.querySelector<HTMLElement>(':scope > .form-add'))?.focus();
}

interface SmallProps {
  readonly label: string;
  readonly sign: string;
  readonly isDisabled: boolean;
  readonly onClick: () => void;
}

function Small({ label, sign, isDisabled, onClick }: SmallProps): JSX.Element {
  return (
    <button type="button" class="form-small" aria-label={label} title={label} disabled={isDisabled} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

/** The problems of a form in the order of its fields, for the list at its top. */
export function listedProblems(context: FormContext): readonly ListedProblem[] {
  const { problems, form, json } = context.edited;
  const whole = (problems.get(WHOLE) ?? []).map((message) => ({
    id: `${idOf(context, { key: WHOLE })}${json === undefined ? '-problem' : ''}`,
    label: '',
    message,
  }));
  const ofFields = form.fields.flatMap((field) =>
    (problems.get(field.key) ?? []).map((message) => ({ id: idOf(context, field), label: labelOf(field), message })),
  );
  return [...whole, ...(json === undefined ? ofFields : [])];
}
