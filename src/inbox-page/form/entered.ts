/** What a person has entered and not sent, as a value that people read: beside the answer that counted (W6). */
import type { Answering, Item } from '../../inbox/api.ts';
import { startOfAnswer } from '../../protocol/approval.ts';
import { defined } from '../../protocol/defined.ts';
import { isObject, listOf } from '../../protocol/json-object.ts';
import type { Draft } from '../state/draft-store.ts';
import { beginAction, isDecisionType, rulesOf } from './edited-action.ts';
import { EditedForm } from './edited-form.ts';
import { pathOf } from './field-keys.ts';
import { readSchema } from './schema-reader.ts';
import { nameInWords, placeInWords } from './words.ts';

/** @param item Missing if the question is gone: then the draft alone says what was entered. */
export function enteredDraft(draft: Draft, item: Pick<Item, 'question' | 'approval'> | undefined): unknown {
  if (!item) return enteredFields(draft);
  const { question, approval } = item;
  if (!approval)
    return enteredForm(EditedForm.begin(readSchema(question.schema), startOfAnswer(question), draft['form']));
  const kept = listOf(draft['actions']);
  return onlyOne(
    approval.actions.map((view, i) => {
      const action = beginAction(view, rulesOf(view), kept[i]);
      const { type, reason, text, remember, until, form } = action;
      const args = form.draft && enteredForm(form);
      const name = approval.actions.length > 1 ? view.name : '';
      return decisionInWords({ name, type, reason, text, remember, until, args });
    }),
  );
}

/** An answer that was on its way, or that counted. */
export function answerInWords(answer: Pick<Answering, 'value' | 'decisions'>): unknown {
  const { value, decisions } = answer;
  const shown = decisions ?? (isObject(value) && isDecisionType(value['type']) ? [value] : undefined);
  return shown ? onlyOne(shown.map(decisionInWords)) : value;
}

function enteredForm({ json, entered }: EditedForm): unknown {
  return json ?? entered;
}

function decisionInWords(decision: object): unknown {
  const { type, ...others } = decision as { readonly type?: unknown };
  const filled = Object.entries(others).filter(([, value]) => value !== undefined && value !== '');
  return defined({ Decision: typeof type === 'string' ? nameInWords(type) : undefined, ...Object.fromEntries(filled) });
}

function onlyOne(list: readonly unknown[]): unknown {
  return list.length === 1 ? list[0] : list;
}

/** The texts and choices of a draft by the names of their places. */
function enteredFields(draft: Draft): unknown {
  const actions = listOf(draft['actions']).filter(isObject);
  if (actions.length > 0)
    return onlyOne(
      actions.map(({ form, ...action }) => ({ ...(decisionInWords(action) as object), ...fieldsOf(form) })),
    );
  const fields = fieldsOf(draft['form']);
  const [first, ...others] = Object.values(fields);
  return others.length === 0 ? first : fields;
}

/** The kinds whose entries are values of the answer. */
const CHOSEN = /^(?:choice|several|yes or no) /;

function fieldsOf(form: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(form)) return {};
  const { texts, entries, json } = form;
  if (typeof json === 'string') return { [placeInWords('')]: json };
  const chosen = Object.entries(isObject(entries) ? entries : {}).flatMap(([key, entry]): [string, unknown][] =>
    CHOSEN.test(key) && isObject(entry) && 'value' in entry ? [[key, entry['value']]] : [],
  );
  const all = [...Object.entries(isObject(texts) ? texts : {}), ...chosen];
  return Object.fromEntries(all.map(([key, value]) => [placeInWords(pathOf(key)), value]));
}
