/** The pure parts of the inbox's form: what a person has entered, drafts, lists, JSON, decisions and their differences. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { ActionView } from '../../src/inbox/api.ts';
import { changesOf } from '../../src/inbox-page/form/changes.ts';
import {
  beginAction,
  decide,
  decisionSummary,
  draftOf,
  editChanges,
  problemsByAction,
  refusedAction,
  type EditedAction,
} from '../../src/inbox-page/form/edited-action.ts';
import { answerInWords, enteredDraft } from '../../src/inbox-page/form/entered.ts';
import { EditedForm, WHOLE } from '../../src/inbox-page/form/edited-form.ts';
import { listShape, treeOf } from '../../src/inbox-page/form/field-tree.ts';
import { guessedSchema } from '../../src/inbox-page/form/guessed-schema.ts';
import { answerCheck, readSchema } from '../../src/inbox-page/form/schema-reader.ts';
import { helpOf, labelOf, nameInWords, summaryOf } from '../../src/inbox-page/form/words.ts';
import { inertText } from '../../src/protocol/inert-text.ts';
import { isTyped } from '../../src/protocol/form-input.ts';
import type { Field } from '../../src/protocol/form.ts';
import { toJsonSchema } from '../../src/protocol/schema.ts';
import type { Interrupt, JsonSchema } from '../../src/protocol/shapes.ts';

const order = toJsonSchema(
  z.object({
    note: z.string().optional(),
    amount: z.int().min(1),
    isPaid: z.boolean(),
    kind: z.enum(['a', 'b']),
    items: z.array(z.object({ name: z.string(), count: z.int() })).optional(),
  }),
  'schema',
);

function begin(schema: JsonSchema, start?: unknown, draft?: unknown): EditedForm {
  return EditedForm.begin(readSchema(schema), start, draft);
}

function field(form: EditedForm, path: string, kind?: Field['kind']): Field {
  const found = form.form.fields.find((one) => one.path === path && (kind === undefined || one.kind === kind));
  if (!found) throw new Error(`no field at ${path}: ${form.form.fields.map(({ key }) => key).join(', ')}`);
  return found;
}

function typed(form: EditedForm, path: string, text: string): EditedForm {
  const found = form.form.fields.filter(isTyped).find((one) => one.path === path);
  if (!found) throw new Error(`no typed field at ${path}`);
  return form.typed(found, text);
}

function finish(form: EditedForm, schema: JsonSchema): unknown {
  const finished = form.finished(answerCheck(schema));
  return finished.kind === 'fits' ? finished.value : Object.fromEntries(finished.edited.problems);
}

test('O2: an empty form says what each required field lacks, and nothing about the others', () => {
  expect(finish(begin(order), order)).toEqual({
    'number /amount': ['Enter a number.'],
    'yes or no /isPaid': ['Choose yes or no.'],
    'choice /kind': ['Choose one.'],
  });
});

test('O1: a number is sent as a number, and a text that is not a number is refused beside its field', () => {
  let form = typed(begin(order), '/amount', '12');
  form = form.chosen(field(form, '/isPaid'), false).chosen(field(form, '/kind'), 'b');
  expect(finish(form, order)).toEqual({ amount: 12, isPaid: false, kind: 'b' });
  for (const [text, problem] of [
    ['twelve', '“twelve” is no number. Enter a whole number, at least 1.'],
    ['0', 'Enter a whole number, at least 1.'],
    ['1,50', 'Write 1.50, with a point.'],
    ['1,000', 'Write 1000, without a comma, or 1.000 with a point.'],
    ['-1,000,000', 'Write -1000000, without a comma.'],
    ['12345678901234567890', 'The number 12345678901234567890 has too many digits.'],
  ] as const)
    expect(finish(typed(form, '/amount', text), order)).toEqual({
      'number /amount': [expect.stringContaining(problem)],
    });
});

test('O1: a number may be written as people write it', () => {
  const schema = { type: 'number' };
  const typings = ['.5', '-.5', '+5', ' 05 ', '00', '0.50', '1e3'];
  expect(typings.map((text) => finish(typed(begin(schema), '', text), schema))).toEqual([
    0.5, -0.5, 5, 5, 0, 0.5, 1000,
  ]);
});

test('O2: help and problems are for people who know no pattern and no JSON', () => {
  const said = (schema: JsonSchema, text: string): unknown => {
    const form = typed(begin(schema), '', text);
    return [helpOf(form.form.fields[0]!), finish(form, schema)];
  };
  expect(said({ type: 'string', pattern: '^R-', description: 'R and digits' }, '17')).toEqual([
    'R and digits',
    { 'text ': ['This does not have the expected form.'] },
  ]);
  expect(said({ type: 'string', minLength: 3 }, 'ab')).toEqual([
    'A text, at least 3 characters',
    { 'text ': ['This is too short: it needs 3 characters.'] },
  ]);
  expect(said({ type: 'string', format: 'email' }, 'ann')).toEqual([
    'An e-mail address',
    { 'text ': ['Enter an e-mail address.'] },
  ]);
  expect(said({ type: 'array' }, '["a",')).toEqual([
    expect.stringContaining('a list as ["Ann", 2]'),
    { 'json ': [expect.stringContaining('This is not JSON yet')] },
  ]);
  // Whatever is no JSON is a text, where a text may be sent.
  for (const text of ['"Fine" is all he said', '[sic] {']) expect(said({}, text)).toEqual(['', text]);
});

test('O2: on a page a text is sent letter by letter, and a required one is not empty', () => {
  const schema = { type: 'string' };
  expect(finish(typed(begin(schema), '', '"quoted"\nand more '), schema)).toBe('"quoted"\nand more ');
  expect(finish(typed(begin(schema), '', '"quoted"'), schema)).toBe('"quoted"');
  expect(finish(typed(begin(schema), '', '  '), schema)).toEqual({ 'text ': ['Enter a text.'] });
});

test('O2: a time by the clock of the person is sent in UTC, and an untouched one as it was', () => {
  const schema = { type: 'string', format: 'date-time' };
  expect(finish(typed(begin(schema), '', '2026-07-01T09:30'), schema)).toBe(new Date(2026, 6, 1, 9, 30).toISOString());
  const start = '2026-07-01T09:30:00.123+02:00';
  expect(finish(begin(schema, start), schema)).toBe(start);
});

test('W6: a draft is JSON that begins the same form again', () => {
  let form = begin(order, { items: [{ name: 'x', count: 1 }] });
  expect(form.draft).toBeUndefined();
  form = typed(typed(form, '/amount', '1x'), '/items/0/name', 'y').chosen(field(form, '/kind'), 'a');
  const kept: unknown = JSON.parse(JSON.stringify(form.draft));
  const again = begin(order, { items: [{ name: 'x', count: 1 }] }, kept);
  expect(again.draft).toEqual(form.draft);
  expect(again.form.answer).toEqual({ kind: 'a', items: [{ name: 'y', count: 1 }] });
  const amount = again.form.fields.filter(isTyped).find(({ path }) => path === '/amount');
  expect(again.textOf(amount!)).toBe('1x');
});

test('W6: a draft of another form, or one that is no draft, loses nothing and breaks nothing', () => {
  for (const draft of [null, 5, [], { entries: 5, texts: null, json: {} }, { entries: { 'choice /kind': 'a' } }])
    expect(begin(order, undefined, draft).draft).toBeUndefined();
  const strange = { entries: { 'choice /kind': { kind: 'given', value: 'z' }, 'choice /gone': { kind: 'left out' } } };
  expect(finish(begin(order, undefined, strange), order)).toMatchObject({ 'choice /kind': ['Choose one.'] });
});

test('W6: what was entered is carried over to JSON and back, and a text that is not JSON stays', () => {
  let form = typed(begin(order), '/amount', '7').toJson();
  expect(JSON.parse(form.json ?? '')).toEqual({ amount: 7 });
  expect(form.written('{"amount": 7').toFields().problems.get(WHOLE)).toEqual([expect.stringContaining('not JSON')]);
  expect(finish(form.written('{"amount": 1'), order)).toEqual({ [WHOLE]: [expect.stringContaining('not JSON')] });
  form = form.written('{"amount": 8, "kind": "a", "isPaid": true, "items": [{"name": "n", "count": 2}]}').toFields();
  expect(form.json).toBeUndefined();
  expect(finish(form, order)).toEqual({ amount: 8, kind: 'a', isPaid: true, items: [{ name: 'n', count: 2 }] });
  const kept = begin(order, undefined, JSON.parse(JSON.stringify(form.draft)));
  expect(finish(kept, order)).toEqual({ amount: 8, kind: 'a', isPaid: true, items: [{ name: 'n', count: 2 }] });
});

test('W6: a look at the JSON loses nothing that does not fit its field', () => {
  const limited = {
    ...order,
    properties: { ...(order['properties'] as object), note: { type: 'string', maxLength: 5 } },
  };
  const form = typed(typed(begin(limited), '/note', 'too long'), '/amount', 'a lot').toJson();
  expect(JSON.parse(form.json ?? '')).toEqual({ note: 'too long', amount: 'a lot' });
  expect(form.toFields().draft).toEqual({ texts: { 'text /note': 'too long', 'number /amount': 'a lot' } });
  // Also if something else was changed in it.
  const changed = form.written('{"note": "too long", "amount": "a lot", "isPaid": true}').toFields();
  expect(texts(changed)).toEqual(['too long', 'a lot']);
  expect(finish(changed, limited)).toMatchObject({
    'text /note': [expect.stringContaining('too long')],
    'number /amount': [expect.stringContaining('a lot')],
  });
});

test('W6: what is cleared, or chosen back, leaves no draft', () => {
  let form = typed(begin(order), '/note', 'x').chosen(field(begin(order), '/isPaid'), true);
  expect(form.draft).toBeDefined();
  form = typed(form, '/note', '').chosen(field(form, '/isPaid'), undefined);
  expect(form.draft).toBeUndefined();
  expect(typed(typed(begin(order, { amount: 3 }), '/amount', '4'), '/amount', '3').draft).toBeUndefined();
});

test('W2: what nobody touched stays as it was proposed: an empty list, and a value that is no choice any more', () => {
  const schema = toJsonSchema(
    z.object({
      tags: z.array(z.enum(['x', 'y'])).optional(),
      size: z.enum(['s', 'm']).optional(),
      note: z.string().optional(),
      nick: z.string().nullable().optional(),
    }),
    'schema',
  );
  const edited = typed(begin(schema, { tags: [], note: 'a' }), '/note', 'b');
  expect(finish(edited, schema)).toEqual({ tags: [], note: 'b' });
  const tags = field(edited, '/tags');
  expect(finish(edited.chosen(tags, ['x']).chosen(tags, []), schema)).toEqual({ tags: [], note: 'b' });
  const strange = begin(schema, { size: 'xl', tags: ['x', 'z'], nick: 5 });
  expect(finish(strange, schema)).toEqual({
    'choice /size': [expect.stringContaining('Choose again.')],
    'several /tags': [expect.stringContaining('Choose again.')],
    'variant 1 /nick': [expect.stringContaining('Choose again.')],
  });
  const chosen = strange.chosen(field(strange, '/size'), undefined).chosen(field(strange, '/nick'), undefined);
  expect(finish(chosen.chosen(tags, ['x']), schema)).toEqual({ tags: ['x'] });
});

const names = { type: 'array', items: { type: 'string' } };

function texts(form: EditedForm): readonly string[] {
  return form.form.fields.filter(isTyped).map((one) => form.textOf(one));
}

test('O2: the items of a list are added, removed and moved with what was entered, also a wrong or an empty one', () => {
  let form = begin(names, ['a', 'b', 'c']);
  form = typed(form, '/1', 'B!');
  expect(texts(form.removed('', 0))).toEqual(['B!', 'c']);
  expect(texts(form.swapped('', 1, 2))).toEqual(['a', 'c', 'B!']);
  form = typed(form, '/1', '');
  expect(texts(form)).toEqual(['a', '', 'c']);
  expect(finish(form, names)).toEqual({ 'text /1': ['Enter a text.'] });
  const shape = listShape('', treeOf(form.form.fields));
  expect(shape).toMatchObject({ least: 0, fixed: 0, adds: { count: 3 } });
  form = form.removed('', 1).chosen(listShape('', treeOf(form.removed('', 1).form.fields)).adds!, true);
  expect(texts(form)).toEqual(['a', 'c', '']);
  expect(finish(typed(form, '/2', 'd'), names)).toEqual(['a', 'c', 'd']);
});

test('O2: the items of an optional list that starts with a default are removed and moved', () => {
  const list = { ...names, default: ['a', 'b', 'c'] };
  const schema = { type: 'object', properties: { tags: list } };
  const form = begin(schema);
  expect(finish(form.removed('/tags', 0), schema)).toEqual({ tags: ['b', 'c'] });
  expect(finish(form.swapped('/tags', 0, 2), schema)).toEqual({ tags: ['c', 'b', 'a'] });
  expect(finish(begin(list).removed('', 1), list)).toEqual(['a', 'c']);
});

test('O2: a list keeps as many items as it must have, and takes no more than it may', () => {
  const schema = { ...names, minItems: 2, maxItems: 3 };
  let form = begin(schema);
  expect(listShape('', treeOf(form.form.fields))).toMatchObject({ items: [[{}], [{}]], least: 2 });
  form = form.chosen(field(form, '', 'another'), true);
  const shape = listShape('', treeOf(form.form.fields));
  expect([shape.items.length, shape.adds]).toEqual([3, undefined]);
  form = typed(typed(typed(form, '/0', 'x'), '/1', 'y'), '/2', 'z').removed('', 0);
  expect(finish(form, schema)).toEqual(['y', 'z']);
  // The third item is there because it was added, also where it is moved to the place of one that must be there.
  form = begin({ ...names, minItems: 2 });
  form = form.chosen(field(form, '', 'another'), true);
  form = typed(typed(typed(form, '/0', 'x'), '/1', 'y'), '/2', 'z').swapped('', 1, 2);
  expect(finish(form, names)).toEqual(['x', 'z', 'y']);
});

test('O2: removing an item of an inner list leaves the other lists as they are', () => {
  const schema = { type: 'array', items: names };
  let form = begin(schema, [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  form = typed(form, '/1/1', 'D');
  expect(finish(form.removed('/1', 0), schema)).toEqual([['a', 'b'], ['D']]);
  expect(finish(form.removed('', 0), schema)).toEqual([['c', 'D']]);
  expect(finish(form.swapped('', 0, 1), schema)).toEqual([
    ['c', 'D'],
    ['a', 'b'],
  ]);
});

test('A5: a problem is shown at its field, or at the closest one around it, and goes when the field changes', () => {
  const start = { amount: 1, isPaid: true, kind: 'a', items: [{ name: 'x', count: 1 }] };
  const form = begin(order, start).refused([
    { path: '/amount', message: 'too much' },
    { path: '/items/0', message: 'not in stock' },
    { path: '/items/0/name/deep', message: 'odd' },
    { path: '', message: 'not today' },
    { path: '/gone', message: 'unknown' },
  ]);
  expect(Object.fromEntries(form.problems)).toEqual({
    'number /amount': ['too much'],
    'group /items/0': ['not in stock'],
    'text /items/0/name': ['odd'],
    [WHOLE]: ['not today', '/gone: unknown'],
  });
  expect([...typed(form, '/amount', '2').problems.keys()]).not.toContain('number /amount');
  expect(Object.fromEntries(form.toJson().refused([{ path: '/amount', message: 'no' }]).problems)).toEqual({
    [WHOLE]: ['/amount: no'],
  });
});

test('O2: the fields of a form are a tree: objects and alternatives hold their own', () => {
  const schema = toJsonSchema(
    z.object({ to: z.object({ street: z.string() }), nick: z.string().nullable(), end: z.string() }),
    'schema',
  );
  let form = begin(schema);
  form = form.chosen(field(form, '/nick', 'variant'), 0);
  const shown = (nodes: ReturnType<typeof treeOf>): unknown =>
    nodes.map((node) => (node.children.length > 0 ? [node.field.path, shown(node.children)] : node.field.path));
  expect(shown(treeOf(form.form.fields))).toEqual([['/to', ['/to/street']], ['/nick', ['/nick']], '/end']);
});

const view: ActionView = {
  name: 'refund',
  args: { amount: 80, note: 'as asked' },
  allows: ['approve', 'edit', 'reject', 'respond'],
  remember: ['tool'],
  schema: {
    type: 'object',
    properties: { amount: { type: 'integer', maximum: 100 }, note: { type: 'string' } },
    required: ['amount'],
  },
};
const rules = { reader: readSchema(view.schema), check: answerCheck(view.schema) };

function action(fields: Partial<EditedAction> = {}): EditedAction {
  return { ...beginAction(view, rules, undefined), ...fields };
}

function decided(fields: Partial<EditedAction>): unknown {
  const result = decide(action(fields), rules);
  return 'decision' in result ? result.decision : result.wrong.problems;
}

test('R8: a decision has the fields of its type only', () => {
  expect(decided({ type: 'approve', reason: 'left over' })).toEqual({ type: 'approve' });
  expect(decided({ type: 'reject', reason: '  Too much ' })).toEqual({ type: 'reject', reason: 'Too much' });
  expect(decided({ type: 'reject' })).toEqual({ type: 'reject' });
  expect(decided({ type: 'respond', text: 'Paid' })).toEqual({ type: 'respond', text: 'Paid' });
  expect(decided({ type: 'respond', text: ' ' })).toEqual({ text: 'Enter a response.' });
  expect(decided({})).toEqual({ type: 'Decide about this action.' });
  const until = '2099-01-01T10:00';
  const remembered = { remember: 'tool', until: new Date(2099, 0, 1, 10).toISOString() };
  expect(decided({ type: 'approve', remember: 'tool', until })).toEqual({ type: 'approve', ...remembered });
  expect(decided({ type: 'approve', remember: 'tool', until: '2001-01-01T10:00' })).toEqual({
    until: 'Enter a time that is still to come.',
  });
  expect(decided({ type: 'approve', until })).toEqual({ type: 'approve' });
});

test('R8: an edit has all arguments, says what it changes, and is refused if it changes nothing or does not fit', () => {
  const form = typed(action().form, '/amount', '40');
  expect(decided({ type: 'edit', form })).toEqual({ type: 'edit', args: { amount: 40, note: 'as asked' } });
  expect(editChanges(action({ form }))).toEqual([{ path: '/amount', before: 80, after: 40 }]);
  expect(decided({ type: 'edit' })).toEqual({ type: expect.stringContaining('Nothing was changed') });
  const wrong = decide(action({ type: 'edit', form: typed(form, '/amount', '400') }), rules);
  expect('wrong' in wrong && [...wrong.wrong.form.problems.keys()]).toEqual(['number /amount']);
});

test('W6: the draft of a decision begins it again', () => {
  expect(draftOf(action())).toBeUndefined();
  const form = typed(action().form, '/amount', '4o');
  const kept: unknown = JSON.parse(JSON.stringify(draftOf(action({ type: 'edit', reason: 'r', form }))));
  const again = beginAction(view, rules, kept);
  expect(draftOf(again)).toEqual(draftOf(action({ type: 'edit', reason: 'r', form })));
  expect(beginAction({ ...view, allows: ['approve'] }, rules, kept).type).toBeUndefined();
});

test('W6: what was entered is read in words, with the question and without it', () => {
  const schema = { ...order, title: 'Order' };
  let form = typed(begin(schema), '/note', 'Before noon').chosen(field(begin(schema), '/kind'), 'b');
  form = form.chosen(field(form, '/items', 'presence'), true);
  const draft = { form: form.draft };
  const question: Interrupt = { id: 'q', run: 'r', value: 'Which?', askedAt: '2026-07-01T09:30:00Z', schema };
  expect(enteredDraft(draft, { question })).toEqual({ note: 'Before noon', kind: 'b', items: [] });
  expect(enteredDraft(draft, undefined)).toEqual({ Note: 'Before noon', Kind: 'b' });
  expect(enteredDraft({ form: { texts: { 'text ': 'I was about to say' } } }, undefined)).toBe('I was about to say');
  const edit = { type: 'edit', reason: '', form: typed(action().form, '/amount', '4o').draft };
  const approval = { adapter: 'holdpoint', actions: [view] };
  expect(enteredDraft({ actions: [edit] }, { question, approval })).toEqual({
    Decision: 'Edit',
    args: { amount: '4o', note: 'as asked' },
  });
  expect(enteredDraft({ actions: [edit] }, undefined)).toEqual({ Decision: 'Edit', Amount: '4o' });
  expect(answerInWords({ decisions: [{ type: 'reject', reason: 'No' }] })).toEqual({
    Decision: 'Reject',
    reason: 'No',
  });
  expect(answerInWords({ value: { type: 'approve' } })).toEqual({ Decision: 'Approve' });
});

test('W2: problems of the server are shown at the action, and there at the argument or the text', () => {
  const lists = problemsByAction(2, [
    { path: '/1/args/amount', message: 'too much' },
    { path: '/args/note', message: 'odd' },
    { path: '', message: 'no' },
  ]);
  expect(lists).toEqual([
    [
      { path: '/args/note', message: 'odd' },
      { path: '', message: 'no' },
    ],
    [{ path: '/args/amount', message: 'too much' }],
  ]);
  const refused = refusedAction(action({ type: 'edit' }), lists[0]!);
  expect([refused.problems, [...refused.form.problems.keys()]]).toEqual([{ type: 'no' }, ['text /note']]);
});

test('W2: a summary says in a few words what is about to be sent', () => {
  expect(decisionSummary(action(), { type: 'approve' })).toBe('Approve refund');
  expect(decisionSummary(action(), { type: 'edit', args: {} })).toBe('Approve refund with changes');
  expect(decisionSummary(action({ view: { ...view, name: '' } }), { type: 'reject' })).toBe('Reject');
  expect(summaryOf(false)).toBe('Send no');
  expect(summaryOf(`Dear Ann,\n${'so '.repeat(40)}`)).toMatch(/^Send “Dear Ann, so so .*…”$/);
});

test('W2: the changes of an edit are per value; a list of another length is one', () => {
  expect(changesOf({ a: 1, b: { c: 'x' }, l: [1, 2] }, { b: { c: 'y' }, l: [1, 3], d: null })).toEqual([
    { path: '/a', before: 1 },
    { path: '/b/c', before: 'x', after: 'y' },
    { path: '/l/1', before: 2, after: 3 },
    { path: '/d', after: null },
  ]);
  expect(changesOf([1], [1, 2])).toEqual([{ path: '', before: [1], after: [1, 2] }]);
  expect(changesOf({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
});

test('W2: arguments without a schema keep their types when they are edited', () => {
  const args = { to: 'ann', count: 2, isUrgent: true, tags: ['a'], mixed: ['a', 1], at: { x: 1.5 }, none: null };
  const schema = guessedSchema(args);
  const form = typed(typed(begin(schema, args), '/count', '3'), '/at/x', '2');
  expect(finish(form, schema)).toEqual({ ...args, count: 3, at: { x: 2 } });
  // A text may become empty.
  expect(finish(typed(form, '/to', ''), schema)).toEqual({ ...args, to: '', count: 3, at: { x: 2 } });
  expect(begin(schema, args).form.fields.map(({ kind, path }) => `${kind} ${path}`)).toContain('json /mixed');
});

test('W2: names of programs are shown as words, and others as they are', () => {
  expect(['refundAmount', 'refund_amount', 'URL', 'pageURL', 'Straße 2', 'a__b', 'HTTPPort'].map(nameInWords)).toEqual([
    'Refund amount',
    'Refund amount',
    'URL',
    'Page URL',
    'Straße 2',
    'a__b',
    'HTTP port',
  ]);
  expect(labelOf(begin({ type: 'string', title: 'Why?' }).form.fields[0]!)).toBe('Why?');
});

test('W5: a text cannot reverse or hide itself, and the marks of languages and emoji stay', () => {
  expect(inertText('safe\u202Egpj.exe\u2066\u0007\0')).toBe('safe\\u202egpj.exe\\u2066\\u0007\\u0000');
  expect(inertText('a\r\nb\tc')).toBe('a\nb\tc');
  expect(inertText('می\u200Cخواهم 👩\u200D🔧')).toBe('می\u200Cخواهم 👩\u200D🔧');
});
