/**
 * The decision that a person is making about one action: its type, and what goes with it.
 *
 * It is JSON but for the form of an edit, and kept as a draft (W6).
 */
import type { Decision } from '../../protocol/approval.ts';
import type { ActionView } from '../../inbox/api.ts';
import { defined } from '../../protocol/defined.ts';
import type { Field } from '../../protocol/form.ts';
import { keysOf, pointerTo } from '../../protocol/json-pointer.ts';
import { isObject } from '../../protocol/json-object.ts';
import type { SchemaReader } from '../../protocol/schema-parts.ts';
import type { Check } from '../../protocol/schema.ts';
import type { Problem } from '../../protocol/shapes.ts';
import { fromLocalTime } from '../../protocol/text-shape.ts';
import { changesOf, type Change } from './changes.ts';
import { EditedForm, HALF_FILLED } from './edited-form.ts';
import { guessedSchema } from './guessed-schema.ts';
import { answerCheck, readSchema } from './schema-reader.ts';

export type DecisionType = Decision['type'];
export type Remember = NonNullable<ActionView['remember']>[number];

/** What a decision consists of beside the arguments. Each has a control of its own. */
export interface DecisionTexts {
  readonly reason: string;
  readonly text: string;
  /** What it is remembered for; `''` for nothing. */
  readonly remember: Remember | '';
  /** By the person's own clock. */
  readonly until: string;
}
export type DecisionPart = keyof DecisionTexts | 'type';

export interface EditedAction extends DecisionTexts {
  readonly view: ActionView;
  /** Missing while nothing is decided. */
  readonly type: DecisionType | undefined;
  readonly form: EditedForm;
  readonly problems: Readonly<Partial<Record<DecisionPart, string>>>;
}

/** Checks the arguments of an edit. */
export interface ArgumentRules {
  readonly reader: SchemaReader;
  readonly check: Check;
}

export function rulesOf({ schema, args }: ActionView): ArgumentRules {
  return { reader: readSchema(schema ?? guessedSchema(args)), check: answerCheck(schema) };
}

export function beginAction(view: ActionView, { reader }: ArgumentRules, draft: unknown): EditedAction {
  const kept = isObject(draft) ? draft : {};
  const text = (name: keyof DecisionTexts): string => (typeof kept[name] === 'string' ? kept[name] : '');
  return {
    view,
    type: view.allows.find((type) => type === kept['type']),
    reason: text('reason'),
    text: text('text'),
    remember: view.remember?.find((one) => one === kept['remember']) ?? '',
    until: text('until'),
    form: EditedForm.begin(reader, view.args, kept['form']),
    problems: {},
  };
}

/** What is kept of it; `undefined` if nothing was entered. */
export function draftOf({ type, reason, text, remember, until, form }: EditedAction): unknown {
  const entered = [reason, text, remember, until].some((one) => one !== '');
  if (!type && !entered && !form.draft) return undefined;
  return defined({ type, reason, text, remember, until, form: form.draft });
}

/** What an edit changes, as far as it has been entered. */
export function editChanges({ view, form }: EditedAction): readonly Change[] {
  if (form.json === undefined) return changesOf(view.args, form.form.answer);
  const asFields = form.toFields();
  return asFields.json === undefined ? changesOf(view.args, asFields.form.answer) : [];
}

export type Decided = { readonly decision: Decision } | { readonly wrong: EditedAction };

/** Tells whether a control is filled in half: that of an argument, or of `until`. */
export type IsHalf = (part: Field | 'until') => boolean;

/** The decision, if nothing is missing or wrong. */
export function decide(action: EditedAction, { check }: ArgumentRules, isHalf: IsHalf = () => false): Decided {
  const { view, type, form } = action;
  switch (type) {
    case undefined:
      return wrong(action, { type: 'Decide about this action.' });
    case 'approve':
    case 'reject':
      return decideSimply(action, type, isHalf('until'));
    case 'respond':
      if (action.text.trim() === '') return wrong(action, { text: 'Enter a response.' });
      return { decision: { type, text: action.text } };
    case 'edit': {
      const finished = form.finished(check, isHalf);
      if (finished.kind === 'wrong') return { wrong: { ...action, form: finished.edited, problems: {} } };
      const isSame = changesOf(view.args, finished.value).length === 0;
      if (isSame && view.allows.includes('approve'))
        return wrong(action, { type: 'Nothing was changed. Change something, or approve it as it is.' });
      return { decision: { type, args: finished.value } };
    }
    default:
      return type satisfies never;
  }
}

function decideSimply(action: EditedAction, type: 'approve' | 'reject', isUntilHalf: boolean): Decided {
  const { view, reason, remember, until } = action;
  if (remember !== '' && isUntilHalf) return wrong(action, { until: HALF_FILLED });
  const time = fromLocalTime(until);
  if (remember !== '' && until.trim() !== '' && !(Date.parse(time) > Date.now()))
    return wrong(action, { until: 'Enter a time that is still to come.' });
  const kept = remember === '' ? {} : { remember, ...(until.trim() === '' ? {} : { until: time }) };
  if (type === 'approve') return { decision: { type, ...kept } };
  const given = reason.trim() !== '' && view.reasons !== false ? { reason: reason.trim() } : {};
  return { decision: { type, ...given, ...kept } };
}

function wrong(action: EditedAction, problems: EditedAction['problems']): Decided {
  return { wrong: { ...action, problems } };
}

/** The problems that the server found, beside what they are about. @param problems Their paths are inside of the decision. */
export function refusedAction(action: EditedAction, problems: readonly Problem[]): EditedAction {
  const ofArgs: Problem[] = [];
  const others: Partial<Record<DecisionPart, string>> = {};
  for (const { path, message } of problems) {
    const [part, ...rest] = keysOf(path);
    if (part === 'args') ofArgs.push({ path: pointerTo(rest), message });
    else others[isPart(part) ? part : 'type'] = message;
  }
  return { ...action, form: ofArgs.length > 0 ? action.form.refused(ofArgs) : action.form, problems: others };
}

function isPart(name: string | undefined): name is keyof DecisionTexts {
  return name === 'reason' || name === 'text' || name === 'remember' || name === 'until';
}

const VERBS: Readonly<Record<DecisionType, string>> = {
  approve: 'Approve',
  edit: 'Approve with changes',
  reject: 'Reject',
  respond: 'Answer in place of',
};

export function isDecisionType(type: unknown): type is DecisionType {
  return typeof type === 'string' && Object.hasOwn(VERBS, type);
}

/** `Approve send_email`, for what is about to be sent. */
export function decisionSummary({ view }: EditedAction, { type }: Decision): string {
  if (type === 'respond' && view.name === '') return 'Send the response';
  const what = type === 'edit' && view.name !== '' ? `${view.name} with changes` : view.name;
  const verb = type === 'edit' && view.name !== '' ? 'Approve' : VERBS[type];
  return what === '' ? verb : `${verb} ${what}`;
}

/** The problems by the action that they are about. A path begins with its index; one that does not is about the first. */
export function problemsByAction(count: number, problems: readonly Problem[]): readonly (readonly Problem[])[] {
  const lists: Problem[][] = Array.from({ length: count }, () => []);
  for (const { path, message } of problems) {
    const [first = '', ...rest] = keysOf(path);
    const isIndexed = /^\d+$/.test(first) && Number(first) < count;
    lists[isIndexed ? Number(first) : 0]?.push({ path: isIndexed ? pointerTo(rest) : path, message });
  }
  return lists;
}
