/** The answers that need no typing, which several items can be given at once. */
import type { Answering, Item } from '../../inbox/api.ts';
import { choicesOf, partsOf } from '../../protocol/schema-parts.ts';
import { readSchema } from '../form/schema-reader.ts';
import { choiceLabel } from '../form/words.ts';
import { capital } from '../words/phrases.ts';

export interface BulkAnswer {
  /** What it says on the button. */
  readonly name: string;
  readonly answer: Pick<Answering, 'value' | 'decisions'>;
}

/** The answers that each of these items can be given. They are of one `bulk` key: of one tool, or with the same choices. */
export function bulkAnswers(items: readonly Item[]): BulkAnswer[] {
  const [first] = items;
  if (!first) return [];
  if (first.approval) {
    return (['approve', 'reject'] as const)
      .filter((type) => items.every(({ approval }) => approval?.actions.every(({ allows }) => allows.includes(type))))
      .map((type) => ({ name: capital(type), answer: { decisions: [{ type }] } }));
  }
  if (first.kind === 'yes or no') {
    return [true, false].map((value) => ({ name: value ? 'Yes' : 'No', answer: { value } }));
  }
  const reader = readSchema(first.question.schema);
  const choices = choicesOf(reader, partsOf(reader, [reader.root])) ?? [];
  return choices.map((choice) => ({ name: choiceLabel(choice), answer: { value: choice.value } }));
}
