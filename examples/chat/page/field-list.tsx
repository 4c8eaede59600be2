import type { ProblemBody } from 'holdpoint/chat';
import { useEffect, useId } from 'react';
import type { Field, Inputs } from './fields.ts';

interface FieldListProps {
  readonly fields: readonly Field[];
  readonly inputs: Inputs;
  readonly onChange: (inputs: Inputs) => void;
  readonly problems: NonNullable<ProblemBody['problems']>;
  /** What the fields began with, to show what has changed. */
  readonly before?: Inputs;
  /** Whether the first field takes the focus. */
  readonly focusFirst?: boolean;
}

export function FieldList({ fields, inputs, onChange, problems, before, focusFirst = false }: FieldListProps) {
  const wrong = problems.map(({ path, message }) => `${path} ${message}`).join('\n');
  useEffect(() => {
    if (wrong !== '') document.querySelector<HTMLElement>('.card [aria-invalid=true]')?.focus();
  }, [wrong]);
  return fields.map((field, index) => {
    const { name } = field;
    const input = inputs[name] ?? '';
    const isChanged = before !== undefined && before[name] !== input;
    return (
      <FieldRow
        key={name}
        field={field}
        input={input}
        problem={problems.find(({ path }) => path === (name === '' ? '' : `/${name}`))?.message}
        takesFocus={focusFirst && index === 0}
        was={isChanged ? String(before[name]) : undefined}
        onChange={(value) => onChange({ ...inputs, [name]: value })}
      />
    );
  });
}

interface FieldRowProps {
  readonly field: Field;
  readonly input: string | boolean;
  readonly problem: string | undefined;
  readonly was: string | undefined;
  readonly takesFocus: boolean;
  readonly onChange: (value: string | boolean) => void;
}

function FieldRow({ field, input, problem, was, takesFocus, onChange }: FieldRowProps) {
  const id = useId();
  const { label, hint, kind, isRequired } = field;
  return (
    <div className={kind === 'boolean' ? 'field is-check' : 'field'} data-field={field.name}>
      <label htmlFor={id}>
        {label}
        {!isRequired && kind !== 'boolean' && <span className="optional"> optional</span>}
      </label>
      <Control
        id={id}
        field={field}
        input={input}
        onChange={onChange}
        isWrong={problem !== undefined}
        takesFocus={takesFocus}
        describedBy={`${id}-more`}
      />
      <p id={`${id}-more`} className="field-more">
        {was !== undefined && (
          <span className="was">
            was <s>{was}</s>
          </span>
        )}
        {problem === undefined ? hint : <span className="problem">{problem}</span>}
      </p>
    </div>
  );
}

interface ControlProps extends Pick<FieldRowProps, 'field' | 'input' | 'takesFocus' | 'onChange'> {
  readonly id: string;
  readonly isWrong: boolean;
  readonly describedBy: string;
}

function Control({ id, field, input, onChange, isWrong, takesFocus, describedBy }: ControlProps) {
  const common = { id, autoFocus: takesFocus, 'aria-invalid': isWrong, 'aria-describedby': describedBy };
  if (field.kind === 'boolean')
    return (
      <input
        {...common}
        type="checkbox"
        checked={input === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  const text = {
    ...common,
    value: String(input),
    onChange: (event: { target: { value: string } }): void => onChange(event.target.value),
  };
  if (field.kind === 'json') return <textarea {...text} rows={4} className="code" spellCheck={false} />;
  if (field.kind !== 'choice')
    return <input {...text} type="text" inputMode={field.kind === 'number' ? 'decimal' : 'text'} autoComplete="off" />;
  return (
    <select {...text}>
      <option value="">Choose …</option>
      {field.choices.map((choice) => (
        <option key={String(choice)}>{String(choice)}</option>
      ))}
    </select>
  );
}
