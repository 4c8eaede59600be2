/** The entry of a field that is chosen, not typed, and what is said while it has none. */
import type { TypedField } from '../../protocol/form-input.ts';
import type { Entry, Field } from '../../protocol/form.ts';
import { listOf } from '../../protocol/json-object.ts';

export type ChosenField = Exclude<Field, TypedField>;

export const LEFT_OUT: Entry = { kind: 'left out' };
export const STRANGE = 'The value that was here is not a choice. Choose again.';
export const NEEDED = {
  choice: 'Choose one.',
  variant: 'Choose one.',
  several: 'Choose at least one.',
  'yes or no': 'Choose yes or no.',
  group: 'Enter a value.',
  presence: 'Enter a value.',
  another: 'Enter a value.',
} as const;

/** Without an entry, a field is as it was at the start. `undefined` while it lacks an entry, or has a wrong one. */
export function chosenEntry(field: ChosenField, entry?: Entry): Entry | undefined {
  const isKnown = (value: unknown): boolean =>
    'choices' in field && field.choices.some((one) => isSame(one.value, value));
  const value = entry?.kind === 'given' ? entry.value : entry ? undefined : field.start;
  // A start value that is not among the choices does not disappear unnoticed: the person chooses.
  const otherwise = field.isRequired || (!entry && value !== undefined) ? undefined : LEFT_OUT;
  switch (field.kind) {
    case 'group':
      return LEFT_OUT;
    case 'presence':
    case 'another':
      return given(value === true);
    case 'yes or no':
      return typeof value === 'boolean' ? given(value) : otherwise;
    case 'choice':
    case 'variant':
      return value !== undefined && isKnown(value) ? given(value) : otherwise;
    case 'several': {
      const chosen = listOf(value);
      if (!chosen.every(isKnown)) return entry ? chosenEntry(field, given(chosen.filter(isKnown))) : otherwise;
      if (chosen.length > 0) return given(chosen);
      const isGiven = field.isRequired ? field.isEmptyAllowed : isSame(field.start, []);
      return isGiven && entry?.kind !== 'left out' ? given([]) : otherwise;
    }
    default:
      return field satisfies never;
  }
}

export function given(value: unknown): Entry {
  return { kind: 'given', value };
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
